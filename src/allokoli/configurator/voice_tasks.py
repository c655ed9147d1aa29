from datetime import timedelta

from allokoli.configurator import voice_house
from allokoli.core import clock, jobs

_KEPT = timedelta(hours=1)


@jobs.periodic("configurator.forget_calls", cron="52 * * * *")
async def forget_calls(timestamp: int) -> None:  # noqa: ARG001 - given by the schedule
    """Forget the house's ended calls: their conversations keep what was said."""
    await voice_house.forget_calls(clock.now() - _KEPT)
