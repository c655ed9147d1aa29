from uuid import UUID

from allokoli.core import jobs
from allokoli.core.errors import AlloKoliError, NotFound
from allokoli.core.identity import Identity
from allokoli.platform.calls import recording


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
