"""API keys: one key opens the platform's API and the engine's.

Only a hash is kept; the key itself is shown once, when it is made.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import String, func, text
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core.database import Base, session
from allokoli.core.identity import Identity
from allokoli.core.security import vault

Kind = Literal["private", "public", "server"]
_PREFIX: dict[Kind, str] = {"private": "sk_", "public": "pk_", "server": "whk_"}


class ApiKey(Base):
    """A key of an organization.

    `private` keys do everything, `public` ones start web calls, `server` ones authenticate a voice
    platform's server messages.
    """

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    org_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str]
    key_hash: Mapped[bytes] = mapped_column(BYTEA)
    preview: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Who a key speaks for.

    Attributes:
        identity: acts for the key's organization.
        kind: what the key may do.
    """

    identity: Identity
    kind: Kind


async def create_key(
    opened: AsyncSession, org_id: UUID, name: str, kind: Kind
) -> tuple[ApiKey, str]:
    """Make a key.

    Args:
        opened: a session allowed to write for the organization.
        org_id: the organization.
        name: for people, at most 80 characters.
        kind: what the key may do.

    Returns:
        The stored row, and the key itself, which cannot be read again.
    """
    key = _PREFIX[kind] + secrets.token_urlsafe(32)
    row = ApiKey(
        org_id=org_id, name=name, kind=kind, key_hash=_hash(key), preview=vault.preview(key)
    )
    opened.add(row)
    await opened.flush()
    return row, key


async def identify_key(key: str) -> KeyHolder | None:
    """Who holds this key; None when it is unknown or revoked."""
    if not key.startswith(tuple(_PREFIX.values())):
        return None
    async with session(Identity.job(None)) as opened:
        found = (
            await opened.execute(
                text("select org_id, kind from auth.find_api_key(:hash)"), {"hash": _hash(key)}
            )
        ).one_or_none()
    if found is None:
        return None
    return KeyHolder(Identity("api_key", found.org_id), found.kind)


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
