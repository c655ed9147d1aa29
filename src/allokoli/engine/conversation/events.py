"""What a conversation asks its transport to do.

A conversation is text in, events out; voice calls, text calls and simulations carry the same
events.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Say:
    """A piece of what the assistant says, in order, to be voiced as it arrives."""

    text: str


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up once everything said so far has been heard.

    Attributes:
        reason: Vapi's `endedReason` literal.
    """

    reason: str


Event = Say | EndCall
