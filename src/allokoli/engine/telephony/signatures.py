"""Twilio's requests: read, and known to be Twilio's by their signature."""

from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import Request
from twilio.request_validator import RequestValidator

from allokoli.core.settings import get_settings
from allokoli.engine.api.errors import BadKey, Invalid
from allokoli.engine.api.wire import as_uuid
from allokoli.engine.telephony.accounts import Account

_MAX_FIELDS = 200
_HEADER = "x-twilio-signature"


def organization(request: Request) -> UUID:
    """The organization an address of ours names. It proves nothing until `verified`.

    Raises:
        Invalid: it names none.
    """
    found = as_uuid(request.query_params.get("org") or "")
    if found is None:
        raise Invalid(["org must be a UUID"])
    return found


async def verified(request: Request, account: Account | None) -> dict[str, str]:
    """The parameters of a request that an account's auth token signed.

    Args:
        request: as received; the signature covers the public address it was sent to.
        account: the number's; None, or one without its auth token, verifies nothing.

    Raises:
        BadKey: it was not signed, or not by that account.
        Invalid: it is no form.
    """
    try:
        body = (await request.body()).decode()
        fields = parse_qsl(body, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise Invalid("The request is no form.") from None
    sent = dict(fields)
    signature = request.headers.get(_HEADER, "")
    query = request.scope["query_string"].decode("latin-1")
    url = f"{get_settings().engine_public_url}{request.url.path}{'?' if query else ''}{query}"
    if (
        account is None
        or not account.auth_token
        or not signature
        or len(sent) != len(fields)
        or not RequestValidator(account.auth_token).validate(url, sent, signature)
    ):
        raise BadKey("This request was not signed with the number's auth token.")
    if sent.get("AccountSid", account.sid) != account.sid:
        raise BadKey("This request is about another account.")
    return sent
