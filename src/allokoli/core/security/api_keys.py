"""API keys: one key opens the platform's API and the engine's.

Keys are found by their hash, and shown once, when they are made. A sealed copy of private keys is
kept as well: they sign the JSON web tokens of those who hold one, and to verify such a token takes
the key itself. Keys made before that copy was kept sign nothing.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import String, func, select, text
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core.database import Base, session
from allokoli.core.identity import Identity
from allokoli.core.security import vault

Kind = Literal["private", "public", "server"]
# Of an organization's newest, so that a token costs little to refuse.
_MAX_SIGNING_KEYS = 50
_PREFIX: dict[Kind, str] = {"private": "sk_", "public": "pk_", "server": "whk_"}


class ApiKey(Base):
    """A key of an organization.

    `private` keys do everything, `public` ones start web calls, `server` ones authenticate a voice
    platform's server messages. `restrictions` narrow what a key may do, in Vapi's words.
    """

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    org_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str]
    key_hash: Mapped[bytes] = mapped_column(BYTEA)
    preview: Mapped[str]
    restrictions: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    key_sealed: Mapped[bytes | None]
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Who a key speaks for.

    Attributes:
        identity: acts for the key's organization.
        kind: what the key may do.
        restrictions: how that is narrowed, in Vapi's words.
        key_id: of the row.
    """

    identity: Identity
    kind: Kind
    restrictions: dict[str, Any]
    key_id: UUID


async def create_key(
    opened: AsyncSession,
    org_id: UUID,
    name: str,
    kind: Kind,
    restrictions: dict[str, Any] | None = None,
) -> tuple[ApiKey, str]:
    """Make a key.

    Args:
        opened: a session allowed to write for the organization.
        org_id: the organization.
        name: for people, at most 80 characters.
        kind: what the key may do.
        restrictions: how that is narrowed, in Vapi's words.

    Returns:
        The stored row, and the key itself, which cannot be read again.
    """
    key = _PREFIX[kind] + secrets.token_urlsafe(32)
    row = ApiKey(
        org_id=org_id,
        name=name,
        kind=kind,
        key_hash=_hash(key),
        preview=vault.preview(key),
        restrictions=restrictions,
        # A public key is no secret: whoever made it may read it again.
        key_sealed=None if kind == "server" else vault.seal(key),
    )
    opened.add(row)
    await opened.flush()
    return row, key


async def identify_key(key: str) -> KeyHolder | None:
    """Who holds this key; None when it is unknown, revoked or disabled."""
    if not key.startswith(tuple(_PREFIX.values())):
        return None
    async with session(Identity.job(None)) as opened:
        found = (
            await opened.execute(
                text("select org_id, kind, id, restrictions from auth.find_api_key(:hash)"),
                {"hash": _hash(key)},
            )
        ).one_or_none()
    if found is None or not is_enabled(found.restrictions):
        return None
    holder = Identity("api_key", found.org_id)
    return KeyHolder(holder, found.kind, found.restrictions or {}, found.id)


async def signing_keys(org_id: UUID) -> list[str]:
    """The organization's private keys that may sign tokens, newest first, at most 50."""
    async with session(Identity.job(org_id)) as opened:
        rows = await opened.scalars(
            select(ApiKey)
            .where(
                ApiKey.org_id == org_id,
                ApiKey.kind == "private",
                ApiKey.revoked_at.is_(None),
                ApiKey.key_sealed.is_not(None),
            )
            .order_by(ApiKey.created_at.desc())
            .limit(_MAX_SIGNING_KEYS)
        )
        return [
            vault.unseal(row.key_sealed)
            for row in rows
            if row.key_sealed and is_enabled(row.restrictions)
        ]


def is_enabled(restrictions: dict[str, Any] | None) -> bool:
    """Whether a key with these restrictions opens anything at all."""
    return (restrictions or {}).get("enabled") is not False


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
