"""Who takes a call that comes in, before anything of it is stored."""

from dataclasses import dataclass
from typing import Any, TypeGuard
from uuid import UUID

from allokoli.core import clock
from allokoli.engine import servers
from allokoli.engine.api.wire import iso
from allokoli.engine.calls.server_messages import envelope
from allokoli.engine.conversation.backstage import ServerFailed

REQUEST_TIMEOUT_S = 7.5
FAILED = "assistant-request-failed"
NOBODY = "assistant-request-returned-no-assistant"
INVALID = "assistant-request-returned-invalid-assistant"
_ERROR = "assistant-request-returned-error"
_UNSPEAKABLE = "assistant-request-returned-unspeakable-error"
_FORWARDED = "assistant-request-returned-forwarding-phone-number"
_STARTS = ("assistantId", "squadId", "workflowId")
# What an answer may say of who takes the call; the rest of it is none of ours.
_TAKEN = (
    "assistantId", "assistant", "assistantOverrides", "assistantVersion", "squadId", "squad",
    "squadOverrides", "workflowId", "workflow", "workflowOverrides",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Take:
    """An assistant takes the call.

    Attributes:
        body: who, as a CreateCallDTO names it.
    """

    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Forward:
    """Somebody else takes the call.

    Attributes:
        destination: Vapi's, of type `number` or `sip`.
        reason: Vapi's `endedReason` of our part of it.
    """

    destination: dict[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class Decline:
    """Nobody takes the call.

    Attributes:
        reason: Vapi's `endedReason`.
        words: for the caller; the usual ones when empty.
    """

    reason: str
    words: str = ""


Route = Take | Forward | Decline


async def route(org_id: UUID, number: dict[str, Any], call: dict[str, Any], customer: str) -> Route:
    """Decide who takes a call.

    Args:
        org_id: whose number.
        number: Vapi's phone number, secrets joined.
        call: as it will be, on the wire.
        customer: the caller's number.
    """
    if (hooked := _ringing(number, customer)) is not None:
        return hooked
    if named := {name: number[name] for name in _STARTS if number.get(name)}:
        return Take(named)
    return instead(number, await _asked(org_id, number, call, customer))


def instead(number: dict[str, Any], found: Route) -> Route:
    """What a number does when an assistant could not be had: its hooks, then its fallback."""
    if not isinstance(found, Decline):
        return found
    for hook in _hooks(number, "call.ending"):
        if _concerns(hook, found.reason):
            return _done(hook.get("do"), "call.ending") or found
    fallback = number.get("fallbackDestination")
    if found.reason != _ERROR and is_destination(fallback):
        return Forward(fallback, found.reason)
    return found


def is_destination(given: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a caller can be connected to it by telephone."""
    if not isinstance(given, dict):
        return False
    address = given.get({"number": "number", "sip": "sipUri"}.get(str(given.get("type")), ""))
    return isinstance(address, str) and bool(address.strip())


async def _asked(
    org_id: UUID, number: dict[str, Any], call: dict[str, Any], customer: str
) -> Route:
    """What the number's server says."""
    server = number.get("server")
    if not isinstance(server, dict) or not server.get("url"):
        return Decline(NOBODY)
    known = {"call": call, "phoneNumber": call.get("phoneNumber"), "customer": {"number": customer}}
    message = envelope("assistant-request", {}, known)
    try:
        answer = await servers.ask(org_id, server, message, timeout_s=REQUEST_TIMEOUT_S)
    except ServerFailed:
        return Decline(FAILED)
    if not isinstance(answer, dict):
        return Decline(INVALID if answer is not None else NOBODY)
    # Some servers answer with the message's own envelope.
    if isinstance(answer.get("messageResponse"), dict):
        answer = answer["messageResponse"]
    return _read(answer)


def _read(answer: dict[str, Any]) -> Route:
    if answer.get("error"):
        error = answer["error"]
        spoken = isinstance(error, str) and bool(error.strip())
        return Decline(_ERROR, error) if spoken else Decline(_UNSPEAKABLE)
    if is_destination(answer.get("destination")):
        return Forward(answer["destination"], _FORWARDED)
    taken = {name: answer[name] for name in _TAKEN if answer.get(name)}
    if any(name in taken for name in (*_STARTS, "assistant", "squad", "workflow")):
        return Take(taken)
    return Decline(NOBODY)


def _ringing(number: dict[str, Any], customer: str) -> Route | None:
    for hook in _hooks(number, "call.ringing"):
        filters = hook.get("filters")
        prefixes = [
            str(prefix).lstrip("+")
            for one in (filters if isinstance(filters, list) else ())
            if isinstance(one, dict)
            for prefix in one.get("startsWith") or ()
        ]
        concerned = not filters or customer.lstrip("+").startswith(tuple(prefixes))
        if concerned and (found := _done(hook.get("do"), "call.ringing")) is not None:
            return found
    return None


def _done(actions: Any, event: str) -> Route | None:
    """What a hook's first action makes of the call; the others count for nothing."""
    action = actions[0] if isinstance(actions, list) and actions else actions
    if isinstance(action, dict):
        if action.get("type") == "transfer" and is_destination(action.get("destination")):
            return Forward(action["destination"], f"{event}.hook-executed-transfer")
        if action.get("type") == "say" and isinstance(action.get("exact"), str):
            return Decline(f"{event}.hook-executed-say", action["exact"])
    return None


def _hooks(number: dict[str, Any], event: str) -> list[dict[str, Any]]:
    hooks = number.get("hooks")
    return [
        hook
        for hook in (hooks if isinstance(hooks, list) else ())
        if isinstance(hook, dict) and hook.get("on") == event
    ]


def _concerns(hook: dict[str, Any], reason: str) -> bool:
    filters = hook.get("filters")
    if not isinstance(filters, list) or not filters:
        return True
    return any(isinstance(one, dict) and reason in (one.get("oneOf") or ()) for one in filters)


def announced(
    org_id: UUID, call_id: UUID, number: dict[str, Any], customer: str, call_sid: str
) -> dict[str, Any]:
    """A call as an `assistant-request` shows it, before it is stored.

    Args:
        org_id: whose number.
        call_id: the id it will have.
        number: Vapi's phone number, without its secrets.
        customer: the caller's number.
        call_sid: Twilio's id of it.
    """
    now = iso(clock.now())
    return {
        "id": str(call_id),
        "orgId": str(org_id),
        "type": "inboundPhoneCall",
        "status": "ringing",
        "createdAt": now,
        "updatedAt": now,
        "customer": {"number": customer},
        "phoneNumberId": number.get("id"),
        "phoneNumber": number,
        "phoneCallProvider": "twilio",
        "phoneCallProviderId": call_sid,
        "phoneCallTransport": "pstn",
    }
