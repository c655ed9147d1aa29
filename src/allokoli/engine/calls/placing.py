"""Starts the calls a request asks for: written, from a browser, over a WebSocket, by phone."""

import re
from asyncio import to_thread
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError
from allokoli.core.identity import Identity
from allokoli.core.security.sealed_json import whole
from allokoli.core.settings import get_settings
from allokoli.engine.api.errors import Invalid, OverConcurrency
from allokoli.engine.api.kinds import call_problems
from allokoli.engine.calls import repository, scheduling, starting, stored, text_calls
from allokoli.engine.calls.links import offer
from allokoli.engine.calls.models import QUEUED, SCHEDULED, TEXT, WEB, WEBSOCKET
from allokoli.engine.calls.news import News
from allokoli.engine.calls.shown import shown
from allokoli.engine.calls.voice import AudioFormat

_BROWSER = frozenset({WEB, "daily"})
_KNOWN = (TEXT, WEB, "daily", WEBSOCKET, "twilio", "vonage", "telnyx", "vapi.sip")
_MOST_CUSTOMERS = 500
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


async def place(
    identity: Identity, body: dict[str, Any], news: News, *, campaign_id: UUID | None = None
) -> dict[str, Any]:
    """Start the call a body asks for, or one call for each of its `customers`.

    Args:
        identity: acts for the organization.
        body: Vapi's CreateCallDTO.
        news: tells of written calls.
        campaign_id: the campaign it is made for.

    Returns:
        Vapi's Call, or CallBatchResponse, with the organization's `subscriptionLimits`.

    Raises:
        Invalid: what it asks cannot be done, and why.
        OverConcurrency: too many voice calls are running.
    """
    if problems := await to_thread(call_problems, body):
        raise Invalid(problems)
    if body.get("customers") is not None:
        return await _batch(identity, body, news, campaign_id)
    call_id = await _one(identity, body, news, campaign_id)
    return {**await _shown(identity, call_id), "subscriptionLimits": await _limits(identity)}


async def _batch(
    identity: Identity, body: dict[str, Any], news: News, campaign_id: UUID | None
) -> dict[str, Any]:
    customers = body["customers"]
    problems = []
    if body.get("customer") is not None or body.get("customerId") is not None:
        problems = ["customers cannot be given together with customer or customerId"]
    elif not 1 <= len(customers) <= _MOST_CUSTOMERS:
        problems = [f"customers must contain 1 to {_MOST_CUSTOMERS} elements"]
    if problems:
        raise Invalid(problems)
    shared = {name: one for name, one in body.items() if name != "customers"}
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    blocked = False
    for customer in customers:
        try:
            call_id = await _one(identity, {**shared, "customer": customer}, news, campaign_id)
            results.append(await _shown(identity, call_id))
        except AlloKoliError as error:
            blocked = blocked or isinstance(error, OverConcurrency)
            errors.append({"customer": customer, "error": str(error)})
    limits = await _limits(identity)
    limits["concurrencyBlocked"] = blocked
    return {"results": results, "errors": errors, "subscriptionLimits": limits}


async def _one(
    identity: Identity, body: dict[str, Any], news: News, campaign_id: UUID | None
) -> UUID:
    transport = body.get("transport") or {}
    provider = transport.get("provider")
    if provider is not None and provider not in _KNOWN:
        raise Invalid(
            [f"transport.provider must be one of the following values: {', '.join(_KNOWN)}"]
        )
    if provider == TEXT and not body.get("schedulePlan"):
        return await text_calls.start(identity, body, news, campaign_id=campaign_id)
    if provider == TEXT:
        return await _stored(identity, body, TEXT, campaign_id=campaign_id)
    if provider in _BROWSER or provider == WEBSOCKET:
        return await _online(identity, body, transport, campaign_id)
    return await _by_phone(identity, body, campaign_id)


