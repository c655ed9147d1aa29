"""Calls held in writing. Their state is what is written down, so they outlive any process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from sqlalchemy.exc import IntegrityError

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Busy, Invalid
from allokoli.engine.calls import counts, repository, starting
from allokoli.engine.calls.conversing import conversation_of
from allokoli.engine.calls.ending import conclude, end
from allokoli.engine.calls.models import IN_PROGRESS, Call, CallMessage
from allokoli.engine.calls.news import News
from allokoli.engine.conversation.conversation import Conversation
from allokoli.engine.conversation.events import EndCall, Event, Say

MAX_MESSAGE_CHARS = 10_000

# One turn at a time in each call; another process is kept out by the messages' numbering.
_turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()


@dataclass(frozen=True, slots=True)
class Reply:
    """What the assistant answered.

    Attributes:
        content: its words; may be empty.
        ended: whether the call is over.
    """

    content: str
    ended: bool


async def start(identity: Identity, body: dict[str, Any], news: News) -> UUID:
    """Open a text call; the greeting is its first message.

    Raises:
        Invalid: the request for the call.
    """
    async with session(identity) as opened:
        call = await starting.create_row(opened, identity, body, starting.TEXT)
        call.status = IN_PROGRESS
        call.started_at = call.created_at
    news.status(call)
    conversation = conversation_of(call, [])
    async with contextlib.aclosing(conversation):
        words, reason = await _collect(conversation.open())
    said = [("assistant", words)] if words else []
    await _write(identity, call.id, conversation, said, news, [])
    if reason:
        await hang_up(identity, call.id, reason, news)
    return call.id


async def hear(identity: Identity, call_id: UUID, content: str, news: News) -> Reply:
    """The caller wrote something; empty is a silence.

    Raises:
        Missing: no such call.
        Invalid: it is no text call, or has ended, or the message is too long.
        Busy: another turn of this call is being answered elsewhere.
    """
    if len(content) > MAX_MESSAGE_CHARS:
        raise Invalid([f"content must be shorter than or equal to {MAX_MESSAGE_CHARS} characters"])
    async with _turn(call_id):
        call, messages = await _running(identity, call_id)
        conversation = conversation_of(call, messages)
        async with contextlib.aclosing(conversation):
            words, reason = await _collect(conversation.hear(content))
        said = [("user", content), *([("assistant", words)] if words else [])]
        await _write(identity, call_id, conversation, said, news, messages)
        if reason:
            await hang_up(identity, call_id, reason, news)
    return Reply(words, ended=reason is not None)


async def say(identity: Identity, call_id: UUID, role: str, words: str, news: News) -> None:
    """Put words in the call from outside (live control).

    Raises:
        Missing: no such call.
        Invalid: it is no text call, or has ended.
    """
    async with _turn(call_id):
        _, messages = await _running(identity, call_id)
        await _write(identity, call_id, None, [(role, words)], news, messages)


async def hang_up(identity: Identity, call_id: UUID, reason: str, news: News) -> None:
    """End a text call and conclude it."""
    if await end(identity, call_id, reason):
        async with session(identity) as opened:
            call = await repository.find(opened, call_id)
        news.status(call)
        await conclude(identity, call_id)


@contextlib.asynccontextmanager
async def _turn(call_id: UUID) -> AsyncIterator[None]:
    lock = _turns.setdefault(call_id, asyncio.Lock())
    async with lock:
        yield


async def _running(identity: Identity, call_id: UUID) -> tuple[Call, list[CallMessage]]:
    async with session(identity) as opened:
        call = await repository.find(opened, call_id)
        messages = (await repository.messages_of(opened, [call_id]))[call_id]
    if call.transport != starting.TEXT:
        raise Invalid("This call is not held in writing.")
    if call.status != IN_PROGRESS:
        raise Invalid("This call has ended.")
    return call, messages


async def _collect(events: AsyncIterator[Event]) -> tuple[str, str | None]:
    """The words of an answer, and why the call ends if it does."""
    words: list[str] = []
    async for event in events:
        match event:
            case Say(text):
                words.append(text)
            case EndCall(reason):
                return "".join(words).strip(), reason
    return "".join(words).strip(), None


async def _write(
    identity: Identity,
    call_id: UUID,
    conversation: Conversation | None,
    said: list[tuple[str, str]],
    news: News,
    before: list[CallMessage],
) -> None:
    """Write down a turn, if nobody else wrote one since `before` was read.

    Raises:
        Busy: somebody did.
    """
    try:
        async with session(identity) as opened:
            call = await repository.find(opened, call_id)
            messages = [
                CallMessage(
                    call_id=call_id,
                    org_id=call.org_id,
                    seq=len(before) + index,
                    role=role,
                    text=words,
                    started_at=clock.now(),
                    ended_at=clock.now(),
                )
                for index, (role, words) in enumerate(said)
            ]
            opened.add_all(messages)
            call.updated_at = clock.now()
            if conversation is not None:
                call.metrics = counts.added(call.metrics, conversation)
            await opened.flush()
    except IntegrityError:
        raise Busy("Another message of this call is being answered; try again.") from None
    for message in messages:
        news.transcript(call, message.role, message.text, final=True)
    news.conversation(call, [*before, *messages])
