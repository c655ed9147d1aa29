"""A turn as text, for those who hear it all at once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from allokoli.engine.conversation.events import EndCall, Event, Say, Transfer


@dataclass(slots=True)
class Collected:
    """What one turn said and did.

    Attributes:
        text: its words; may be empty.
        ended: the `endedReason` when the call is over, else None.
        transfer: where the caller is forwarded, when they are; text cannot be, so it ends.
        events: everything, in order.
    """

    text: str = ""
    ended: str | None = None
    transfer: Transfer | None = None
    events: list[Event] = field(default_factory=list)


async def collected(events: AsyncIterator[Event]) -> Collected:
    """Run a turn to its end.

    Args:
        events: from `Conversation.open`, `hear`, ….
    """
    found = Collected()
    before = ""
    async for event in events:
        found.events.append(event)
        match event:
            case Say(text) if text:
                found.text += joint(before, text) + text
                before = text
            case EndCall(reason):
                found.ended = found.ended or reason
            case Transfer(reason=reason):
                found.transfer, found.ended = event, found.ended or reason
    found.text = found.text.strip()
    return found


def joint(before: str, after: str) -> str:
    """The space between two pieces, when they are whole sentences given without it."""
    ends = before.endswith((".", "!", "?", "…", ":"))
    return " " if ends and not after[0].isspace() and after[0].isalnum() else ""
