"""The conversation with AlloKoliConfig by voice: the same session, heard and answered aloud."""

from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.configurator import service, voice_house, voice_words
from allokoli.configurator.models import ConfiguratorSession
from allokoli.configurator.voice_assistant import MAX_DURATION_S, SPOKEN_LANGUAGES, voice_assistant
from allokoli.configurator.voice_turns import Answered, Before, CallRecord, digest, news
from allokoli.core.database import session
from allokoli.core.errors import Conflict, Forbidden, NotFound, Unauthorized, VoicePlatformFailed
from allokoli.core.identity import Identity
from allokoli.core.security import tokens
from allokoli.platform import throttle

PURPOSE = "configurator_call"
LONGEST_TURN = 2_000
_CONNECTING_S = 60
_WINDOW_S = 3600
_CALLS_PER_SESSION = 20
_CALLS_PER_MACHINE = 60
# The house has few lines, and one that nobody picks up is held for a minute.
_AT_ONCE_PER_MACHINE, _HELD_S = 5, 60
_TALKING = ("collecting", "confirming")


class VoiceCall(BaseModel):
    """A call with AlloKoliConfig, to be connected by WebRTC.

    Attributes:
        id: at the built-in engine.
        web_call_url: takes the browser's offer; it opens this call only.
        max_duration_s: longest call, in seconds.
    """

    id: UUID
    web_call_url: str
    max_duration_s: int = MAX_DURATION_S


def can_speak(locale: str) -> bool:
    """Whether AlloKoliConfig has a voice in a language."""
    return locale in SPOKEN_LANGUAGES


async def start(identity: Identity | None, session_id: UUID, *, machine: str) -> VoiceCall:
    """Go on with a conversation by voice; an earlier call of it no longer leads it.

    Args:
        identity: who is signed in; None for a visitor.
        session_id: the conversation.
        machine: address of who asks, to bound what is asked.

    Raises:
        NotFound: none, or another organization's.
        Conflict: it is over, or no local voice speaks its language.
        TooMany: too many calls in an hour.
        VoicePlatformFailed: the engine is not running.
    """
    call = str(uuid4())
    async with session(service.holder(identity, session_id)) as opened:
        row = await service.locked(opened, session_id)
        if row.status not in _TALKING:
            raise Conflict("Cette conversation est close. Commencez-en une nouvelle.")
        if not can_speak(row.locale):
            raise Conflict("AlloKoliConfig ne parle pas encore cette langue\u00a0: écrivez-lui.")
        await _bound(opened, session_id, machine)
        before = CallRecord.of(row.voice)
        row.voice = CallRecord(call).to_json()
        begun = any(line["role"] == "user" for line in row.messages)
        greeting = voice_words.greeting(row.reply, row.locale, begun=begun)
        locale = row.locale
    assistant = voice_assistant(
        session_id,
        token=_token(identity, session_id, call, locale),
        greeting=greeting,
        locale=locale,
    )
    if before is not None and before.line is not None:
        await voice_house.end_call(before.line)
    made = await voice_house.start_web_call(assistant)
    try:
        started = VoiceCall(id=made.get("id"), web_call_url=made.get("webCallUrl"))
    except ValueError:
        sentence = "Le moteur vocal ne répond pas. Réessayez dans un instant."
        raise VoicePlatformFailed(sentence) from None
    if not await _noted(identity, session_id, call, str(started.id)):
        # Another call of the conversation was started meanwhile, and leads it.
        await voice_house.end_call(str(started.id))
    return started


async def _noted(identity: Identity | None, session_id: UUID, call: str, line: str) -> bool:
    """Keep a call's id at the engine, so that the next one ends it; whether it still leads."""
    async with session(service.holder(identity, session_id)) as opened:
        row = await service.locked(opened, session_id)
        record = CallRecord.of(row.voice)
        if record is None or record.call != call:
            return False
        record.line = line
        row.voice = record.to_json()
        return True


