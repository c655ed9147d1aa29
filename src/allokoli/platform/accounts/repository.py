from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.identity import Role
from allokoli.platform.accounts.models import LoginSession, User
from allokoli.platform.organizations.models import Membership


@dataclass(frozen=True, slots=True)
class Credentials:
    """What sign-in needs to know of an address before it knows who is asking."""

    user_id: UUID
    password_hash: str
    org_id: UUID
    role: Role


async def credentials(opened: AsyncSession, email: str) -> Credentials | None:
    found = (
        await opened.execute(text("select * from auth.find_user(:email)"), {"email": email})
    ).one_or_none()
    if found is None:
        return None
    return Credentials(found.user_id, found.password_hash, found.org_id, cast("Role", found.role))


async def user(opened: AsyncSession, user_id: UUID) -> User | None:
    return await opened.get(User, user_id)


async def login_session(
    opened: AsyncSession, session_id: UUID, *, lock: bool = False
) -> LoginSession | None:
    return await opened.get(LoginSession, session_id, with_for_update=lock or None)


async def owners(opened: AsyncSession, org_id: UUID) -> Sequence[User]:
    """The organization's owners, the first one first."""
    query = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.org_id == org_id, Membership.role == "owner")
        .order_by(Membership.created_at)
    )
    return (await opened.scalars(query)).all()
