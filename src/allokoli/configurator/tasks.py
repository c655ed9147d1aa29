from datetime import timedelta
from uuid import UUID

from allokoli.configurator import creation, repository
from allokoli.core import clock, jobs
from allokoli.core.database import session
from allokoli.core.identity import Identity

# Each step of a creation is noted; none takes this long.
_STANDS_STILL = timedelta(minutes=2)
_UNCLAIMED_KEPT = timedelta(days=7)


@jobs.task("configurator.create_assistant")
async def create_assistant(org_id: str, session_id: str) -> None:
    """Create the assistant an owner confirmed."""
    await creation.create(Identity.job(org_id), UUID(session_id))


@jobs.periodic("configurator.resume_creations", cron="* * * * *")
async def resume_creations(timestamp: int) -> None:  # noqa: ARG001 - given by the schedule
    """Carry on the creations whose worker died."""
    async with session(Identity.job(None)) as opened:
        interrupted = await repository.interrupted(opened, clock.now() - _STANDS_STILL)
    for org_id, session_id in interrupted:
        await creation.create(Identity.job(org_id), session_id)


@jobs.periodic("configurator.forget_unclaimed", cron="37 * * * *")
async def forget_unclaimed(timestamp: int) -> None:  # noqa: ARG001 - given by the schedule
    """Forget the conversations of visitors who never signed up."""
    async with session(Identity.job(None)) as opened:
        await repository.forget_unclaimed(opened, clock.now() - _UNCLAIMED_KEPT)
