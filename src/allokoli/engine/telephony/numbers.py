"""A phone number at its carrier: who may call from it, and where its calls are answered."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from allokoli.core.identity import Identity
from allokoli.core.settings import get_settings
from allokoli.engine.telephony import links
from allokoli.engine.telephony.accounts import account_of, number_of
from allokoli.engine.telephony.twilio_api import TwilioFailed, change_number, find_number

TWILIO = "twilio"
_ELSEWHERE = {
    "vapi": "Numbers of provider 'vapi' are carried by Vapi itself",
    "byo-phone-number": "Numbers of provider 'byo-phone-number' need SIP, which this engine lacks",
    "vonage": "This engine does not carry calls over Vonage",
    "telnyx": "This engine does not carry calls over Telnyx",
}
_UNREACHABLE = (
    "Twilio cannot reach this installation: ALLOKOLI_PUBLIC_URL must be its public address."
)
_NO_KEY = (
    "No Twilio credentials: give the number twilioAuthToken, or store a credential of provider "
    "'twilio' for its account."
)
_UNSIGNED = (
    "Twilio signs its requests with the account's auth token: without twilioAuthToken, calls to "
    "this number are refused."
)

_log = structlog.get_logger()


def can_call(number: dict[str, Any]) -> str | None:
    """Why a number cannot place calls; None when it can.

    Args:
        number: Vapi's phone number, stored or given with a call, secrets joined.
    """
    provider = number.get("provider") or TWILIO
    if provider != TWILIO:
        reason = _ELSEWHERE.get(str(provider), "This engine does not know the number's provider")
        return f"{reason}. Use a number of provider 'twilio', or POST /call/web."
    if not number_of(number):
        return "phoneNumber has no number to call from."
    return None if _public() else _UNREACHABLE


async def connect(identity: Identity, number: dict[str, Any]) -> dict[str, Any]:
    """Have the calls to a number come here.

    Args:
        identity: acts for the organization.
        number: as stored, secrets joined, with its `id`.

    Returns:
        What the number's owner is to see of it: `status` and `warnings`.
    """
    if number.get("provider") != TWILIO:
        return {}
    try:
        warning = await _connected(identity.organization, number)
    except TwilioFailed as failure:
        _log.warning("number_not_connected", number=str(number["id"]), code=failure.code)
        warning = str(failure)
    if warning is None:
        return {"status": "active", "warnings": None}
    return {"status": "activating", "warnings": [warning]}


async def disconnect(identity: Identity, number: dict[str, Any]) -> None:
    """Have the calls to a number no longer come here, if they still do. Never fails."""
    if number.get("provider") != TWILIO or not _public():
        return
    account = await account_of(identity.organization, number)
    if account is None:
        return
    try:
        found = await find_number(account, number_of(number))
        ours = links.number(identity.organization, number["id"], "voice")
        if found is not None and found.get("voice_url") == ours:
            await change_number(account, found["sid"], [("VoiceUrl", ""), ("StatusCallback", "")])
    except TwilioFailed as failure:
        _log.warning("number_not_disconnected", number=str(number["id"]), code=failure.code)


async def _connected(org_id: UUID, number: dict[str, Any]) -> str | None:
    """Why calls to the number do not come here; None when they do."""
    account = await account_of(org_id, number)
    if not _public() or account is None:
        return _NO_KEY if _public() else _UNREACHABLE
    found = await find_number(account, number_of(number))
    if found is None:
        return "The Twilio account has no such number."
    answered_here = [
        ("VoiceUrl", links.number(org_id, number["id"], "voice")),
        ("VoiceMethod", "POST"),
        ("StatusCallback", links.number(org_id, number["id"], "status")),
        ("StatusCallbackMethod", "POST"),
    ]
    await change_number(account, found["sid"], answered_here)
    return None if account.auth_token else _UNSIGNED


def _public() -> bool:
    """Whether Twilio can reach this installation, by its address."""
    settings = get_settings()
    return bool(urlsplit(settings.public_url).hostname) and not settings.is_private_installation
