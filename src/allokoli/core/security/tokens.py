"""Signed, expiring tokens (JWT, HS256), each good for one purpose only."""

from typing import Any
from uuid import uuid4

import jwt

from allokoli.core import clock
from allokoli.core.errors import Unauthorized
from allokoli.core.settings import get_settings

_ALGORITHM = "HS256"


def issue(claims: dict[str, Any], purpose: str, ttl_s: int) -> str:
    """Sign a token.

    Args:
        claims: what it says; must be JSON.
        purpose: the only use it will be accepted for, e.g. "access".
        ttl_s: life in seconds.
    """
    issued = int(clock.now().timestamp())
    body = {
        "jti": str(uuid4()),
        **claims,
        "aud": purpose,
        "iat": issued,
        "exp": issued + ttl_s,
    }
    return jwt.encode(body, get_settings().secret_key, _ALGORITHM)


def read(token: str, purpose: str) -> dict[str, Any]:
    """The claims of a valid token.

    Raises:
        Unauthorized: forged, expired, or made for another purpose.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            get_settings().secret_key,
            [_ALGORITHM],
            audience=purpose,
            # The clock of this product, so that tests can set it; checked just below.
            options={"require": ["exp", "aud"], "verify_exp": False, "verify_iat": False},
        )
    except jwt.InvalidTokenError:
        raise Unauthorized("Ce jeton n’est pas valable.") from None
    if int(claims["exp"]) <= clock.now().timestamp():
        raise Unauthorized("Ce jeton a expiré.")
    return claims
