from datetime import timedelta
from uuid import UUID

import structlog

from allokoli.core import clock, jobs
from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError, NotFound
from allokoli.core.identity import Identity
from allokoli.platform.calls import recording, repository, service

# A running call says something more often than this.
_SILENT_AFTER = timedelta(minutes=15)

_log = structlog.get_logger()


@jobs.task("platform.download_recording")
async def download_recording(org_id: str, call_id: str) -> None:
    """Copy a call's recording; tried again until it is there or the call is gone."""
    identity = Identity.job(org_id)
    try:
        await recording.fetch(identity, UUID(call_id))
    except NotFound:
        return
    except AlloKoliError:
        await recording.note_failure(identity, UUID(call_id))
        raise


@jobs.periodic("platform.reconcile_calls", cron="*/5 * * * *")
async def reconcile_calls(timestamp: int) -> None:  # noqa: ARG001 - given by the schedule
    """Conclude the calls whose report never came."""
    async with session(Identity.job(None)) as opened:
        silent = await repository.silent(opened, clock.now() - _SILENT_AFTER)
    for org_id, call_id in silent:
        try:
            await service.reconcile(Identity.job(org_id), call_id)
        except AlloKoliError as error:
            _log.warning("call_not_reconciled", call_id=str(call_id), code=error.code)
