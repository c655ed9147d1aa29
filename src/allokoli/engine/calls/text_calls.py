"""Calls held in writing. Their state is what is written down, so they outlive any process."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from sqlalchemy.exc import IntegrityError

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Busy, Invalid
from allokoli.engine.calls import repository, starting
from allokoli.engine.calls.call_log import log_of
from allokoli.engine.calls.conversing import conversation_of, learned
from allokoli.engine.calls.ending import conclude_soon, end
from allokoli.engine.calls.kept import state_columns
from allokoli.engine.calls.models import ENDED, IN_PROGRESS, TEXT, Call, CallMessage
from allokoli.engine.calls.news import News
from allokoli.engine.calls.written_turn import WrittenTurn
from allokoli.engine.conversation.conversation import Conversation
from allokoli.engine.conversation.ended_reasons import TOO_LONG
from allokoli.engine.conversation.events import Event

MAX_MESSAGE_CHARS = 10_000
_HOOKS_S = 30.0

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


async def start(identity: Identity, body: dict[str, Any], news: News, **made_for: Any) -> UUID:
    """Open a text call; the greeting is its first message.

    Args:
        identity: acts for the organization.
        body: Vapi's CreateCallDTO.
        news: tells of it.
        made_for: see `starting.create_row`.

    Raises:
        Invalid: the request for the call.
    """
    async with session(identity) as opened:
        call = await starting.create_row(opened, identity, body, TEXT, **made_for)
        call.status = IN_PROGRESS
        call.started_at = call.created_at
    await begin(identity, call, news)
    return call.id


async def begin(identity: Identity, call: Call, news: News) -> None:
    """Say the first words of a call that was just set in progress."""
    log = log_of(call.org_id, call.id)
    log.note("Call", "call started", transport=TEXT)
    for warning in call.warnings:
        log.note("Call", warning, level="warn")
    news.status(call)
    news.started(call)
    conversation = conversation_of(call, [])
    async with contextlib.aclosing(conversation):
        await _turn(identity, call, conversation, conversation.open(), news, [])


async def hear(identity: Identity, call_id: UUID, content: str, news: News) -> Reply:
    """The caller wrote something; empty is a silence.

    Raises:
        Missing: no such call.
        Invalid: it is no text call, or has ended, or the message is too long.
        Busy: another turn of this call is being answered elsewhere.
    """
    if len(content) > MAX_MESSAGE_CHARS:
        raise Invalid([f"content must be shorter than or equal to {MAX_MESSAGE_CHARS} characters"])
    async with _alone(call_id):
        call, messages = await _running(identity, call_id)
        if _is_over(call):
            await hang_up(identity, call_id, TOO_LONG, news)
            return Reply("", ended=True)
        conversation = conversation_of(call, messages)
        async with contextlib.aclosing(conversation):
            answer = _answer(conversation, messages, content)
            heard = ("user", content)
            turn = await _turn(identity, call, conversation, answer, news, messages, heard)
    return Reply(turn.words, ended=turn.reason is not None)


async def perform(
    identity: Identity,
    call_id: UUID,
    act: Callable[[Conversation], AsyncGenerator[Event]],
    news: News,
    *,
    added: tuple[str, str] | None = None,
) -> None:
    """Have something done in a text call that its caller did not ask for (live control).

    Args:
        identity: acts for the organization.
        call_id: the call.
        act: what is to be done.
        news: tells of it.
        added: role and words of a message that nobody spoke, for the record.

    Raises:
        Missing: no such call.
        Invalid: it is no text call, or has ended.
        Busy: a turn of this call is being answered elsewhere.
    """
    async with _alone(call_id):
        call, messages = await _running(identity, call_id)
        conversation = conversation_of(call, messages)
        async with contextlib.aclosing(conversation):
            await _turn(identity, call, conversation, act(conversation), news, messages, added)


async def hang_up(identity: Identity, call_id: UUID, reason: str, news: News) -> None:
    """End a text call, do what its hooks ask, and conclude it."""
    if await end(identity, call_id, reason):
        async with session(identity) as opened:
            call = await repository.find(opened, call_id)
            messages = (await repository.messages_of(opened, [call_id]))[call_id]
        log_of(call.org_id, call_id).note("Call", "call ended", reason=reason)
        news.status(call)
        await _perform_hooks(identity, call, messages, news)
        await conclude_soon(identity, call_id)


async def _perform_hooks(
    identity: Identity, call: Call, messages: list[CallMessage], news: News
) -> None:
    """What the assistant does once the call is over; a hook that fails is no reason to stop."""
    conversation = conversation_of(call, messages)
    try:
        async with contextlib.aclosing(conversation), asyncio.timeout(_HOOKS_S):
            events = conversation.ending(call.ended_reason or "")
            await _turn(identity, call, conversation, events, news, messages)
    except (TimeoutError, Busy):
        log_of(call.org_id, call.id).note("Call", "hooks took too long", level="error")


async def _answer(
    conversation: Conversation, before: list[CallMessage], content: str
) -> AsyncGenerator[Event]:
    """What the assistant does about the caller's words, or about their silence."""
    handled = False
    if not content.strip() and before and conversation.waits:
        waited = (clock.now() - before[-1].ended_at).total_seconds()
        async with contextlib.aclosing(conversation.waited(waited)) as events:
            async for event in events:
                handled = True
                yield event
    if not handled:
        async with contextlib.aclosing(conversation.hear(content)) as events:
            async for event in events:
                yield event


