"""How a request says who sends it, by the plan of a custom credential."""

import base64
import binascii
import hashlib
import hmac
import re
from typing import Any
from uuid import UUID, uuid4

from allokoli.core import clock
from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.credentials.service import find
from allokoli.engine.servers import tokens

_ALGORITHMS = {"sha256": hashlib.sha256, "sha512": hashlib.sha512, "sha1": hashlib.sha1}
_DEFAULT_FORMAT = "{timestamp}.{body}"
_PLACE = re.compile(rb"\{(timestamp|body|method|url|svix-id)\}")
# Providers whose key is a bearer by itself, for tools that name such a credential.
_KEYED = ("apiKey", "token")


async def headers_for(org_id: UUID, credential_id: str) -> dict[str, str]:
    """The headers by which a stored credential authenticates any request.

    Raises:
        ServerFailed: there is no such credential, its token cannot be had, or it signs each
            request by itself.
    """
    credential = await find(org_id, credential_id=credential_id)
    if credential is None:
        raise ServerFailed("the credential does not exist")
    plan = credential.get("authenticationPlan")
    if isinstance(plan, dict) and plan.get("type") == "hmac":
        raise ServerFailed("a credential that signs requests cannot be used here")
    return await headers_of(org_id, credential, method="", url="", body=b"", message_id="")


async def headers_of(
    org_id: UUID,
    credential: dict[str, Any] | None,
    *,
    method: str,
    url: str,
    body: bytes,
    message_id: str,
) -> dict[str, str]:
    """The headers by which a credential authenticates one request.

    Args:
        org_id: whose credential.
        credential: secrets joined; None for no headers.
        method: of the request.
        url: of the request.
        body: as it is sent.
        message_id: the same for every try of a message.

    Raises:
        ServerFailed: its token cannot be had, or it does not authenticate requests.
    """
    if credential is None:
        return {}
    plan = credential.get("authenticationPlan")
    if not isinstance(plan, dict):
        for name in _KEYED:
            if isinstance(key := credential.get(name), str):
                return {"authorization": f"Bearer {key}"}
        raise ServerFailed("the credential does not authenticate requests")
    match plan.get("type"):
        case "bearer":
            return _bearer(plan)
        case "hmac":
            return _signature(plan, method, url, body, message_id)
        case "oauth2":
            token = await tokens.token(org_id, credential)
            return {"authorization": f"Bearer {token}"}
    raise ServerFailed("the credential has no authentication plan this engine knows")


def forget_token(org_id: UUID, credential: dict[str, Any] | None) -> bool:
    """Forget a token that was refused; returns whether one had been kept."""
    return credential is not None and tokens.forget(org_id, credential)


def new_message_id() -> str:
    """An identifier of a message, the same for each try."""
    return f"msg_{uuid4().hex}"


def _bearer(plan: dict[str, Any]) -> dict[str, str]:
    token = str(plan.get("token") or "")
    prefix = "Bearer " if plan.get("bearerPrefixEnabled", True) else ""
    return {str(plan.get("headerName") or "authorization"): f"{prefix}{token}"}


def _signature(
    plan: dict[str, Any], method: str, url: str, body: bytes, message_id: str
) -> dict[str, str]:
    """Sign a request. The timestamp is in seconds since 1970."""
    timestamp = str(int(clock.now().timestamp()))
    timed = plan.get("includeTimestamp", True) is not False
    default = _DEFAULT_FORMAT if timed else "{body}"
    values = {
        b"timestamp": timestamp.encode(),
        b"body": body,
        b"method": method.encode(),
        b"url": url.encode(),
        b"svix-id": message_id.encode(),
    }
    # In one pass: what a body says in braces is the body's.
    form = str(plan.get("payloadFormat") or default).encode()
    payload = _PLACE.sub(lambda place: values[place.group(1)], form)
    algorithm = _ALGORITHMS.get(str(plan.get("algorithm")))
    if algorithm is None:
        raise ServerFailed("the credential's algorithm is not one this engine knows")
    digest = hmac.new(_key(plan), payload, algorithm).digest()
    encoded = (
        base64.b64encode(digest).decode()
        if plan.get("signatureEncoding") == "base64"
        else digest.hex()
    )
    headers = {
        str(plan.get("signatureHeader") or "x-signature"): (
            f"{plan.get('signaturePrefix') or ''}{encoded}"
        )
    }
    if timed:
        headers[str(plan.get("timestampHeader") or "x-timestamp")] = timestamp
    if plan.get("messageIdHeader"):
        headers[str(plan["messageIdHeader"])] = message_id
    return headers


def _key(plan: dict[str, Any]) -> bytes:
    key = str(plan.get("secretKey") or "")
    if not plan.get("secretIsBase64"):
        return key.encode()
    try:
        # Svix writes its secrets with this in front.
        return base64.b64decode(key.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise ServerFailed("the credential's secret is not base64") from None
