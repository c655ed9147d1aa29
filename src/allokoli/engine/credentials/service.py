"""What can be done with an organization's credentials. A secret goes in and is never shown."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.security.sealed_json import part, whole
from allokoli.engine.api.errors import Invalid, Missing, refuse
from allokoli.engine.api.listing import Listing, apply
from allokoli.engine.api.patching import patched
from allokoli.engine.api.wire import as_uuid, iso
from allokoli.engine.credentials.models import Credential
from allokoli.engine.credentials.schemas import problems_of

_TITLE = "Credential"
_MAX_PER_ORGANIZATION = 1_000


async def find(
    org_id: UUID, *, provider: str | None = None, credential_id: str | None = None
) -> dict[str, Any] | None:
    """A credential, its secrets joined; the newest one when several fit.

    Args:
        org_id: whose.
        provider: Vapi's name of the service.
        credential_id: the only one to take; None for any of the provider's.

    Returns:
        The credential as it was sent, with its `id`; None when there is none.
    """
    statement = select(Credential).where(Credential.org_id == org_id)
    if provider is not None:
        statement = statement.where(Credential.provider == provider)
    if credential_id is not None:
        found_id = as_uuid(credential_id)
        if found_id is None:
            return None
        statement = statement.where(Credential.id == found_id)
    async with session(Identity.job(org_id)) as opened:
        row = await opened.scalar(_newest_first(statement).limit(1))
    return None if row is None else opened_up(row)


async def of_providers(opened: AsyncSession, providers: set[str]) -> list[dict[str, Any]]:
    """The organization's credentials for some services, secrets joined, newest first.

    Args:
        opened: a session of the organization.
        providers: Vapi's names of the services.
    """
    statement = select(Credential).where(Credential.provider.in_(providers))
    rows = await opened.scalars(_newest_first(statement).limit(_MAX_PER_ORGANIZATION))
    return [opened_up(row) for row in rows]


async def create(identity: Identity, body: dict[str, Any]) -> dict[str, Any]:
    """Store a credential.

    Raises:
        Invalid: it is not what its provider takes, or there are too many.
    """
    body = patched({}, body)
    refuse(problems_of(body))
    clear, sealed = part(body)
    async with session(identity) as opened:
        count = await opened.scalar(
            select(func.count())
            .select_from(Credential)
            .where(Credential.org_id == identity.organization)
        )
        if (count or 0) >= _MAX_PER_ORGANIZATION:
            raise Invalid(f"An organization keeps at most {_MAX_PER_ORGANIZATION} credentials.")
        now = clock.now()
        row = Credential(
            org_id=identity.organization,
            provider=body["provider"],
            body=clear,
            secrets_sealed=sealed,
            created_at=now,
            updated_at=now,
        )
        opened.add(row)
        await opened.flush()
        return shown(row)


async def listed(identity: Identity, listing: Listing) -> list[dict[str, Any]]:
    """The organization's credentials, newest first."""
    statement = apply(
        select(Credential).where(Credential.org_id == identity.organization),
        listing,
        row_id=Credential.id,
        created_at=Credential.created_at,
        updated_at=Credential.updated_at,
    )
    async with session(identity) as opened:
        return [shown(row) for row in await opened.scalars(statement)]


async def get(identity: Identity, credential_id: str) -> dict[str, Any]:
    """One credential.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    async with session(identity) as opened:
        return shown(await _row(opened, identity, credential_id))


async def update(identity: Identity, credential_id: str, patch: dict[str, Any]) -> dict[str, Any]:
    """Change a credential; secrets that are not sent again stay.

    Raises:
        Invalid: the id, or the credential as it would become.
        Missing: there is none.
    """
    async with session(identity) as opened:
        row = await _row(opened, identity, credential_id, lock=True)
        body = patched(whole(row.body, row.secrets_sealed), {"provider": row.provider, **patch})
        if body["provider"] != row.provider:
            raise Invalid([f"provider must be {row.provider}"])
        refuse(problems_of(body))
        row.body, row.secrets_sealed = part(body)
        row.updated_at = clock.now()
        await opened.flush()
        return shown(row)


async def delete(identity: Identity, credential_id: str) -> dict[str, Any]:
    """Remove a credential and return it as it was.

    Raises:
        Invalid: the id is not one.
        Missing: there is none.
    """
    async with session(identity) as opened:
        row = await _row(opened, identity, credential_id, lock=True)
        was = shown(row)
        await opened.delete(row)
        return was


def shown(row: Credential) -> dict[str, Any]:
    """A credential on the wire: what it is for, never its secrets."""
    return {
        **row.body,
        "id": str(row.id),
        "orgId": str(row.org_id),
        "createdAt": iso(row.created_at),
        "updatedAt": iso(row.updated_at),
    }


def opened_up(row: Credential) -> dict[str, Any]:
    """A credential with its secrets, for the engine's own use."""
    return {**whole(row.body, row.secrets_sealed), "id": str(row.id)}


def _newest_first(statement: Any) -> Any:
    return statement.order_by(Credential.created_at.desc(), Credential.id.desc())


async def _row(
    opened: AsyncSession, identity: Identity, credential_id: str, *, lock: bool = False
) -> Credential:
    found_id = as_uuid(credential_id)
    if found_id is None:
        raise Invalid(["id must be a UUID"])
    row = await opened.get(Credential, found_id, with_for_update=lock or None)
    if row is None or row.org_id != identity.organization:
        raise Missing(_TITLE, credential_id)
    return row