async def answer(token: str, session_id: UUID, turns: list[str]) -> Answered:
    """Answer what was said in a call; each turn is taken once, however often it is sent.

    Args:
        token: the call's.
        session_id: the conversation it must open.
        turns: everything the caller said in this call, in order; "" is a silence.

    Raises:
        Unauthorized: forged, expired, or another conversation's token.
    """
    claims = tokens.read(token, PURPOSE)
    if claims.get("session_id") != str(session_id):
        raise Unauthorized("Ce jeton n’est pas valable.")
    identity = _identity(claims)
    try:
        async with session(service.holder(identity, session_id)) as opened:
            row = await service.locked(opened, session_id)
            return await _answer(opened, row, identity, claims, turns)
    except NotFound:
        # A visitor who has just signed up: their page has the conversation, this call has not.
        return Answered("", voice_words.elsewhere(claims["locale"]), ended=True)


async def _answer(
    opened: AsyncSession,
    row: ConfiguratorSession,
    identity: Identity | None,
    claims: dict[str, Any],
    turns: list[str],
) -> Answered:
    record = CallRecord.of(row.voice)
    if record is None or record.call != claims["call"]:
        return Answered("", voice_words.elsewhere(row.locale), ended=True)
    if not turns:
        return Answered("", voice_words.spoken(row.reply, row.locale))
    asked = news(record, turns)
    if isinstance(asked, Answered):
        return asked
    if row.status not in _TALKING:
        return Answered(turns[-1], voice_words.spoken(row.reply, row.locale), ended=True)
    if asked.instead:
        record.answered.pop()
        _take_back(row, record)
    before = row.state, len(row.messages), row.turns
    try:
        await service.answer(opened, row, identity, asked.words[:LONGEST_TURN])
    except Forbidden as refused:
        return Answered(turns[-1], refused.message, ended=True)
    record.before = Before(*before, after=digest(row.state, len(row.messages)))
    given = Answered(turns[-1], _aloud(row), ended=_over(row))
    if given.ended:
        record.before = None
    # Turns that only came together with this one were answered with it.
    missed = asked.turns - 1 - len(record.answered)
    record.answered += [*[Answered("", given.reply)] * missed, given]
    row.voice = record.to_json()
    return given


def _take_back(row: ConfiguratorSession, record: CallRecord) -> None:
    """Forget the last spoken turn, unless somebody wrote since: what they changed stays."""
    before = record.before
    if before is None or before.after != digest(row.state, len(row.messages)):
        return
    row.state, row.turns = before.state, before.turns
    row.messages = row.messages[: before.messages]


def _aloud(row: ConfiguratorSession) -> str:
    said = voice_words.spoken(row.reply, row.locale)
    return f"{said} {voice_words.goodbye(row.locale)}" if row.awaiting_account else said


def _over(row: ConfiguratorSession) -> bool:
    """Whether only the page can go on: an account is asked for, or the creation has begun."""
    return row.awaiting_account or row.status not in _TALKING


async def _bound(opened: AsyncSession, session_id: UUID, machine: str) -> None:
    for what, limit, window_s in (
        (f"configurator-call:{session_id}", _CALLS_PER_SESSION, _WINDOW_S),
        (f"configurator-calls-at-once-from:{machine}", _AT_ONCE_PER_MACHINE, _HELD_S),
        (f"configurator-calls-from:{machine}", _CALLS_PER_MACHINE, _WINDOW_S),
    ):
        await throttle.check(opened, what, limit=limit, window_s=window_s)
        await throttle.note(opened, what)


def _token(identity: Identity | None, session_id: UUID, call: str, locale: str) -> str:
    claims: dict[str, Any] = {"session_id": str(session_id), "call": call, "locale": locale}
    if identity is not None:
        claims |= {
            "kind": identity.kind,
            "org_id": str(identity.org_id) if identity.org_id else None,
            "user_id": str(identity.user_id) if identity.user_id else None,
            "role": identity.role,
        }
    return tokens.issue(claims, PURPOSE, MAX_DURATION_S + _CONNECTING_S)


def _identity(claims: dict[str, Any]) -> Identity | None:
    """Who started the call, as they were then."""
    if "kind" not in claims:
        return None
    org_id, user_id = claims["org_id"], claims["user_id"]
    return Identity(
        claims["kind"],
        UUID(org_id) if org_id else None,
        UUID(user_id) if user_id else None,
        claims["role"],
    )
