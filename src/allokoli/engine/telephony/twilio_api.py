"""Twilio's REST API, version 2010-04-01, as far as calls need it."""

import asyncio
import json
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from allokoli.core import outbound
from allokoli.core.settings import get_settings
from allokoli.engine.servers.connections import client
from allokoli.engine.telephony.accounts import Account

_VERSION = "2010-04-01"
_TIMEOUT_S = 10.0
_MAX_BYTES = 500_000
_MAX_SENTENCE = 200

Form = list[tuple[str, str]]


class TwilioFailed(Exception):
    """Twilio did not do what was asked.

    Args:
        sentence: why, for the number's owner; no secrets.
        code: Twilio's error code; 0 when there is none.
    """

    def __init__(self, sentence: str, code: int = 0) -> None:
        super().__init__(sentence)
        self.code = code


async def create_call(account: Account, form: Form, idempotency_token: str) -> str:
    """Dial somebody.

    Args:
        account: pays for it.
        form: Twilio's parameters, some of them several times.
        idempotency_token: the same for the same call, so that nobody is rung twice.

    Returns:
        Twilio's id of the call.

    Raises:
        TwilioFailed: it did not.
    """
    headers = {"i-twilio-idempotency-token": idempotency_token}
    made = await _request(account, "POST", "Calls.json", form, headers)
    sid = made.get("sid")
    if not isinstance(sid, str) or not sid:
        raise TwilioFailed("Twilio did not say which call it made.")
    return sid


async def change_call(account: Account, call_sid: str, form: Form) -> None:
    """Give a running call other instructions (`Twiml`), or end it (`Status=completed`).

    Raises:
        TwilioFailed: it was not changed.
    """
    await _request(account, "POST", f"Calls/{quote(call_sid, safe='')}.json", form)


async def find_number(account: Account, number: str) -> dict[str, Any] | None:
    """The account's incoming number with these digits; None when it has none.

    Raises:
        TwilioFailed: the account cannot be asked.
    """
    query = urlencode({"PhoneNumber": number})
    found = await _request(account, "GET", f"IncomingPhoneNumbers.json?{query}")
    numbers = found.get("incoming_phone_numbers")
    first = numbers[0] if isinstance(numbers, list) and numbers else None
    return first if isinstance(first, dict) and isinstance(first.get("sid"), str) else None


async def change_number(account: Account, number_sid: str, form: Form) -> None:
    """Change where an incoming number's calls are answered.

    Raises:
        TwilioFailed: it was not changed.
    """
    path = f"IncomingPhoneNumbers/{quote(number_sid, safe='')}.json"
    await _request(account, "POST", path, form)


async def _request(
    account: Account,
    method: str,
    path: str,
    form: Form | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    base = get_settings().twilio_api_url
    url = f"{base}/{_VERSION}/Accounts/{quote(account.sid, safe='')}/{path}"
    content = urlencode(form or []).encode()
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            asked = client().build_request(
                method,
                url,
                content=content if form is not None else None,
                headers={
                    "accept": "application/json",
                    "content-type": "application/x-www-form-urlencoded",
                    **(headers or {}),
                },
            )
            auth = httpx.BasicAuth(account.user, account.password)
            response = await client().send(asked, auth=auth, stream=True)
            try:
                body = await outbound.read(response, _MAX_BYTES, timeout_s=_TIMEOUT_S)
            finally:
                await response.aclose()
    except TimeoutError:
        raise TwilioFailed("Twilio did not answer in time.") from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise TwilioFailed(f"Twilio cannot be reached ({type(error).__name__}).") from None
    found = _object(body)
    if not response.is_success:
        raise _refusal(response.status_code, found)
    return found


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _refusal(status: int, found: dict[str, Any]) -> TwilioFailed:
    if status == httpx.codes.UNAUTHORIZED:
        return TwilioFailed("Twilio does not accept the account's credentials.", 20003)
    code = found.get("code")
    said = str(found.get("message") or f"status {status}")[:_MAX_SENTENCE]
    return TwilioFailed(f"Twilio refused: {said}", code if isinstance(code, int) else 0)
