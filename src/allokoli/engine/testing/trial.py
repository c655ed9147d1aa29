"""A conversation on trial: an assistant or squad answers in writing, its tools mocked."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from allokoli.engine.calls.backstage import EngineBackstage
from allokoli.engine.conversation.cast import Cast, Member
from allokoli.engine.conversation.events import (
    EndCall,
    Event,
    HandedOff,
    Say,
    SendDigits,
    ToolsCalled,
    Transfer,
)

# Never reached: mocked tools are answered before anything is sent.
_NOWHERE = "https://mock.invalid/"


@dataclass(slots=True)
class Turn:
    """What an assistant did in one turn.

    Attributes:
        said: its words.
        calls: functions it asked for, `{name, arguments}`, in order.
        ended: Vapi's `endedReason` when the conversation is over.
    """

    said: str = ""
    calls: list[dict[str, Any]] = field(default_factory=list)
    ended: str | None = None


class TrialBackstage(EngineBackstage):
    """The `Backstage` of a conversation on trial.

    Args:
        org_id: whose it is.
        known: what models and servers may know of it.
        started_at: the moment relative dates count from, aware.
        mocks: results of mocked tools, by function name.
    """

    def __init__(
        self,
        org_id: UUID,
        known: Mapping[str, Any],
        started_at: datetime,
        mocks: Mapping[str, str],
    ) -> None:
        super().__init__(org_id, known, started_at)
        self._mocks = mocks

    async def ask_server(
        self, kind: str, fields: dict[str, Any], server: dict[str, Any] | None = None
    ) -> Any:
        """See `Backstage`; calls of mocked tools are answered here."""
        calls = fields.get("toolCallList") if kind == "tool-calls" else None
        if isinstance(calls, list) and calls and all(_name(one) in self._mocks for one in calls):
            return {
                "results": [
                    {
                        "toolCallId": one.get("id"),
                        "name": _name(one),
                        "result": self._mocks[_name(one)],
                    }
                    for one in calls
                ]
            }
        return await super().ask_server(kind, fields, server)

    async def find_cast(self, body: dict[str, Any]) -> Cast:
        """See `Backstage`; those handed over to have their tools mocked as well."""
        return mocked(await super().find_cast(body), self._mocks)


def mocked(cast: Cast, mocks: Mapping[str, str]) -> Cast:
    """A cast whose mocked tools are asked of `TrialBackstage`, whatever type they are.

    Args:
        cast: who may answer.
        mocks: results, by function name.
    """
    if not mocks:
        return cast
    return replace(cast, members=tuple(_with_mocks(member, mocks) for member in cast.members))


async def turn_of(events: AsyncGenerator[Event], *, run_tools: bool = True) -> Turn:
    """Follow an answer to its end.

    Args:
        events: of `Conversation.open`, `hear` or `respond`.
        run_tools: False to stop before the first function runs.
    """
    turn = Turn()
    words: list[str] = []
    async with aclosing(events):
        async for event in events:
            match event:
                case Say(text):
                    words.append(text)
                case ToolsCalled(calls):
                    turn.calls += [_called(one.name, one.arguments) for one in calls]
                    if not run_tools:
                        break
                case EndCall(reason):
                    turn.ended = reason
                    break
                case Transfer(destination, reason):
                    _note(turn, "transferCall", {"destination": _target(destination)})
                    turn.ended = reason
                    break
                case SendDigits(digits):
                    _note(turn, "dtmf", {"dtmf": digits})
                case HandedOff(assistant):
                    _note(turn, "handoff", {"destination": str(assistant.get("name") or "")})
    turn.said = "".join(words).strip()
    return turn


def tool_call(name: str, arguments: Any) -> dict[str, Any]:
    """A call of a function as a history holds it."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
    return {
        "id": f"call_{uuid4().hex[:24]}",
        "type": "function",
        "function": {"name": name, "arguments": text},
    }


def _with_mocks(member: Member, mocks: Mapping[str, str]) -> Member:
    model = member.assistant.get("model")
    tools = model.get("tools") if isinstance(model, dict) else None
    if not isinstance(model, dict) or not isinstance(tools, list):
        return member
    replaced = [_mock(tool, mocks) if isinstance(tool, dict) else tool for tool in tools]
    assistant = {**member.assistant, "model": {**model, "tools": replaced}}
    return replace(member, assistant=assistant)


def _mock(tool: dict[str, Any], mocks: Mapping[str, str]) -> dict[str, Any]:
    function = tool.get("function") if isinstance(tool.get("function"), dict) else {}
    name = (function or {}).get("name") or tool.get("name") or tool.get("type")
    if name not in mocks:
        return tool
    described = {"name": name, "description": tool.get("description") or ""}
    parameters = tool.get("body") if tool.get("type") == "apiRequest" else None
    return {
        "type": "function",
        "function": {
            **described,
            **({"parameters": parameters} if isinstance(parameters, dict) else {}),
            **(function or {}),
        },
        "messages": tool.get("messages") or [],
        "server": {"url": _NOWHERE},
    }


def _name(call: Any) -> str:
    function = call.get("function") if isinstance(call, dict) else None
    named = (function or {}).get("name") if isinstance(function, dict) else None
    return str(named or (call.get("name") if isinstance(call, dict) else "") or "")


def _called(name: str, arguments: str) -> dict[str, Any]:
    try:
        read = json.loads(arguments or "{}")
    except ValueError:
        read = arguments
    return {"name": name, "arguments": read}


def _note(turn: Turn, name: str, arguments: dict[str, Any]) -> None:
    """What an event tells of a function, unless the function itself was reported before it."""
    if not any(name.lower() in str(one["name"]).lower() for one in turn.calls):
        turn.calls.append({"name": name, "arguments": arguments})


def _target(destination: dict[str, Any]) -> str:
    return str(
        destination.get("number")
        or destination.get("sipUri")
        or destination.get("assistantName")
        or ""
    )
