"""OAuth2 client-credentials tokens (RFC 6749, section 4.4), kept until shortly before their end."""

import asyncio
import hashlib
import json
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

import httpx

from allokoli.core import clock, outbound
from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.servers.connections import client

_MAX_KEPT = 1_000
_TIMEOUT_S = 10.0
_MAX_BYTES = 100_000
_MAX_TOKEN_CHARS = 8_000
_EARLY = timedelta(seconds=30)
_DEFAULT_LIFE_S = 300.0
_MAX_LIFE_S = 86_400.0

Key = tuple[UUID, str]

# Token and end of its life, the least recently used first.
_kept: OrderedDict[Key, tuple[str, datetime]] = OrderedDict()
_asking: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()


async def token(org_id: UUID, credential: dict[str, Any]) -> str:
    """The access token of a credential, asked for when none is kept.

    Args:
        org_id: whose credential.
        credential: with an `authenticationPlan` of type `oauth2`.

    Raises:
        ServerFailed: the token server gives none.
    """
    key = _key(org_id, credential)
    lock = _asking.setdefault(key, asyncio.Lock())
    async with lock:
        found = _kept.get(key)
        if found is not None and clock.now() < found[1]:
            _kept.move_to_end(key)
            return found[0]
        given, life_s = await _asked(credential["authenticationPlan"])
        _kept[key] = (given, clock.now() + timedelta(seconds=life_s) - _EARLY)
        _kept.move_to_end(key)
        while len(_kept) > _MAX_KEPT:
            _kept.popitem(last=False)
        return given


def forget(org_id: UUID, credential: dict[str, Any]) -> bool:
    """Forget a token; returns whether there was one."""
    return _kept.pop(_key(org_id, credential), None) is not None


def _key(org_id: UUID, credential: dict[str, Any]) -> Key:
    """By all that decides of the token, so that a changed credential asks anew."""
    plan = json.dumps(credential.get("authenticationPlan"), sort_keys=True)
    return org_id, f"{credential.get('id')}:{hashlib.sha256(plan.encode()).hexdigest()}"


async def _asked(plan: dict[str, Any]) -> tuple[str, float]:
    form = {
        "grant_type": "client_credentials",
        "client_id": str(plan.get("clientId") or ""),
        "client_secret": str(plan.get("clientSecret") or ""),
    }
    if plan.get("scope"):
        form["scope"] = str(plan["scope"])
    try:
        async with (
            asyncio.timeout(_TIMEOUT_S),
            client().stream(
                "POST", str(plan.get("url")), data=form, headers={"accept": "application/json"}
            ) as response,
        ):
            if not response.is_success:
                raise ServerFailed(f"the token server answered with status {response.status_code}")
            answer = json.loads(await outbound.read(response, _MAX_BYTES, timeout_s=_TIMEOUT_S))
    except TimeoutError:
        raise ServerFailed("the token server did not answer in time") from None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
        raise ServerFailed(f"no token could be had ({type(error).__name__})") from None
    return _read(answer)


def _read(answer: Any) -> tuple[str, float]:
    given = answer.get("access_token") if isinstance(answer, dict) else None
    if (
        not isinstance(given, str)
        or not 1 <= len(given) <= _MAX_TOKEN_CHARS
        or not (given.isascii() and given.isprintable())
    ):
        raise ServerFailed("the token server gave no token")
    try:
        life_s = float(answer.get("expires_in", _DEFAULT_LIFE_S))
    except (TypeError, ValueError):
        life_s = _DEFAULT_LIFE_S
    return given, life_s if 0 < life_s < _MAX_LIFE_S else _DEFAULT_LIFE_S
