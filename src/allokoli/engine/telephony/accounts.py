"""Whose Twilio account a number is on, and what opens it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from allokoli.engine.credentials import find


@dataclass(frozen=True, slots=True)
class Account:
    """A Twilio account.

    Attributes:
        sid: the account's.
        user: of HTTP basic authentication: the account itself, or an API key of it.
        password: that user's.
        auth_token: what Twilio signs its requests with; empty when only an API key is known.
    """

    sid: str
    user: str
    password: str = field(repr=False)
    auth_token: str = field(repr=False)


async def account_of(org_id: UUID, number: dict[str, Any]) -> Account | None:
    """The account of a phone number.

    Args:
        org_id: whose number.
        number: Vapi's phone number of provider `twilio`, secrets joined. What it lacks is looked
            for in the organization's `twilio` credential for the same account.

    Returns:
        None when nothing opens the account.
    """
    sid, token = _text(number, "twilioAccountSid"), _text(number, "twilioAuthToken")
    key, secret = _text(number, "twilioApiKey"), _text(number, "twilioApiSecret")
    if not token:
        stored = await find(org_id, provider="twilio") or {}
        if not sid or stored.get("accountSid") == sid:
            sid = sid or _text(stored, "accountSid")
            token = _text(stored, "authToken")
            if not (key and secret):
                key, secret = _text(stored, "apiKey"), _text(stored, "apiSecret")
    if sid and key and secret:
        return Account(sid, key, secret, token)
    return Account(sid, sid, token, token) if sid and token else None


def number_of(number: dict[str, Any]) -> str:
    """The digits of a number, stored or given with a call."""
    return _text(number, "number") or _text(number, "twilioPhoneNumber")


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    return value.strip() if isinstance(value, str) else ""
