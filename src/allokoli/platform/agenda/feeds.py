"""The owner's calendar feed: whoever has its address reads it, until the address is changed."""

import hashlib
import secrets
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.errors import NotFound
from allokoli.core.identity import Identity
from allokoli.core.security import vault
from allokoli.core.settings import get_settings
from allokoli.platform.agenda import calendar_text, repository
from allokoli.platform.agenda.booking import Place
from allokoli.platform.agenda.service import place_of
from allokoli.platform.organizations import service as organizations

FEEDS = "/agenda/feeds/"
_PREFIX = "/api/v1"
_SUFFIX = ".ics"
_SHOWN_BEFORE, _SHOWN_AFTER = timedelta(days=30), timedelta(days=366)


class Feed(NamedTuple):
    """A calendar and the tag by which a program knows that it did not change."""

    body: bytes
    etag: str


async def rotate(opened: AsyncSession, identity: Identity) -> str:
    """Give the feed a new address; the one before leads nowhere from now on."""
    place = await place_of(opened, identity, lock=True)
    token = secrets.token_urlsafe(32)
    place.agenda.feed_token_hash = _hash(token)
    place.agenda.feed_token_sealed = vault.seal(token)
    await opened.flush()
    return _url(token)


async def revoke(opened: AsyncSession, identity: Identity) -> None:
    """Take the feed's address away."""
    place = await place_of(opened, identity, lock=True)
    place.agenda.feed_token_hash = place.agenda.feed_token_sealed = None
    await opened.flush()


def url_of(place: Place) -> str | None:
    """The feed's address, which is a secret; None when there is none."""
    sealed = place.agenda.feed_token_sealed
    return _url(vault.unseal(sealed)) if sealed else None


async def read(token: str) -> Feed:
    """The calendar of an address.

    Raises:
        NotFound: no organization's, or not any more.
    """
    async with session(Identity.job(None)) as opened:
        org_id = await repository.org_of_feed(opened, _hash(token.removesuffix(_SUFFIX)))
    if org_id is None:
        raise NotFound("Ce calendrier n’existe pas ou n’existe plus.")
    identity, now = Identity.job(org_id), clock.now()
    async with session(identity) as opened:
        organization = await organizations.get_organization(opened, identity)
        rows = await repository.bookings_between(
            opened,
            now - _SHOWN_BEFORE,
            now + _SHOWN_AFTER,
            statuses=("booked", "honored", "missed", "cancelled"),
        )
        resources = {row.id: row.name for row in await repository.resources(opened)}
    body = calendar_text.feed(
        rows, title=organization.name, resources=resources, locale=organization.locale
    )
    return Feed(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _url(token: str) -> str:
    return f"{get_settings().public_url}{_PREFIX}{FEEDS}{token}{_SUFFIX}"
