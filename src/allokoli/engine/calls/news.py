"""What a call's followers are told while it runs: its server, and the client in it."""

from collections.abc import Callable
from typing import Any, Literal
from weakref import WeakKeyDictionary

from allokoli.core.security.sealed_json import part
from allokoli.engine.calls.happenings import wire_tool_call
from allokoli.engine.calls.models import Call, CallMessage
from allokoli.engine.calls.server_messages import (
    Destination,
    Outbox,
    common,
    destination,
    envelope,
)
from allokoli.engine.calls.shown import brief
from allokoli.engine.calls.shown_messages import spoken, wire_messages
from allokoli.engine.conversation.events import (
    Event,
    HandedOff,
    ToolAnswered,
    ToolsCalled,
    Transfer,
)

ClientMessage = Callable[[dict[str, Any]], None]

# What Vapi sends to a client when an assistant does not say.
_CLIENT_DEFAULT = frozenset(
    {"conversation-update", "function-call", "hang", "model-output", "speech-update",
     "status-update", "transfer-update", "transcript", "tool-calls", "user-interrupted",
     "voice-input", "workflow.node.started", "assistant.started"}
)  # fmt: skip


class News:
    """Tells the news of calls; every method returns at once.

    Args:
        outbox: carries the server's messages.
        client: sends to the browser or socket in the call, when there is one.
    """

    def __init__(self, outbox: Outbox, client: ClientMessage | None = None) -> None:
        self._outbox = outbox
        self._client = client
        self._destinations: WeakKeyDictionary[Call, Destination | None] = WeakKeyDictionary()

    def status(self, call: Call) -> None:
        """The call's status changed."""
        fields: dict[str, Any] = {"status": call.status}
        if call.ended_reason:
            fields["endedReason"] = call.ended_reason
        if found := call.artifacts.get("destination"):
            fields["destination"] = found
        self._tell(call, "status-update", fields)

    def forwarding(self, call: Call, to: dict[str, Any]) -> None:
        """The caller is being forwarded."""
        self._tell(call, "status-update", {"status": "forwarding", "destination": to})

    def started(self, call: Call, assistant: dict[str, Any] | None = None) -> None:
        """An assistant is in the call; the one that opens it when None."""
        new = call.assistant if assistant is None else part(assistant)[0]
        self._tell(call, "assistant.started", {"newAssistant": new})

    def transcript(self, call: Call, role: str, text: str, *, final: bool) -> None:
        """Somebody said, or is saying, something."""
        if text:
            kind = "final" if final else "partial"
            fields = {"role": role, "transcriptType": kind, "transcript": text}
            self._tell(call, "transcript", fields, final=final)

    def conversation(self, call: Call, messages: list[CallMessage]) -> None:
        """Something was said; `messages` is all that was, in order."""
        if self._unheard(call, "conversation-update"):
            return
        fields = {
            "messages": wire_messages(call, messages),
            "messagesOpenAIFormatted": spoken(messages),
        }
        self._tell(call, "conversation-update", fields)

    def speech(
        self, call: Call, role: str, status: Literal["started", "stopped"], turn: int
    ) -> None:
        """Somebody began or stopped speaking; `turn` counts the caller's turns from 0."""
        self._tell(call, "speech-update", {"role": role, "status": status, "turn": turn})

    def answered(self, call: Call, text: str, turn: int, *, aloud: bool) -> None:
        """The assistant gave words, voiced or written."""
        self._tell(call, "model-output", {"output": text, "turnId": str(turn)})
        if aloud:
            self._tell(call, "voice-input", {"input": text})
            fields = {"text": text, "turn": turn, "source": "model"}
            self._tell(call, "assistant.speechStarted", fields)

    def interrupted(self, call: Call, turn: int) -> None:
        """The caller interrupted the assistant."""
        self._tell(call, "user-interrupted", {"turnId": str(turn)})

    def hang(self, call: Call) -> None:
        """The assistant has been silent for too long after the caller's turn."""
        self._tell(call, "hang", {})

    def deleted(self, call: Call) -> None:
        """The call is no longer kept."""
        self._tell(call, "call.deleted", {})

    def happened(self, call: Call, event: Event) -> None:
        """The conversation did something other than speak."""
        match event:
            case ToolsCalled(calls):
                listed = [wire_tool_call(one) for one in calls]
                self._tell_client(call, "tool-calls", {"toolCallList": listed,
                                  "toolWithToolCallList": _with_tools(call, listed)})  # fmt: skip
            case ToolAnswered(asked, result, failed):
                fields = {"toolCallId": asked.id, "name": asked.name, "result": result}
                fields |= {"error": result} if failed else {}
                self._tell_client(call, "tool-calls-result", {"toolCallResult": fields})
                self._tell_client(call, "tool.completed", fields)
            case HandedOff(node=str(node)):
                self._tell_client(call, "workflow.node.started", {"node": {"name": node}})
            case HandedOff(assistant, before):
                named = {"type": "assistant", "assistantName": str(assistant.get("name") or "")}
                update = {
                    "destination": named,
                    "toAssistant": part(assistant)[0],
                    "fromAssistant": part(before)[0],
                }
                self._tell(call, "transfer-update", update)
                self.started(call, assistant)
            case Transfer(to):
                self._tell(call, "transfer-update", {"destination": to})
                self.forwarding(call, to)

    def _tell(self, call: Call, kind: str, fields: dict[str, Any], *, final: bool = False) -> None:
        self._tell_client(call, kind, fields)
        to = self._destination(call)
        if to is not None and to.wants(kind, final=final):
            body = envelope(kind, fields, common(call, brief(call)))
            self._outbox.put(call, to, body)

    def _tell_client(self, call: Call, kind: str, fields: dict[str, Any]) -> None:
        if self._client is not None and kind in _client_wants(call):
            self._client({"type": kind, **fields})

    def _unheard(self, call: Call, kind: str) -> bool:
        to = self._destination(call)
        heard = self._client is not None and kind in _client_wants(call)
        return not heard and (to is None or not to.wants(kind))

    def _destination(self, call: Call) -> Destination | None:
        if call not in self._destinations:
            self._destinations[call] = destination(call)
        return self._destinations[call]


def _client_wants(call: Call) -> frozenset[str]:
    asked = call.assistant.get("clientMessages")
    return frozenset(asked) if isinstance(asked, list) else _CLIENT_DEFAULT


def _with_tools(call: Call, listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each call beside the tool it is for, as far as the opening assistant has it."""
    tools = {
        (one.get("function") or {}).get("name") or one.get("name"): one
        for one in (call.assistant.get("model") or {}).get("tools") or ()
        if isinstance(one, dict)
    }
    return [
        {**tools.get(one["function"]["name"], {"type": "function"}), "toolCall": one}
        for one in listed
    ]
