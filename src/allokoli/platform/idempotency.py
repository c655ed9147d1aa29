"""`Idempotency-Key` on POST: the same request sent twice is carried out once."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Header
from pydantic import BaseModel
from sqlalchemy import String, delete
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from allokoli.core import clock
from allokoli.core.database import Base, session
from allokoli.core.errors import Conflict
from allokoli.core.identity import Identity
from allokoli.platform.columns import Moment

KEPT = timedelta(days=1)
# A process that died leaves its key behind; later than this it may be taken over.
_LONGEST = timedelta(minutes=2)
_PATTERN = r"^[\x21-\x7e]{1,200}$"

IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", pattern=_PATTERN)]
M = TypeVar("M", bound=BaseModel)


class IdempotencyKeyRow(Base):
    """A request that carried a key, and its answer once there is one."""

    __tablename__ = "idempotency_keys"

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    fingerprint: Mapped[bytes]
    response: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[Moment]


async def once(
    identity: Identity,
    route: str,
    key: str | None,
    body: BaseModel,
    answer: type[M],
    act: Callable[[], Awaitable[M]],
) -> M:
    """Carry a request out, or give again the answer it got the first time (kept a day).

    Args:
        identity: who asks.
        route: what is asked, e.g. "POST /assistants".
        key: the client's key; without one the request is simply carried out.
        body: what is asked for.
        answer: class of the answer.
        act: does it. A failure is not kept, so that trying again is possible.

    Raises:
        Conflict: the first request is still running, or was a different one.
    """
    if key is None:
        return await act()
    fingerprint = hashlib.sha256(body.model_dump_json().encode()).digest()
    earlier = await _take(identity, route, key, fingerprint)
    if earlier is not None:
        return answer.model_validate(earlier)
    try:
        made = await act()
    except BaseException:
        await _release(identity, route, key)
        raise
    async with session(identity) as opened:
        row = await opened.get(IdempotencyKeyRow, (identity.organization, route, key))
        if row is not None:
            row.response = made.model_dump(mode="json")
    return made


async def _take(
    identity: Identity, route: str, key: str, fingerprint: bytes
) -> dict[str, Any] | None:
    """Take the key for this request; the earlier answer if there is one."""
    now = clock.now()
    values = {
        "org_id": identity.organization,
        "route": route,
        "key": key,
        "fingerprint": fingerprint,
        "created_at": now,
    }
    async with session(identity) as opened:
        taken = await opened.execute(
            insert(IdempotencyKeyRow)
            .values(values)
            .on_conflict_do_nothing()
            .returning(IdempotencyKeyRow.key)
        )
        if taken.scalar() is not None:
            return None
        row = await opened.get_one(
            IdempotencyKeyRow, (identity.organization, route, key), with_for_update=True
        )
        if row.fingerprint != fingerprint:
            raise Conflict("Cette clé d’idempotence a servi à une autre demande.")
        if row.response is None and now - row.created_at < _LONGEST:
            raise Conflict("La même demande est en cours. Patientez avant de réessayer.")
        row.created_at = now
        return row.response


async def _release(identity: Identity, route: str, key: str) -> None:
    async with session(identity) as opened:
        await opened.execute(
            delete(IdempotencyKeyRow).where(
                IdempotencyKeyRow.route == route, IdempotencyKeyRow.key == key
            )
        )
