from uuid import UUID

from allokoli.core import jobs
from allokoli.core.identity import Identity
from allokoli.platform.server_messages import service


@jobs.task("platform.apply_server_message")
async def apply_server_message(org_id: str, message_id: str) -> None:
    """Apply a server message that could not be applied when it came."""
    await service.apply_again(Identity.job(org_id), UUID(message_id))
