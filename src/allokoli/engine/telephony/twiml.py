"""What Twilio is told to do with a call, built with its own library."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from twilio.twiml.voice_response import Connect, Dial, Stream, VoiceResponse

from allokoli.engine.telephony import links
from allokoli.engine.telephony.phrases import locale_of

_MAX_SPOKEN = 1_000
_DIAL_TIMEOUT_S = 60
_MAX_DIAL_TIMEOUT_S = 600
_WHISPERING = frozenset({"warm-transfer-say-message", "warm-transfer-say-summary"})
_OPERATOR_TWIML = "warm-transfer-twiml"


def stream(org_id: UUID, call_id: UUID) -> str:
    """Carry the call's audio to us and back; when we close the stream, the call is over."""
    response = VoiceResponse()
    connect = Connect()
    media = Stream(url=links.stream())
    media.parameter(name="callId", value=str(call_id))
    media.parameter(name="token", value=links.stream_token(org_id, call_id))
    connect.append(media)
    response.append(connect)
    return str(response)


def say_and_hang_up(text: str, language: str) -> str:
    """Say something and end the call.

    Args:
        text: at most 1,000 characters of it are said.
        language: two letters.
    """
    response = VoiceResponse()
    response.say(text[:_MAX_SPOKEN], language=locale_of(language))
    response.hangup()
    return str(response)


def hang_up() -> str:
    """End the call."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def busy() -> str:
    """Let the caller hear that the line is busy."""
    response = VoiceResponse()
    response.reject(reason="busy")
    return str(response)


def dial(
    destination: dict[str, Any],
    *,
    org_id: UUID,
    call_id: UUID,
    customer: str = "",
    number: str = "",
) -> str:
    """Connect the caller to somebody else.

    Args:
        destination: Vapi's, of type `number` or `sip`.
        org_id: whose call.
        call_id: the call.
        customer: the caller's number.
        number: the organization's number.
    """
    response = VoiceResponse()
    plan = _plan(destination)
    options: dict[str, Any] = {
        "timeout": _timeout_s(plan.get("dialTimeout")),
        "action": links.call(org_id, call_id, "dialed"),
        "method": "POST",
        "answer_on_bridge": True,
    }
    if caller_id := _caller_id(destination, customer, number):
        options["caller_id"] = caller_id
    dialing = Dial(**options)
    ours: dict[str, Any] = {}
    if whispered(destination) is not None or plan.get("mode") == _OPERATOR_TWIML:
        ours = {"url": links.call(org_id, call_id, "whisper"), "method": "POST"}
    if destination.get("type") == "sip":
        dialing.sip(_sip_address(destination), **ours)
    else:
        if extension := str(destination.get("extension") or ""):
            ours["send_digits"] = f"wwww{extension}"
        dialing.number(str(destination.get("number") or ""), **ours)
    response.append(dialing)
    return str(response)


def whisper(destination: dict[str, Any], language: str) -> str:
    """What the destination hears before the caller is connected to it."""
    plan = _plan(destination)
    given = plan.get("twiml")
    if plan.get("mode") == _OPERATOR_TWIML and isinstance(given, str):
        return given if given.lstrip().startswith("<") else str(VoiceResponse())
    response = VoiceResponse()
    if text := whispered(destination):
        response.say(text[:_MAX_SPOKEN], language=locale_of(language))
    return str(response)


def whispered(destination: dict[str, Any]) -> str | None:
    """The words for the destination alone, as its transfer plan asks; None for none."""
    plan = _plan(destination)
    message = plan.get("message")
    if plan.get("mode") not in _WHISPERING or not isinstance(message, str):
        return None
    return message or None


def _plan(destination: dict[str, Any]) -> dict[str, Any]:
    plan = destination.get("transferPlan")
    return plan if isinstance(plan, dict) else {}


def _timeout_s(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, (int, float)) or given < 1:
        return _DIAL_TIMEOUT_S
    return min(int(given), _MAX_DIAL_TIMEOUT_S)


def _caller_id(destination: dict[str, Any], customer: str, number: str) -> str:
    """Twilio shows the caller's own number when none is given."""
    given = destination.get("callerId")
    if not isinstance(given, str):
        return ""
    for place, value in (("{{customer.number}}", customer), ("{{phoneNumber.number}}", number)):
        given = given.replace(place, value)
    return given if "{{" not in given else ""


def _sip_address(destination: dict[str, Any]) -> str:
    address = str(destination.get("sipUri") or "")
    if not address.startswith(("sip:", "sips:")):
        address = f"sip:{address}"
    headers = destination.get("sipHeaders")
    # Twilio passes on only headers of this form.
    own = {
        str(name): str(value)
        for name, value in (headers.items() if isinstance(headers, dict) else ())
        if str(name).lower().startswith("x-")
    }
    return f"{address}{'&' if '?' in address else '?'}{urlencode(own)}" if own else address
