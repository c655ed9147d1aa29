"""Who may use the engine: the bearer says."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request

from allokoli.core.errors import Unauthorized
from allokoli.core.identity import Identity
from allokoli.core.security import tokens
from allokoli.core.security.api_keys import identify_key
from allokoli.engine.api.errors import BadKey, WrongKey

WEB_CALL = "web_call"


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a bearer.

    Attributes:
        identity: acts for one organization.
        scope: `private` opens everything, the others only web calls.
        assistant_id: the only assistant a web call token is for, if it names one.
    """

    identity: Identity
    scope: Literal["private", "public", "web_call"]
    assistant_id: str | None = None

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
        return Caller(holder.identity, holder.kind)
    try:
        claims = tokens.read(bearer, WEB_CALL)
        org_id = UUID(str(claims.get("org_id")))
    except (Unauthorized, ValueError):
        raise BadKey("Invalid key. It may have been revoked, or have expired.") from None
    return Caller(Identity("api_key", org_id), "web_call", claims.get("assistant_id"))


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
    """
    return await identify(request.headers.get("authorization"))


Private = Annotated[Caller, Depends(private_caller)]
Anyone = Annotated[Caller, Depends(any_caller)]
