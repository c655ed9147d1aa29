"""Sign-ins: short access tokens, refresh tokens that rotate, revocation that holds at once."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.errors import Unauthorized
from allokoli.core.i18n import mark
from allokoli.core.identity import Identity
from allokoli.core.security import tokens
from allokoli.platform.accounts import repository
from allokoli.platform.accounts.models import LoginSession
from allokoli.platform.organizations import repository as organizations

ACCESS_S = 15 * 60
REFRESH_S = 30 * 24 * 3600
# Two tabs may present the same refresh token at once; later than this it has been stolen.
_SIMULTANEOUS = timedelta(seconds=30)
_ENDED = mark("Votre session est terminée. Reconnectez-vous.")


class Tokens(NamedTuple):
    """What a client keeps of a sign-in; `expires_in` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


class Renewed(NamedTuple):
    """A sign-in that goes on."""

    identity: Identity
    tokens: Tokens


async def open_session(opened: AsyncSession, identity: Identity) -> Tokens:
    """Begin a sign-in for a user.

    Args:
        opened: a session of the same identity.
        identity: a user.
    """
    now = clock.now()
    row = LoginSession(
        org_id=identity.organization,
        user_id=identity.user_id,
        generation=0,
        rotated_at=now,
        expires_at=now + timedelta(seconds=REFRESH_S),
    )
    opened.add(row)
    await opened.flush()
    return _tokens(row)


async def identify(access_token: str) -> Identity:
    """Who holds an access token, with the role they have now.

    Raises:
        Unauthorized: forged, expired or revoked, or the person left the organization.
    """
    claimed, session_id, _ = _claims(access_token, "access")
    async with session(claimed) as opened:
        row = await repository.login_session(opened, session_id)
        if row is None or row.revoked_at is not None:
            raise Unauthorized(_ENDED)
        return await _with_role(opened, claimed)


async def renew(refresh_token: str) -> Renewed:
    """Trade a refresh token for the next ones.

    Raises:
        Unauthorized: forged, expired or revoked. One that was already traded revokes the sign-in,
            because two people hold it.
    """
    claimed, session_id, generation = _claims(refresh_token, "refresh")
    now = clock.now()
    async with session(claimed) as opened:
        row = await repository.login_session(opened, session_id, lock=True)
        if row is None or row.revoked_at is not None or row.expires_at <= now:
            raise Unauthorized(_ENDED)
        identity = await _with_role(opened, claimed)
        if generation == row.generation:
            row.generation, row.rotated_at = generation + 1, now
            return Renewed(identity, _tokens(row))
        if generation == row.generation - 1 and now - row.rotated_at <= _SIMULTANEOUS:
            return Renewed(identity, _tokens(row))
        row.revoked_at = now
    raise Unauthorized(_ENDED)


async def revoke(token: str, *, purpose: str = "access") -> None:
    """End a sign-in; a token that is no longer good is no error."""
    try:
        claimed, session_id, _ = _claims(token, purpose)
    except Unauthorized:
        return
    async with session(claimed) as opened:
        row = await repository.login_session(opened, session_id, lock=True)
        if row is not None and row.revoked_at is None:
            row.revoked_at = clock.now()


async def _with_role(opened: AsyncSession, claimed: Identity) -> Identity:
    user_id = claimed.user_id
    member = (
        await organizations.membership(opened, claimed.organization, user_id) if user_id else None
    )
    if member is None:
        raise Unauthorized(_ENDED)
    return Identity("user", claimed.org_id, user_id, member.role)


def _tokens(row: LoginSession) -> Tokens:
    claims = {"sub": str(row.user_id), "org_id": str(row.org_id), "sid": str(row.id)}
    return Tokens(
        tokens.issue(claims, "access", ACCESS_S),
        tokens.issue({**claims, "gen": row.generation}, "refresh", REFRESH_S),
        ACCESS_S,
    )


def _claims(token: str, purpose: str) -> tuple[Identity, UUID, int]:
    claims = tokens.read(token, purpose)
    try:
        identity = Identity("user", UUID(claims["org_id"]), UUID(claims["sub"]))
        return identity, UUID(claims["sid"]), int(claims.get("gen", 0))
    except (KeyError, ValueError, TypeError):
        raise Unauthorized(_ENDED) from None