async def _turn(
    identity: Identity,
    call: Call,
    conversation: Conversation,
    events: AsyncGenerator[Event],
    news: News,
    before: list[CallMessage],
    heard: tuple[str, str] | None = None,
) -> WrittenTurn:
    """Follow a turn, write it down, tell of it, and end the call when it says so."""
    turn = WrittenTurn(call, conversation, len(before))
    if heard is not None:
        turn.hear(*heard)
    try:
        await turn.follow(events, lambda: news.hang(call))
    finally:
        # What tools did is done, even when the turn broke off.
        found = {"variableValues": learned(call, conversation)}
        changed = {
            **state_columns(call, conversation.state),
            "artifacts": turn.artifacts | found,
            "metrics": turn.metrics(call.metrics),
        }
        await _write(identity, call, turn.messages, changed)
    for event in turn.events:
        news.happened(call, event)
    _tell(news, call, before, turn.messages)
    if turn.words:
        number = sum(one.role == "user" for one in [*before, *turn.messages])
        news.answered(call, turn.words, number, aloud=False)
    if turn.reason and call.status != ENDED:
        await hang_up(identity, call.id, turn.reason, news)
    await log_of(call.org_id, call.id).flush()
    return turn


@contextlib.asynccontextmanager
async def _alone(call_id: UUID) -> AsyncIterator[None]:
    lock = _turns.setdefault(call_id, asyncio.Lock())
    async with lock:
        yield


async def _running(identity: Identity, call_id: UUID) -> tuple[Call, list[CallMessage]]:
    async with session(identity) as opened:
        call = await repository.find(opened, call_id)
        messages = (await repository.messages_of(opened, [call_id]))[call_id]
    if call.transport != TEXT:
        raise Invalid("This call is not held in writing.")
    if call.status != IN_PROGRESS:
        raise Invalid("This call has ended.")
    return call, messages


def _is_over(call: Call) -> bool:
    """Whether a call lasted as long as its assistant allows; writing has no limit of its own."""
    most = call.assistant.get("maxDurationSeconds")
    if not isinstance(most, (int, float)) or call.started_at is None:
        return False
    return clock.now() >= call.started_at + timedelta(seconds=most)


async def _write(
    identity: Identity, call: Call, messages: list[CallMessage], changed: dict[str, Any]
) -> None:
    """Write down a turn, if nobody else wrote one since the call was read.

    Raises:
        Busy: somebody did.
    """
    try:
        async with session(identity) as opened:
            kept = await repository.find(opened, call.id, lock=True)
            opened.add_all(messages)
            kept.updated_at = clock.now()
            for name, value in changed.items():
                setattr(kept, name, value)
                setattr(call, name, value)
            await opened.flush()
    except IntegrityError:
        raise Busy("Another message of this call is being answered; try again.") from None


def _tell(news: News, call: Call, before: list[CallMessage], messages: list[CallMessage]) -> None:
    for message in messages:
        if message.role in {"user", "assistant"}:
            news.transcript(call, message.role, message.text, final=True)
    if messages:
        news.conversation(call, [*before, *messages])
