"""Who goes on, and what they are told of what was said before."""

from dataclasses import dataclass, field
from typing import Any

from allokoli.engine.conversation.cast import Cast
from allokoli.engine.conversation.chat_model import Message
from allokoli.engine.conversation.memory import Memory

ROLLING = "rolling-history"
SWAP = "swap-system-message-in-history"
SWAP_WITHOUT_TOOLS = "swap-system-message-in-history-and-remove-transfer-tool-messages"
DELETE = "delete-history"


@dataclass(frozen=True, slots=True)
class ToMember:
    """Another assistant goes on.

    Attributes:
        member: which of the cast.
        cast: who may answer from now on; None when that stays.
        transfer_mode: of a transfer, one of Vapi's four.
        context_plan: of a hand-off, Vapi's `contextEngineeringPlan`.
    """

    member: int
    cast: Cast | None = None
    transfer_mode: str | None = None
    context_plan: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToNode:
    """A workflow moves to another node.

    Attributes:
        node: its name.
    """

    node: str


Move = ToMember | ToNode


def hand_over(memory: Memory, move: ToMember, history: list[Message], call_ids: list[str]) -> None:
    """Write down who speaks and what their model is shown.

    Args:
        memory: changed.
        move: to whom, and how.
        history: all that was said and done, the hand-off's own call and result included.
        call_ids: of the calls that made the hand-off.
    """
    before, was = memory.segments, memory.member
    own: dict[str, Any] = {"instructions": None}
    past = [one for one in before if "instructions" not in one]
    now = len(history)
    match move.transfer_mode or move.context_plan.get("type") or "all":
        case "rolling-history":
            shown = [{"instructions": was} if one == own else one for one in _closed(before, now)]
            shown += [own, {"from": now}]
        case "swap-system-message-in-history-and-remove-transfer-tool-messages":
            shown = [
                own,
                *({**one, "without": [*one.get("without", ()), *call_ids]} for one in past),
            ]
        case "delete-history" | "none":
            shown = [own, {"from": now}]
        case "lastNMessages":
            last = _whole_number(move.context_plan.get("maxMessages"))
            shown = [own, {"from": max(0, now - last)}]
        case "userAndAssistantMessages":
            shown = [own, *({**one, "spoken": True} for one in _closed(past, now)), {"from": now}]
        case "previousAssistantMessages":
            # What the previous assistant was itself told when it began, and nothing it said or did.
            began = int(memory.data.get("began", 0))
            shown = [own, *(one for one in _closed(past, began)), {"from": now}]
        case _:
            shown = [own, *past]
    memory.segments = shown
    if move.cast is not None:
        memory.cast = move.cast
    memory.member, memory.node = move.member, None
    memory.data["began"] = now


def _closed(segments: list[dict[str, Any]], at: int) -> list[dict[str, Any]]:
    """The segments as they end at a place in the history."""
    return [
        one if one.get("from") is None else {**one, "to": min(at, one.get("to") or at)}
        for one in segments
        if one.get("from") is None or one["from"] < at
    ]


def _whole_number(value: Any) -> int:
    return int(value) if isinstance(value, (int, float)) and 0 <= value < 10**6 else 0
