"""A call comes in: who takes it, its row, and what Twilio is told."""

from typing import Any
from uuid import UUID, uuid4

import structlog

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.security.sealed_json import part
from allokoli.engine.api.errors import Invalid, OverConcurrency
from allokoli.engine.api.models import Resource
from allokoli.engine.api.resources import whole_body
from allokoli.engine.calls import starting
from allokoli.engine.calls.models import QUEUED, Call
from allokoli.engine.calls.news import News
from allokoli.engine.telephony import records, twiml
from allokoli.engine.telephony.accounts import number_of
from allokoli.engine.telephony.phrases import language_of, phrase
from allokoli.engine.telephony.routing import (
    INVALID,
    Decline,
    Forward,
    Route,
    Take,
    announced,
    instead,
    route,
)

_OVERFLOW = "call.start.error-subscription-concurrency-limit-reached"

# Lengths of a customer's number.
_SHORTEST, _LONGEST = 3, 40

_log = structlog.get_logger()


async def answer(row: Resource, asked: dict[str, str], news: News) -> str:
    """Answer a call to a number.

    Args:
        row: the number.
        asked: Twilio's parameters, their signature verified.
        news: tells of the call.

    Returns:
        TwiML. Asked again for the same call, it says the same.
    """
    identity = Identity.job(row.org_id)
    call_sid, customer = asked.get("CallSid", ""), asked.get("From", "")
    async with session(identity) as opened:
        known = await records.by_sid(opened, row.id, call_sid)
    if known is not None:
        waiting = known.status in {QUEUED, records.RINGING} and known.instance_id is None
        return twiml.stream(row.org_id, known.id) if waiting else twiml.hang_up()
    number = {**whole_body(row), "id": str(row.id)}
    call_id = uuid4()
    shown = announced(row.org_id, call_id, part(number)[0], customer, call_sid)
    found: Route = await route(row.org_id, number, shown, customer)
    if isinstance(found, Take):
        try:
            call = await _stored(identity, row, found.body, call_id, asked)
        except Invalid:
            _log.warning("inbound_assistant_invalid", number=str(row.id))
            found = instead(number, Decline(INVALID))
        except OverConcurrency:
            _log.warning("inbound_over_concurrency", number=str(row.id))
            found = instead({**number, "hooks": None}, Decline(_OVERFLOW))
        else:
            news.status(call)
            return twiml.stream(row.org_id, call_id)
    return await _untaken(identity, number, found, call_id, customer, call_sid, news)


async def _stored(
    identity: Identity, row: Resource, body: dict[str, Any], call_id: UUID, asked: dict[str, str]
) -> Call:
    customer = _customer(asked)
    async with session(identity) as opened:
        call = await starting.create_row(
            opened,
            identity,
            {**body, **({"customer": customer} if customer else {})},
            records.TWILIO,
            kind=records.INBOUND,
            number=row,
        )
        # Under the id the number's server was told.
        call.id = call_id
        await opened.flush()
        more = {"accountSid": asked.get("AccountSid"), "forwardedFrom": asked.get("ForwardedFrom")}
        given = {name: value for name, value in more.items() if value}
        return await records.carried_by_twilio(opened, call_id, asked.get("CallSid", ""), **given)


def _customer(asked: dict[str, str]) -> dict[str, Any]:
    """The caller, as far as they are known: a number may be withheld, or be a SIP address."""
    caller = asked.get("From", "")
    known = {}
    if caller.startswith(("sip:", "sips:")):
        known["sipUri"] = caller
    elif _SHORTEST <= len(caller) <= _LONGEST:
        known["number"] = caller
    if name := asked.get("CallerName"):
        known["name"] = name[:_LONGEST]
    return known


async def _untaken(
    identity: Identity,
    number: dict[str, Any],
    found: Route,
    call_id: UUID,
    customer: str,
    call_sid: str,
    news: News,
) -> str:
    """Write down that no assistant took the call, and connect or dismiss the caller."""
    destination = found.destination if isinstance(found, Forward) else None
    reason = found.reason if isinstance(found, (Forward, Decline)) else INVALID
    words = found.words if isinstance(found, Decline) else ""
    async with session(identity) as opened:
        opened.add(records.untaken(identity, call_id, number, customer, call_sid, destination))
    await records.finish(identity, call_id, reason, news)
    if destination is not None:
        return _dialed(destination, number, identity.organization, call_id, customer)
    if reason == _OVERFLOW:
        return twiml.busy()
    language = language_of(number_of(number))
    return twiml.say_and_hang_up(words or phrase("nobody", language), language)


def _dialed(
    destination: dict[str, Any], number: dict[str, Any], org_id: UUID, call_id: UUID, customer: str
) -> str:
    return twiml.dial(
        destination, org_id=org_id, call_id=call_id, customer=customer, number=number_of(number)
    )
