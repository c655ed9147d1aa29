from uuid import UUID

from allokoli.core import jobs
from allokoli.core.identity import Identity
from allokoli.platform.agenda import confirmations


@jobs.task("platform.send_booking_confirmation")
async def send_booking_confirmation(org_id: str, confirmation_id: str) -> None:
    """Send a booking's confirmation to whoever asked for it."""
    await confirmations.send(Identity.job(org_id), UUID(confirmation_id))
