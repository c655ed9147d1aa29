"""Dials somebody for a call that was asked for."""

from typing import Any
from uuid import UUID

import structlog

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.calls import repository
from allokoli.engine.calls.kept import kept_assistant, kept_number
from allokoli.engine.calls.models import QUEUED
from allokoli.engine.telephony import links, records, twilio_api, twiml, voicemail
from allokoli.engine.telephony.accounts import account_of, number_of
from allokoli.engine.telephony.twilio_api import TwilioFailed

_RING_S = 60
_NOT_CONNECTED = "twilio-failed-to-connect-call"
_MISDIALED = "twilio-reported-customer-misdialed"
_NO_NUMBER = "call.start.error-get-phone-number"
# Twilio's errors that speak of the number dialed.
_WRONG_NUMBER = frozenset({21211, 21214, 21215, 21217, 21401, 21614})

_log = structlog.get_logger()


async def place(identity: Identity, call_id: UUID) -> None:
    """Dial the customer of a queued call.

    When that fails the call ends with an honest reason; nothing is raised for it. A call that is
    no longer queued is left alone, so that this may run twice.

    Args:
        identity: acts for the call's organization.
        call_id: a stored call from a number that `can_call`.

    Raises:
        Missing: there is no such call.
    """
    async with session(identity) as opened:
        call = await repository.find(opened, call_id)
    if call.status != QUEUED:
        return
    number = kept_number(call) or {}
    account = await account_of(identity.organization, number)
    if account is None or not number_of(number):
        await records.finish(identity, call_id, _NO_NUMBER, None)
        return
    customer = call.request.get("customer") or {}
    form = [
        ("To", str(customer.get("number") or customer.get("sipUri") or "")),
        ("From", number_of(number)),
        ("Twiml", twiml.stream(identity.organization, call_id)),
        ("Timeout", str(_RING_S)),
        ("StatusCallback", links.call(identity.organization, call_id, "status")),
        ("StatusCallbackMethod", "POST"),
        *(("StatusCallbackEvent", one) for one in ("ringing", "answered", "completed")),
        *voicemail.detection(kept_assistant(call), identity.organization, call_id),
    ]
    if extension := customer.get("extension"):
        form.append(("SendDigits", f"wwww{extension}"))
    try:
        call_sid = await twilio_api.create_call(account, form, str(call_id))
    except TwilioFailed as failure:
        _log.warning("call_not_placed", call=str(call_id), code=failure.code)
        await _warn(identity, call_id, str(failure))
        reason = _MISDIALED if failure.code in _WRONG_NUMBER else _NOT_CONNECTED
        await records.finish(identity, call_id, reason, None)
        return
    async with session(identity) as opened:
        await records.carried_by_twilio(opened, call_id, call_sid, accountSid=account.sid)


async def _warn(identity: Identity, call_id: UUID, sentence: str) -> None:
    async with session(identity) as opened:
        call: Any = await repository.find(opened, call_id, lock=True)
        call.warnings = [*call.warnings, sentence]
