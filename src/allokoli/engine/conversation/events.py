"""What a conversation asks its transport to do, and what it did by itself.

A conversation is text in, events out; voice calls, text calls, chats and simulations carry the same
events.
"""

from dataclasses import dataclass
from typing import Any

from allokoli.engine.conversation.chat_model import ToolCall
from allokoli.engine.conversation.ended_reasons import FORWARDED


@dataclass(frozen=True, slots=True)
class Say:
    """A piece of what the assistant says, in order, to be voiced as it arrives.

    Attributes:
        text: the words; an address of a sound file is a `firstMessage` to be played.
        interruptible: whether the caller may cut it short.
        awaited: what follows depends on its being heard: the transport asks for the next event
            once it was voiced to its end.
    """

    text: str
    interruptible: bool = True
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up once everything said so far has been heard.

    Attributes:
        reason: Vapi's `endedReason` literal.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class ToolsCalled:
    """The model asked for functions, which run now; for the call's record and its followers.

    Attributes:
        calls: in the order the model gave them.
    """

    calls: tuple[ToolCall, ...]


@dataclass(frozen=True, slots=True)
class ToolAnswered:
    """A function gave its result, or failed.

    Attributes:
        call: which one.
        result: what the model is told; JSON or plain text.
        failed: whether that is an error.
    """

    call: ToolCall
    result: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class HandedOff:
    """Another assistant of the squad goes on, or a workflow moved to another node.

    The transport takes the new assistant's language, voice and plans before the next word.

    Attributes:
        assistant: who speaks now, as Vapi writes it.
        before: who spoke.
        node: the workflow's node entered, when it is one.
    """

    assistant: dict[str, Any]
    before: dict[str, Any]
    node: str | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Forward the caller to a number or a SIP address, once everything said has been heard.

    A transport that cannot forward (text, browser) ends the call with the same reason.

    Attributes:
        destination: Vapi's transfer destination, of type `number` or `sip`.
        reason: the `endedReason` of the call then.
    """

    destination: dict[str, Any]
    reason: str = FORWARDED


@dataclass(frozen=True, slots=True)
class SendDigits:
    """Press keys on the line.

    Attributes:
        digits: of 0-9, *, #, and w for a pause of half a second.
    """

    digits: str


Event = Say | EndCall | ToolsCalled | ToolAnswered | HandedOff | Transfer | SendDigits
