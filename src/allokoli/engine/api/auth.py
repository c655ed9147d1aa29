"""Who may use the engine: the bearer says.

It is a key, a token the platform made for one web call, or a JSON web token whoever holds one of
the organization's private keys signed with it (HS256, claims `{orgId, token: {tag, restrictions}}`,
`exp` honoured when it is there). The last is verified with each of the organization's private keys,
of which a sealed copy is kept for that; revoking the key revokes every token it signed.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

import jwt
from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from allokoli.core import clock
from allokoli.core.errors import Unauthorized
from allokoli.core.identity import Identity
from allokoli.core.security import tokens
from allokoli.core.security.api_keys import identify_key, is_enabled, signing_keys
from allokoli.engine.api.errors import BadKey, WrongKey

WEB_CALL = "web_call"
_MAX_TOKEN = 8_000
_TRANSIENT = ("assistant", "squad", "workflow")


@dataclass(frozen=True, slots=True)
class Restrictions:
    """How a key that is not private is narrowed.

    Attributes:
        origins: pages it may be used from; any when None.
        assistant_ids: assistants it may talk to; any when None.
        transient: whether it may bring an assistant of its own.
    """

    origins: tuple[str, ...] | None = None
    assistant_ids: tuple[str, ...] | None = None
    transient: bool = True

    @classmethod
    def of(cls, given: dict[str, Any]) -> "Restrictions":
        """From Vapi's `TokenRestrictions`; what is malformed restricts to nothing at all."""
        origins, assistants = given.get("allowedOrigins"), given.get("allowedAssistantIds")
        return cls(
            None if origins is None else _texts(origins),
            None if assistants is None else _texts(assistants),
            given.get("allowTransientAssistant") is not False and assistants is None,
        )


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a bearer.

    Attributes:
        identity: acts for one organization.
        scope: `private` opens everything, the others only web calls.
        assistant_id: the only assistant a web call token is for, if it names one.
        restrictions: of a key that is not private.
    """

    identity: Identity
    scope: Literal["private", "public", "web_call"]
    assistant_id: str | None = None
    restrictions: Restrictions = Restrictions()

    @property
    def org_id(self) -> UUID:
        """The organization."""
        return self.identity.organization


async def identify(authorization: str | None) -> Caller:
    """Who holds a bearer.

    Args:
        authorization: the header, as received.

    Raises:
        BadKey: missing, unknown, revoked, expired or forged.
    """
    scheme, _, bearer = (authorization or "").partition(" ")
    bearer = bearer.strip()
    if scheme.lower() != "bearer" or not bearer:
        raise BadKey("Missing bearer token. Send 'Authorization: Bearer <key>'.")
    holder = await identify_key(bearer)
    if holder is not None:
        if holder.kind == "server":
            raise BadKey("Invalid key. A server key authenticates server messages only.")
        return Caller(
            holder.identity, holder.kind, restrictions=Restrictions.of(holder.restrictions)
        )
    signed = await _signed(bearer)
    if signed is not None:
        return signed
    try:
        claims = tokens.read(bearer, WEB_CALL)
        org_id = UUID(str(claims.get("org_id")))
    except (Unauthorized, ValueError):
        raise BadKey("Invalid key. It may have been revoked, or have expired.") from None
    only = claims.get("assistant_id")
    restrictions = Restrictions(assistant_ids=(only,) if only else None, transient=False)
    return Caller(Identity("api_key", org_id), "web_call", only, restrictions)


async def private_caller(request: Request) -> Caller:
    """A dependency: only private keys pass.

    Raises:
        BadKey: no valid bearer.
        WrongKey: a public one.
    """
    caller = await identify(request.headers.get("authorization"))
    if caller.scope != "private":
        raise WrongKey("A public key can only start web calls (POST /call/web).")
    return caller


async def any_caller(request: Request) -> Caller:
    """A dependency: private and public keys and web call tokens pass.

    Raises:
        BadKey: no valid bearer.
        WrongKey: a key for other pages.
    """
    caller = await identify(request.headers.get("authorization"))
    origins = caller.restrictions.origins
    if (
        caller.scope != "private"
        and origins is not None
        and request.headers.get("origin") not in origins
    ):
        raise WrongKey("This key may not be used from this origin.")
    return caller


def allow_start(caller: Caller, body: dict[str, Any]) -> None:
    """Whether a caller may start the call or the chat a body asks for.

    Raises:
        WrongKey: it names an assistant the key is not for, or brings one the key may not bring.
    """
    if caller.scope == "private":
        return
    narrowed = caller.restrictions
    if not narrowed.transient and any(body.get(name) is not None for name in _TRANSIENT):
        raise WrongKey("This key starts calls with a stored assistant only.")
    if narrowed.assistant_ids is not None and body.get("assistantId") not in narrowed.assistant_ids:
        raise WrongKey("This key may not start calls with this assistant.")


async def _signed(bearer: str) -> Caller | None:
    """Who a token signed with a private key speaks for; None when it is no such token."""
    if bearer.count(".") != 2 or len(bearer) > _MAX_TOKEN:  # noqa: PLR2004 - parts of a JWT
        return None
    try:
        unverified = jwt.decode(bearer, options={"verify_signature": False})
        org_id = UUID(str(unverified.get("orgId")))
    except (jwt.InvalidTokenError, ValueError):
        return None
    claims = await run_in_threadpool(_verified, bearer, await signing_keys(org_id))
    if claims is None:
        return None
    token = claims.get("token")
    token = token if isinstance(token, dict) else {}
    given = token.get("restrictions")
    given = given if isinstance(given, dict) else {}
    if token.get("tag", "private") not in {"private", "public"} or not is_enabled(given):
        return None
    scope: Literal["private", "public"] = "public" if token.get("tag") == "public" else "private"
    return Caller(Identity("api_key", org_id), scope, restrictions=Restrictions.of(given))


def _verified(bearer: str, keys: list[str]) -> dict[str, Any] | None:
    """The claims of a token one of the keys signed, when they hold now."""
    # The clock of this product, so that tests can set it.
    options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    options["verify_aud"] = False
    for key in keys:
        try:
            claims: dict[str, Any] = jwt.decode(bearer, key, ["HS256"], options=options)
        except jwt.InvalidTokenError:
            continue
        now = clock.now().timestamp()
        ends, starts = claims.get("exp", now + 1), claims.get("nbf", now)
        if not isinstance(ends, (int, float)) or not isinstance(starts, (int, float)):
            return None
        return claims if starts <= now < ends else None
    return None


def _texts(given: Any) -> tuple[str, ...]:
    return tuple(one for one in given if isinstance(one, str)) if isinstance(given, list) else ()


Private = Annotated[Caller, Depends(private_caller)]
Anyone = Annotated[Caller, Depends(any_caller)]
