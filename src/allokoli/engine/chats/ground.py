"""What a chat stands on: who may answer, and what was said before it."""

import contextlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.engine.api import resources
from allokoli.engine.api.errors import Invalid, Missing
from allokoli.engine.api.kinds import CHAT, SESSION
from allokoli.engine.api.kinds.chat_messages import MAX_MESSAGES
from allokoli.engine.calls.casting import cast_of, variable_values
from allokoli.engine.chats import sessions
from allokoli.engine.chats.messages import Message
from allokoli.engine.conversation.cast import Cast

CAST = ("assistantId", "assistant", "squadId", "squad", "assistantOverrides")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a turn stands on.

    Attributes:
        cast: who may answer.
        asked: the chat's request, completed by its session's or previous chat's.
        context: the messages before it.
        state: the conversation's, after them.
        session: on the wire, when there is one.
    """

    cast: Cast
    asked: dict[str, Any]
    context: list[Message]
    state: dict[str, Any]
    session: dict[str, Any] | None = None


def exclusions(body: dict[str, Any]) -> list[str]:
    """What cannot be said together in a request whose shape is right; empty when all is well."""
    problems = []
    if body.get("sessionId") and body.get("previousChatId"):
        problems.append("sessionId and previousChatId cannot be given together")
    named = [name for name in sessions.ANSWERERS if body.get(name)]
    if len(named) > 1:
        problems.append(f"only one of {', '.join(sessions.ANSWERERS)} may be given")
    if not named and not body.get("sessionId") and not body.get("previousChatId"):
        others = ", ".join((*sessions.ANSWERERS, "sessionId", "previousChatId"))
        problems.append(f"one of {others} should not be empty")
    given = body["input"]
    if isinstance(given, str) and not given.strip():
        problems.append("input should not be empty")
    elif isinstance(given, list) and (not given or given[-1]["role"] not in {"user", "tool"}):
        problems.append("input must end with a message of role user or tool")
    if body.get("transport"):
        problems.append("transport: this engine answers chats over HTTP only")
    return problems


async def ground_of(opened: AsyncSession, body: dict[str, Any]) -> Ground:
    """What a chat stands on.

    Args:
        opened: a session of the organization.
        body: Vapi's CreateChatDTO, without exclusions.

    Raises:
        Invalid: what it names does not exist or has ended, or the conversation is too long.
    """
    before, told_session = await _before(opened, body)
    named = any(body.get(name) for name in sessions.ANSWERERS)
    inherited = {name: before[name] for name in (*CAST, "customer") if before.get(name)}
    if named:
        inherited = {name: one for name, one in inherited.items() if name == "customer"}
    values = {**variable_values(before), **variable_values(body)}
    asked = {**inherited, **body}
    if values:
        overrides = {**(inherited.get("assistantOverrides") or {})}
        overrides |= body.get("assistantOverrides") or {}
        asked["assistantOverrides"] = {**overrides, "variableValues": values}
    if not any(asked.get(name) for name in sessions.ANSWERERS):
        raise Invalid(["assistantId, assistant, squadId or squad should not be empty"])
    cast = await cast_of(opened, asked, stranger=bool(before.get(sessions.WEB)))
    context = list(before.get("messages") or ())
    if body.get("previousChatId"):
        context += before.get("output") or ()
    given = body["input"]
    if len(context) + (1 if isinstance(given, str) else len(given)) > MAX_MESSAGES:
        raise Invalid(f"A conversation holds at most {MAX_MESSAGES} messages. Start another.")
    return Ground(cast, asked, context, before.get("conversationState") or {}, told_session)


async def _before(
    opened: AsyncSession, body: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """What came before a chat: its session, or the chat it goes on from."""
    try:
        if body.get("sessionId"):
            row = await resources.row(opened, SESSION, body["sessionId"])
            sessions.check_active(row)
            return resources.whole_body(row), sessions.shown(row)
        if body.get("previousChatId"):
            row = await resources.row(opened, CHAT, body["previousChatId"])
            return await _with_session(opened, resources.whole_body(row)), None
    except Missing:
        name = "sessionId" if body.get("sessionId") else "previousChatId"
        title = "Session" if name == "sessionId" else "Chat"
        raise Invalid([f"{name}: {title} {body[name][:80]} does not exist"]) from None
    return {}, None


async def _with_session(opened: AsyncSession, chat: dict[str, Any]) -> dict[str, Any]:
    """A chat that was held in a session, with who answered in it."""
    if any(chat.get(name) for name in sessions.ANSWERERS) or not chat.get("sessionId"):
        return chat
    with contextlib.suppress(Missing, Invalid):
        row = await resources.row(opened, SESSION, chat["sessionId"])
        body = dict(resources.whole_body(row))
        return {**{name: body[name] for name in (*CAST, "customer") if name in body}, **chat}
    return chat
