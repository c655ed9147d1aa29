"""Orders to a call while it runs, as Vapi's `controlUrl` takes them."""

from typing import Any

from allokoli.engine.api.errors import Invalid
from allokoli.engine.calls.live_call import LiveCall
from allokoli.engine.calls.voice import Voice
from allokoli.engine.conversation.conversation import Conversation
from allokoli.engine.conversation.events import EndCall, Say

SAID_LAST_MESSAGE = "assistant-ended-call-after-message-spoken"
CANCELED = "manually-canceled"
_MAX_CHARS = 1_000
_TYPES = ("say", "add-message", "end-call", "control", "transfer")
_ROLES = ("assistant", "system", "user")
SAY_FIRST_MESSAGE = "say-first-message"


def checked(body: dict[str, Any]) -> dict[str, Any]:
    """An order this engine can carry out, brought to one form.

    Args:
        body: what was posted; `say` takes its words as `content` or `message`.

    Raises:
        Invalid: it is none.
    """
    kind = body.get("type")
    if kind == "say":
        words = body.get("content", body.get("message"))
        end = body.get("endCallAfterSpoken", False) is True
        return {"type": kind, "content": _words("content", words), "end": end}
    if kind == "add-message":
        message = body.get("message")
        if not isinstance(message, dict) or message.get("role") not in _ROLES:
            raise Invalid(
                [f"message.role must be one of the following values: {', '.join(_ROLES)}"]
            )
        words = _words("message.content", message.get("content"))
        answer = body.get("triggerResponseEnabled", True) is True
        return {"type": kind, "role": message["role"], "content": words, "answer": answer}
    if kind == "end-call":
        return {"type": kind}
    if kind == "control" and body.get("control") == SAY_FIRST_MESSAGE:
        return {"type": kind, "control": SAY_FIRST_MESSAGE}
    if kind in _TYPES:
        named = body.get("control") if kind == "control" else kind
        raise Invalid([f"{str(named)[:40]} is not something this engine does in a running call"])
    raise Invalid([f"type must be one of the following values: {', '.join(_TYPES)}"])


async def obey(live: LiveCall, order: dict[str, Any]) -> None:
    """Carry out a checked order in a voice call."""
    voice, conversation = live.voice, live.conversation
    if voice is None:
        return
    match order["type"]:
        case "say":
            await voice.say(order["content"], then_end=SAID_LAST_MESSAGE if order["end"] else None)
        case "end-call":
            await voice.hang_up(CANCELED)
        case "control":
            if conversation.script.first_message:
                await voice.say(conversation.script.first_message)
        case "add-message" if order["role"] == "user" and order["answer"]:
            await _answer_aloud(voice, conversation, order["content"])
        case "add-message":
            conversation.add({"role": order["role"], "content": order["content"]})


async def _answer_aloud(voice: Voice, conversation: Conversation, content: str) -> None:
    """Answer what was put in the caller's mouth."""
    words, reason = "", None
    async for event in conversation.hear(content):
        match event:
            case Say(text):
                words += text
            case EndCall():
                reason = event.reason
    await voice.say(words, then_end=reason)


def _words(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Invalid([f"{name} should not be empty"])
    if len(value) > _MAX_CHARS:
        raise Invalid([f"{name} must be shorter than or equal to {_MAX_CHARS} characters"])
    return value
