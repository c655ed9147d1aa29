"""Messages of a chat, in OpenAI's shape, and what a turn of a conversation adds to them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allokoli.engine.api.wire import epoch_ms
from allokoli.engine.conversation.events import (
    EndCall,
    Event,
    HandedOff,
    Say,
    ToolAnswered,
    ToolsCalled,
)

Message = dict[str, Any]
MAX_ANSWER_CHARS = 100_000
_MAX_NAME_CHARS = 40
_ROLES = {"bot": "assistant"}
_KEPT = ("tool_calls", "tool_call_id", "name", "time")
_TWICE = frozenset({"user", "system"})


def read_input(given: str | list[Message], at: datetime) -> list[Message]:
    """A chat's input, checked before, as messages.

    Args:
        given: what the client wrote.
        at: when.
    """
    return read_messages(
        [{"role": "user", "content": given}] if isinstance(given, str) else given, at
    )


def read_messages(given: list[Message], at: datetime) -> list[Message]:
    """Messages a client wrote, in the one shape that is kept."""
    return [_read(one, at) for one in given]


def told(messages: Iterable[Message], started_at: datetime) -> list[Message]:
    """Messages on the wire.

    What people and instructions say has the properties of Vapi's schemas (`message`, times) beside
    those of its service (`content`): typed clients read the ones, everybody else the others.

    Args:
        messages: as kept.
        started_at: of the chat or session.
    """
    start = epoch_ms(started_at)
    shown = []
    for one in messages:
        plain = {name: value for name, value in one.items() if name != "time"}
        if one["role"] in _TWICE:
            time = one.get("time", start)
            since = max(round((time - start) / 1000, 3), 0)
            plain |= {"message": one["content"], "time": time, "secondsFromStart": since}
        shown.append(plain)
    return shown


def plain(messages: Iterable[Message]) -> list[Message]:
    """Messages in OpenAI's shape only, whose document knows no `developer`."""
    shaped = ({name: one[name] for name in one if name != "time"} for one in messages)
    return [one | {"role": "system"} if one["role"] == "developer" else one for one in shaped]


def _read(given: Message, at: datetime) -> Message:
    content = given.get("content")
    if content is None:
        content = given.get("message")
    role = _ROLES.get(given["role"], given["role"])
    kept = {name: given[name] for name in _KEPT if given.get(name) is not None}
    if role in _TWICE:
        time = kept.get("time")
        kept["time"] = time if isinstance(time, (int, float)) and time > 0 else epoch_ms(at)
    else:
        kept.pop("time", None)
    return {"role": role, "content": content, **kept}


def history(messages: Iterable[Message]) -> list[Message]:
    """Messages as a model may be told of them.

    A function that was asked for and never answered, or an answer nobody asked for, is left out:
    models refuse such a history.
    """
    listed = list(messages)
    answered = {one.get("tool_call_id") for one in listed if one["role"] == "tool"}
    asked: set[Any] = set()
    told: list[Message] = []
    for one in listed:
        calls = [call for call in one.get("tool_calls") or () if call["id"] in answered]
        if one["role"] == "tool":
            if one["tool_call_id"] in asked:
                asked.discard(one["tool_call_id"])
                told.append(_without_name(one))
        elif calls:
            asked |= {call["id"] for call in calls}
            told.append(
                {"role": "assistant", "content": one["content"] or None, "tool_calls": calls}
            )
        elif one["content"]:
            told.append({"role": one["role"], "content": one["content"]})
    return told


@dataclass
class Answer:
    """What a turn answered, as it comes.

    Attributes:
        output: the messages so far.
        reason: why the conversation would end, if it does.
    """

    output: list[Message] = field(default_factory=list)
    reason: str | None = None
    _chars: int = 0
    _apart: bool = False

    def take(self, event: Event) -> tuple[int, str] | None:
        """Take an event down.

        Returns:
            What was said, with the number of the message it belongs to; None when it was no speech.
        """
        match event:
            case Say(text) if text and self._chars < MAX_ANSWER_CHARS:
                return self._speak(text)
            case ToolsCalled(calls):
                asked = [
                    {
                        "id": one.id,
                        "type": "function",
                        "function": {"name": one.name, "arguments": one.arguments},
                    }
                    for one in calls
                ]
                if self.output and self._is_speech(self.output[-1]):
                    self.output[-1]["tool_calls"] = asked
                else:
                    self.output.append({"role": "assistant", "content": "", "tool_calls": asked})
            case ToolAnswered(call, result):
                answered = {"role": "tool", "content": result, "tool_call_id": call.id}
                # Longer names have no place in Vapi's schema; the call has them.
                name = {"name": call.name} if len(call.name) <= _MAX_NAME_CHARS else {}
                self.output.append({**answered, **name})
            case HandedOff():
                self._apart = True
            case EndCall(reason):
                self.reason = reason
        return None

    @property
    def failed(self) -> bool:
        """Whether it ended because the model could not answer."""
        return self.reason is not None and "error" in self.reason

    @property
    def words(self) -> str:
        """All that was said."""
        said = (one["content"] for one in self.output if one["role"] == "assistant")
        return "\n".join(one for one in said if one)

    def _speak(self, text: str) -> tuple[int, str]:
        if self._apart or not self.output or not self._is_speech(self.output[-1]):
            self._apart = False
            text = text.lstrip()
            self.output.append({"role": "assistant", "content": ""})
        self.output[-1]["content"] += text
        self._chars += len(text)
        return len(self.output) - 1, text

    @staticmethod
    def _is_speech(one: Message) -> bool:
        return one["role"] == "assistant" and "tool_calls" not in one


def _without_name(one: Message) -> Message:
    return {name: value for name, value in one.items() if name != "name"}
