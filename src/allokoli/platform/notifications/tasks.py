import contextlib
from uuid import UUID

from allokoli.core import jobs
from allokoli.core.errors import NotFound
from allokoli.core.identity import Identity
from allokoli.platform.notifications import service


@jobs.task("platform.notify_call")
async def notify_call(org_id: str, call_id: str) -> None:
    """Tell the owner what a call brought."""
    with contextlib.suppress(NotFound):
        await service.notify_call(Identity.job(org_id), UUID(call_id))


@jobs.task("platform.notify_by_text")
async def notify_by_text(org_id: str, call_id: str) -> None:
    """Write the owner a text message of a call."""
    with contextlib.suppress(NotFound):
        await service.notify_by_text(Identity.job(org_id), UUID(call_id))


@jobs.task("platform.notify_webhook")
async def notify_webhook(org_id: str, call_id: str) -> None:
    """Send a call to the owner's server."""
    with contextlib.suppress(NotFound):
        await service.notify_webhook(Identity.job(org_id), UUID(call_id))
