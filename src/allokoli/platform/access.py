"""Who is calling the API: a signed-in person or a private key, as a bearer token."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from allokoli.core.errors import Forbidden, Unauthorized
from allokoli.core.identity import Identity
from allokoli.core.security.api_keys import identify_key
from allokoli.platform.accounts import login_sessions

_bearer = HTTPBearer(
    auto_error=False, description="An access token, or a private API key (`sk_…`)."
)
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
_KEY_PREFIXES = ("sk_", "pk_", "whk_")


async def identify(token: str) -> Identity:
    """Who a bearer token speaks for.

    Raises:
        Unauthorized: unknown, expired or revoked.
        Forbidden: a public or server key, which opens other doors.
    """
    if not token.startswith(_KEY_PREFIXES):
        return await login_sessions.identify(token)
    holder = await identify_key(token)
    if holder is None:
        raise Unauthorized("Cette clé n’est pas valable ou a été révoquée.")
    if holder.kind != "private":
        raise Forbidden("Cette clé ne permet pas d’utiliser l’API : il faut une clé privée.")
    return holder.identity


async def _maybe_caller(bearer: Bearer) -> Identity | None:
    return await identify(bearer.credentials) if bearer else None


MaybeCaller = Annotated[Identity | None, Depends(_maybe_caller)]


async def _caller(identity: MaybeCaller) -> Identity:
    if identity is None:
        raise Unauthorized("Connectez-vous pour continuer.")
    return identity


Caller = Annotated[Identity, Depends(_caller)]


async def _writer(identity: Caller) -> Identity:
    if identity.kind == "user" and identity.role == "viewer":
        raise Forbidden("Votre rôle permet de consulter, pas de modifier.")
    return identity


async def _admin(identity: Caller) -> Identity:
    if identity.kind == "user" and identity.role not in {"owner", "admin"}:
        raise Forbidden("Cette action est réservée aux administrateurs de l’organisation.")
    return identity


Writer = Annotated[Identity, Depends(_writer)]
Admin = Annotated[Identity, Depends(_admin)]
