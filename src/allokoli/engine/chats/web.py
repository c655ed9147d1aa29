"""Chats of web pages, with a public key: they show what the assistant says and nothing else."""

from collections.abc import AsyncIterator
from typing import Any

from allokoli.core.database import session
from allokoli.engine.api import resources
from allokoli.engine.api.auth import Caller, allow_start
from allokoli.engine.api.errors import Invalid, Missing
from allokoli.engine.api.kinds import CHAT, SESSION
from allokoli.engine.chats import sessions
from allokoli.engine.chats.streaming import chat_events
from allokoli.engine.chats.turns import Turn

_NAMES = frozenset(
    {"assistantId", "assistant", "sessionId", "sessionExpirationSeconds", "assistantOverrides",
     "customer", "input", "stream", "sessionEnd"}
)  # fmt: skip
_VARIABLES = frozenset({"variableValues"})


async def begin(caller: Caller, body: dict[str, Any]) -> Turn:
    """Start a page's chat, in its session or in a new one.

    Args:
        caller: who holds the key.
        body: Vapi's CreateWebChatDTO.

    Raises:
        Invalid: the request.
        WrongKey: the key is not for this assistant.
        Missing: there is no such session, or it is no page's.
    """
    _check(body)
    asked = {"input": body.get("input"), "sessionId": body.get("sessionId")}
    if body.get("assistantOverrides"):
        asked["assistantOverrides"] = body["assistantOverrides"]
    if asked["sessionId"] is None:
        allow_start(caller, body)
        asked["sessionId"] = await _open(caller, body)
    else:
        await _check_session(caller, str(asked["sessionId"]))
    turn = Turn(caller.identity, asked, ends_session=bool(body.get("sessionEnd")))
    await turn.begin()
    return turn


def web_chat(turn: Turn) -> dict[str, Any]:
    """Vapi's WebChat, of a turn that is over."""
    said = [
        {"role": "assistant", "content": one["content"]}
        for one in turn.answer.output
        if one["role"] == "assistant" and one["content"]
    ]
    return {"id": str(turn.id), "sessionId": turn.session_id, "output": said}


def web_events(turn: Turn) -> AsyncIterator[str]:
    """Vapi's events of a page's chat, numbered as `web_chat` shows its messages."""
    return chat_events(turn, public=True)


async def _open(caller: Caller, body: dict[str, Any]) -> str:
    given = {
        "assistantId": body.get("assistantId"),
        "assistant": body.get("assistant"),
        "assistantOverrides": body.get("assistantOverrides"),
        "customer": body.get("customer"),
        "expirationSeconds": body.get("sessionExpirationSeconds"),
    }
    if not given["assistantId"] and not given["assistant"]:
        raise Invalid(["assistantId, assistant or sessionId should not be empty"])
    made = await sessions.create(caller.identity, given, web=True)
    return str(made["id"])


async def _check_session(caller: Caller, session_id: str) -> None:
    async with session(caller.identity) as opened:
        row = await resources.row(opened, SESSION, session_id)
    if not row.body.get(sessions.WEB):
        raise Missing("Session", session_id)
    allow_start(caller, row.body)


def _check(body: dict[str, Any]) -> None:
    problems = [f"property {name[:80]} should not exist" for name in body if name not in _NAMES]
    overrides = body.get("assistantOverrides") or {}
    if not isinstance(overrides, dict):
        problems.append("assistantOverrides must be an object")
    else:
        problems += [
            f"assistantOverrides.property {name[:80]} should not exist"
            for name in overrides
            if name not in _VARIABLES
        ]
    if body.get("sessionId") and (body.get("assistantId") or body.get("assistant")):
        problems.append("assistantId and assistant cannot be given together with sessionId")
    # Before a session is opened for it.
    problems = problems or CHAT.problems({"input": body["input"]} if "input" in body else {})
    if problems:
        raise Invalid(problems)