async def _online(
    identity: Identity, body: dict[str, Any], transport: Mapping[str, Any], campaign_id: UUID | None
) -> UUID:
    """A call somebody connects to: it waits for them."""
    provider = transport["provider"]
    problems = [
        f"{name} cannot be given together with transport.provider {provider}"
        for name in ("phoneNumberId", "phoneNumber", "schedulePlan")
        if body.get(name)
    ]
    if problems:
        raise Invalid(problems)
    if provider == WEBSOCKET:
        AudioFormat.of(transport.get("audioFormat"))
        kind = "vapi.websocketCall"
        return await _stored(identity, body, WEBSOCKET, kind=kind, campaign_id=campaign_id)
    return await _stored(identity, body, WEB, campaign_id=campaign_id)


async def _by_phone(identity: Identity, body: dict[str, Any], campaign_id: UUID | None) -> UUID:
    if problems := _phone_problems(body):
        raise Invalid(problems)
    from allokoli.engine import telephony

    async with session(identity) as opened:
        number, dialed = None, body.get("phoneNumber")
        if body.get("phoneNumberId"):
            number = await stored.one(
                opened, "phone-number", body["phoneNumberId"], "phoneNumberId"
            )
            dialed = whole(number.body, number.secrets_sealed)
        dialed = dialed or {}
        if refusal := telephony.can_call(dialed):
            raise Invalid(refusal)
        carrier = str(dialed.get("provider") or "twilio")
        scheduled = bool(body.get("schedulePlan"))
        call = await starting.create_row(
            opened,
            identity,
            body,
            carrier,
            kind="outboundPhoneCall",
            number=number,
            campaign_id=campaign_id,
            status=SCHEDULED if scheduled else QUEUED,
        )
        if scheduled:
            await scheduling.schedule(opened, call)
    if not scheduled:
        await telephony.place(identity, call.id)
    return call.id


def _phone_problems(body: dict[str, Any]) -> list[str]:
    """Why a phone call cannot be placed, as far as its body tells."""
    customer = body.get("customer") or {}
    if body.get("customerId"):
        return ["customerId: this engine keeps no customers; give customer instead"]
    if not customer:
        return ["customer, customers or transport should not be empty"]
    if not (body.get("phoneNumberId") or body.get("phoneNumber")):
        return ["phoneNumberId or phoneNumber should not be empty for a phone call"]
    if not (customer.get("number") or customer.get("sipUri")):
        return ["customer.number or customer.sipUri should not be empty"]
    number = customer.get("number")
    if (
        number
        and customer.get("numberE164CheckEnabled") is not False
        and not _E164.fullmatch(number)
    ):
        return ["customer.number must be a valid phone number in the E.164 format"]
    return []


async def _stored(
    identity: Identity, body: dict[str, Any], transport: str, **made_for: Any
) -> UUID:
    async with session(identity) as opened:
        scheduled = bool(body.get("schedulePlan"))
        status = SCHEDULED if scheduled else QUEUED
        call = await starting.create_row(
            opened, identity, body, transport, status=status, **made_for
        )
        if scheduled:
            await scheduling.schedule(opened, call)
    return call.id


async def _shown(identity: Identity, call_id: UUID) -> dict[str, Any]:
    async with session(identity) as opened:
        call = await repository.find(opened, call_id)
        messages = (await repository.messages_of(opened, [call_id]))[call_id]
    made = shown(call, messages)
    if call.transport == WEB:
        made["webCallUrl"] = offer(call.id, call.org_id)
    return made


async def _limits(identity: Identity) -> dict[str, Any]:
    """Vapi's `subscriptionLimits`."""
    most = get_settings().max_calls_per_organization
    async with session(identity) as opened:
        running = await repository.running_voice_calls(opened, identity.organization)
    return {
        "concurrencyBlocked": False,
        "concurrencyLimit": most,
        "remainingConcurrentCalls": max(most - running, 0),
    }
