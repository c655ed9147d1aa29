"""Removes calls with everything they left, and takes back scheduled ones."""

from uuid import UUID

from allokoli.core import storage
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Invalid
from allokoli.engine.calls import repository, scheduling
from allokoli.engine.calls.call_log import forget
from allokoli.engine.calls.ending import conclude_soon, end
from allokoli.engine.calls.models import ENDED, SCHEDULED
from allokoli.engine.calls.news import News

MOST_AT_ONCE = 1_000


async def delete(identity: Identity, call_id: UUID, news: News) -> None:
    """Remove an ended call; end a scheduled one, whose record stays.

    Raises:
        Missing: there is none.
        Invalid: it is still running.
    """
    async with session(identity) as opened:
        call = await repository.find(opened, call_id, lock=True)
        scheduled = call.status == SCHEDULED
        if not scheduled and call.status != ENDED:
            raise Invalid("This call is still running; end it before deleting it.")
        if not scheduled:
            await forget(opened, call_id)
            await opened.delete(call)
    if scheduled:
        await _cancel(identity, call_id, news)
        return
    if call.recording_key:
        await storage.delete(call.recording_key)
    news.deleted(call)


async def _cancel(identity: Identity, call_id: UUID, news: News) -> None:
    if await end(identity, call_id, scheduling.DELETED):
        async with session(identity) as opened:
            call = await repository.find(opened, call_id)
        news.status(call)
        await conclude_soon(identity, call_id)
