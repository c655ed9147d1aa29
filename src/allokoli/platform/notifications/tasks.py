from uuid import UUID

from allokoli.core import jobs
from allokoli.core.errors import NotFound
from allokoli.core.identity import Identity
from allokoli.platform.notifications import service


@jobs.task("platform.notify_call")
async def notify_call(org_id: str, call_id: str) -> None:
    """Mail the owner what a call brought."""
    try:
        await service.notify_call(Identity.job(org_id), UUID(call_id))
    except NotFound:
        return
