"""What a conversation keeps between turns, as JSON: another process may go on with it."""

from typing import Any

from allokoli.engine.conversation.cast import Cast
from allokoli.engine.conversation.chat_model import Message
from allokoli.engine.conversation.variables import bounded

_MAX_SEGMENTS = 40
# What a call is, nobody finds out anew.
_STANDING = frozenset({"call", "customer", "phoneNumber"})


class Memory:
    """Names for what is in a conversation's `state`. Only what differs from a call's start is kept.

    Args:
        data: the state; changed in place.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    @property
    def cast(self) -> Cast | None:
        """Who may answer, when a hand-off brought others in."""
        stored = self.data.get("cast")
        return Cast.from_json(stored) if stored else None

    @cast.setter
    def cast(self, cast: Cast) -> None:
        self.data["cast"] = cast.to_json()

    @property
    def member(self) -> int:
        """Which of the cast speaks."""
        return int(self.data.get("member", 0))

    @member.setter
    def member(self, member: int) -> None:
        self.data["member"] = member

    @property
    def node(self) -> str | None:
        """The workflow's node that speaks."""
        return self.data.get("node")

    @node.setter
    def node(self, node: str | None) -> None:
        self.data["node"] = node

    @property
    def variables(self) -> dict[str, Any]:
        """What was extracted in the call."""
        return dict(self.data.get("variables") or {})

    def learn(self, variables: dict[str, Any]) -> None:
        """Keep variables; a new value replaces one of the same name."""
        variables = {name: one for name, one in variables.items() if name not in _STANDING}
        if variables:
            self.data["variables"] = bounded(self.variables | variables)

    def count(self, name: str) -> int:
        """How often something happened."""
        return int((self.data.get("counts") or {}).get(name, 0))

    def set_count(self, name: str, count: int) -> None:
        """Remember how often something happened."""
        self.data.setdefault("counts", {})[name] = count

    # What the model is shown

    @property
    def segments(self) -> list[dict[str, Any]]:
        """What the model is shown, in order; see `shown`."""
        return self.data.get("context") or [{"instructions": None}, {"from": 0}]

    @segments.setter
    def segments(self, segments: list[dict[str, Any]]) -> None:
        self.data["context"] = segments[:1] + segments[1:][-_MAX_SEGMENTS:]

    def forget(self, index: int) -> None:
        """A message of the history is taken out: what follows moves up."""
        if self.data.get("began", 0) > index:
            self.data["began"] -= 1
        for segment in self.data.get("context") or ():
            for end in ("from", "to"):
                if segment.get(end) is not None and segment[end] > index:
                    segment[end] -= 1

    def shown(
        self, history: list[Message], instructions: dict[int | None, list[Message]]
    ) -> list[Message]:
        """The messages a model is given.

        Args:
            history: all that was said and done.
            instructions: of who speaks (under None) and of those who spoke before.
        """
        messages: list[Message] = []
        for segment in self.segments:
            if "instructions" in segment:
                messages += instructions.get(segment["instructions"], [])
            else:
                messages += _part(history, segment)
        return messages


def _part(history: list[Message], segment: dict[str, Any]) -> list[Message]:
    part = history[segment["from"] : segment.get("to")]
    if segment.get("spoken"):
        return [
            {"role": one["role"], "content": one["content"]}
            for one in part
            if one["role"] in {"user", "assistant"} and one.get("content")
        ]
    without = set(segment.get("without") or ())
    if without:
        part = [kept for one in part if (kept := _less(one, without)) is not None]
    # The results of calls made before this part mean nothing to a model.
    asked = {call["id"] for one in part for call in one.get("tool_calls") or ()}
    return [one for one in part if one["role"] != "tool" or one.get("tool_call_id") in asked]


def _less(message: Message, without: set[str]) -> Message | None:
    """A message without some tool calls; None when nothing of it is left."""
    if message.get("tool_call_id") in without:
        return None
    calls = message.get("tool_calls")
    if not calls:
        return message
    left = [call for call in calls if call["id"] not in without]
    if left:
        return {**message, "tool_calls": left}
    plain = {name: value for name, value in message.items() if name != "tool_calls"}
    return plain if plain.get("content") else None
