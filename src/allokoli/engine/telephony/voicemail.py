"""Whether a person or a machine took the call, as Twilio hears it.

Other providers' detection is asked of Twilio's too: the engine has no other ear for it.
"""

from typing import Any
from uuid import UUID

from allokoli.engine.telephony import links

_VOICEMAIL = "voicemail"
_DEFAULT_TYPES = ("machine_end_beep", "machine_end_silence")
# Vapi's names, and Twilio's with the range each takes.
_PARAMETERS = (
    ("machineDetectionTimeout", "MachineDetectionTimeout", 3, 59),
    ("machineDetectionSpeechThreshold", "MachineDetectionSpeechThreshold", 1000, 6000),
    ("machineDetectionSpeechEndThreshold", "MachineDetectionSpeechEndThreshold", 500, 5000),
    ("machineDetectionSilenceTimeout", "MachineDetectionSilenceTimeout", 2000, 10000),
)
_BEEP_WAIT = ("beepMaxAwaitSeconds", "MachineDetectionTimeout", 3, 59)


def detection(assistant: dict[str, Any], org_id: UUID, call_id: UUID) -> list[tuple[str, str]]:
    """Twilio's parameters for an assistant's `voicemailDetection`; none when it is off."""
    plan = _plan(assistant)
    if plan is None:
        return []
    asked = [
        ("MachineDetection", "DetectMessageEnd"),
        ("AsyncAmd", "true"),
        ("AsyncAmdStatusCallback", links.call(org_id, call_id, "machine")),
        ("AsyncAmdStatusCallbackMethod", "POST"),
    ]
    known = _PARAMETERS if plan.get("provider") == "twilio" else (_BEEP_WAIT,)
    for theirs, twilios, least, most in known:
        value = plan.get(theirs)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            asked.append((twilios, str(int(min(max(value, least), most)))))
    return asked


def is_machine(assistant: dict[str, Any], answered_by: str) -> bool:
    """Whether what Twilio heard counts as voicemail for an assistant."""
    plan = _plan(assistant)
    if plan is None:
        return False
    types = plan.get("voicemailDetectionTypes") if plan.get("provider") == "twilio" else None
    wanted = types if isinstance(types, list) and types else (*_DEFAULT_TYPES, "machine_end_other")
    return answered_by in wanted


def _plan(assistant: dict[str, Any]) -> dict[str, Any] | None:
    plan = assistant.get("voicemailDetection")
    if not isinstance(plan, dict) or plan.get("enabled") is False:
        return None
    return plan


def order(assistant: dict[str, Any]) -> dict[str, Any]:
    """What a call does that a machine answered: leave the assistant's message, or nothing."""
    message = assistant.get("voicemailMessage")
    if not isinstance(message, str) or not message.strip():
        return {"type": "end-call", "reason": _VOICEMAIL}
    said = {"type": "say", "content": message, "end": True, "reason": _VOICEMAIL}
    return {**said, "interruptible": False, "at_once": True}
