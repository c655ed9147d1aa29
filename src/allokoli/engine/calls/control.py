"""Orders to a call while it runs, as Vapi's `controlUrl` and its clients give them."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import structlog

from allokoli.engine.api.errors import Invalid
from allokoli.engine.calls.live_call import LiveCall
from allokoli.engine.calls.voice import Side
from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.conversation.ended_reasons import CANCELED, SAID_LAST_MESSAGE
from allokoli.engine.conversation.events import Event

SAY_FIRST_MESSAGE = "say-first-message"

_MAX_CHARS = 5_000
_MAX_DESTINATION = 50
_ROLES = ("assistant", "system", "user", "developer")
_MUTES: dict[str, tuple[Side, bool]] = {
    "mute-assistant": ("assistant", True),
    "unmute-assistant": ("assistant", False),
    "mute-customer": ("customer", True),
    "unmute-customer": ("customer", False),
}
_CONTROLS = (*_MUTES, SAY_FIRST_MESSAGE)
_FORWARDS = ("number", "sip")
_HANDOFFS = ("assistant", "squad")

_log = structlog.get_logger()


def checked(body: dict[str, Any]) -> dict[str, Any]:
    """An order this engine can carry out, brought to one form.

    Args:
        body: what was posted; `say` takes its words as `content` or `message`.

    Raises:
        Invalid: it is none.
    """
    kind = body.get("type")
    read = _READERS.get(kind) if isinstance(kind, str) else None
    if read is None:
        raise _one_of("type", tuple(name for name in _READERS if name != "hangup"))
    return read(body)


def of_caller(body: dict[str, Any]) -> dict[str, Any]:
    """The same of what the caller's own client asks, who chooses nobody to answer them: whoever
    answers does so with the keys of the organization.

    Raises:
        Invalid: it is none, or not theirs to give.
    """
    order = checked(body)
    if order["type"] == "handoff":
        raise Invalid(["handoff is asked of the call's controlUrl"])
    return order


async def obey(live: LiveCall, order: dict[str, Any]) -> None:
    """Carry out a checked order in a voice call; what the engine orders itself has a `reason`."""
    voice, conversation = live.voice, live.conversation
    if voice is None:
        return
    match order["type"]:
        case "say":
            await voice.say(
                order["content"],
                then_end=order.get("reason", SAID_LAST_MESSAGE) if order["end"] else None,
                interruptible=order["interruptible"],
                at_once=order["at_once"],
            )
        case "end-call":
            await voice.hang_up(order.get("reason", CANCELED))
        case "control" if order["control"] in _MUTES:
            side, on = _MUTES[order["control"]]
            await voice.mute(side, on=on)
        case "control":
            if conversation.script.first_message:
                await voice.say(conversation.script.first_message)
        case "transfer":
            await voice.transfer(order["destination"], order["content"])
        case "handoff":
            await voice.perform(_handed_over(live, order))
        case "add-message":
            message = {"role": order["role"], "content": order["content"]}
            await voice.perform(conversation.add_message(message, respond=order["answer"]))


async def _handed_over(live: LiveCall, order: dict[str, Any]) -> AsyncIterator[Event]:
    """Words, then another assistant; when it is not there, the present one goes on."""
    if order["content"]:
        async for event in live.conversation.say_out_of_turn(order["content"]):
            yield event
    try:
        async for event in live.conversation.hand_off(order["destination"]):
            yield event
    except ServerFailed:
        _log.warning("handoff_refused", call=str(live.call.id))


def _say(body: dict[str, Any]) -> dict[str, Any]:
    problems = [
        f"{name} must be a boolean value"
        for name in ("endCallAfterSpoken", "interruptionsEnabled", "interruptAssistantEnabled")
        if not isinstance(body.get(name), (bool, type(None)))
    ]
    if problems:
        raise Invalid(problems)
    return {
        "type": "say",
        "content": _words("content", body.get("content", body.get("message"))),
        "end": body.get("endCallAfterSpoken") is True,
        "interruptible": body.get("interruptionsEnabled") is not False,
        "at_once": body.get("interruptAssistantEnabled") is True,
    }


def _message(body: dict[str, Any]) -> dict[str, Any]:
    message = body.get("message")
    if not isinstance(message, dict) or message.get("role") not in _ROLES:
        raise _one_of("message.role", _ROLES)
    role = "system" if message["role"] == "developer" else message["role"]
    words = _words("message.content", message.get("content"))
    answer = body.get("triggerResponseEnabled", True) is True
    return {"type": "add-message", "role": role, "content": words, "answer": answer}


def _move(kind: str, body: dict[str, Any], types: tuple[str, ...]) -> dict[str, Any]:
    destination = body.get("destination")
    if not isinstance(destination, dict) or destination.get("type") not in types:
        raise _one_of("destination.type", types)
    if len(destination) > _MAX_DESTINATION:
        raise Invalid(["destination has too many properties"])
    for kind_of, name in (("number", "number"), ("sip", "sipUri")):
        if destination["type"] == kind_of:
            _words(f"destination.{name}", destination.get(name))
    content = body.get("content")
    words = _words("content", content) if content not in (None, "") else ""
    return {"type": kind, "destination": destination, "content": words}


def _context(body: dict[str, Any]) -> dict[str, Any]:
    words = _words("content", body.get("content"))
    return {"type": "add-message", "role": "system", "content": words, "answer": False}


def _end(_body: dict[str, Any]) -> dict[str, Any]:
    return {"type": "end-call"}


def _switch(body: dict[str, Any]) -> dict[str, Any]:
    if (control := body.get("control")) not in _CONTROLS:
        raise _one_of("control", _CONTROLS)
    return {"type": "control", "control": control}


def _transfer(body: dict[str, Any]) -> dict[str, Any]:
    return _move("transfer", body, _FORWARDS)


def _handoff(body: dict[str, Any]) -> dict[str, Any]:
    return _move("handoff", body, _HANDOFFS)


def _to_transport(_body: dict[str, Any]) -> dict[str, Any]:
    raise Invalid(
        "send-transport-message applies to SIP and Twilio signalling, which no transport of this "
        "engine carries."
    )


def _words(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Invalid([f"{name} should not be empty"])
    if len(value) > _MAX_CHARS:
        raise Invalid([f"{name} must be shorter than or equal to {_MAX_CHARS} characters"])
    return value


def _one_of(name: str, values: tuple[str, ...]) -> Invalid:
    return Invalid([f"{name} must be one of the following values: {', '.join(values)}"])


_READERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "say": _say,
    "add-message": _message,
    "append-context": _context,
    "control": _switch,
    "end-call": _end,
    "hangup": _end,
    "transfer": _transfer,
    "handoff": _handoff,
    "send-transport-message": _to_transport,
}
