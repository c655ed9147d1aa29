"""Signed permits, for addresses that are opened without a key: one thing, one use, some time."""

from typing import Any
from uuid import UUID

from allokoli.core.errors import Unauthorized
from allokoli.core.security import tokens
from allokoli.engine.api.errors import BadKey


def issue(purpose: str, ttl_s: int, org_id: UUID, **thing: object) -> str:
    """Sign a permit.

    Args:
        purpose: its only use.
        ttl_s: how long it is good for, in seconds.
        org_id: whose the thing is.
        thing: names what it opens, e.g. `call_id=…`.
    """
    named = {name: str(one) for name, one in thing.items()}
    return tokens.issue({"org_id": str(org_id), **named}, purpose, ttl_s)


def read(token: str, purpose: str, **thing: object) -> dict[str, Any]:
    """What a permit says: `org_id`, and what names the thing it opens.

    Args:
        token: as issued.
        purpose: the use that is asked for.
        thing: what is asked for, where that is known.

    Raises:
        BadKey: forged, expired, or for another thing or use.
    """
    try:
        claims = tokens.read(token, purpose)
    except Unauthorized:
        raise BadKey("This link is not valid, or has expired.") from None
    if any(claims.get(name) != str(one) for name, one in thing.items()):
        raise BadKey("This link is for something else.")
    return claims
