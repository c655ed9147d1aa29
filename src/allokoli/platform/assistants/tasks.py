import structlog

from allokoli.core import jobs
from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError
from allokoli.core.identity import Identity
from allokoli.platform.assistants import repository
from allokoli.platform.assistants.models import ASSISTANTS
from allokoli.platform.mirror import saga

# Longer than any creation or change can take.
_INTERRUPTED_AFTER_S = 120

_log = structlog.get_logger()


@jobs.periodic("platform.settle_assistants", cron="* * * * *")
async def settle_assistants(timestamp: int) -> None:  # noqa: ARG001 - given by the schedule
    """Finish or undo what a crash or a silent platform left half-way."""
    async with session(Identity.job(None)) as opened:
        unfinished = await repository.unfinished(opened, older_than_s=_INTERRUPTED_AFTER_S)
    for org_id, assistant_id in unfinished:
        try:
            await saga.settle(Identity.job(org_id), ASSISTANTS, assistant_id)
        except AlloKoliError as error:
            _log.warning("assistant_unsettled", assistant_id=str(assistant_id), code=error.code)
