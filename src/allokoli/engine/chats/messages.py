"""Messages of a chat, in OpenAI's shape, and what a turn of a conversation adds to them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

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
_ROLES = {"bot": "assistant"}
_KEPT = ("tool_calls", "tool_call_id", "name")


def read_input(given: str | list[Message]) -> list[Message]:
    """A chat's input, checked before, as messages."""
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    return [read_message(one) for one in given]


def read_message(given: Message) -> Message:
    """A message a client wrote, in the one shape that is kept."""
    content = given.get("content")
    if content is None:
        content = given.get("message")
    kept = {name: given[name] for name in _KEPT if given.get(name) is not None}
    return {"role": _ROLES.get(given["role"], given["role"]), "content": content, **kept}


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
                told = {"role": "tool", "content": result, "tool_call_id": call.id}
                self.output.append({**told, "name": call.name})
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
