"""Rehearsals as owners ask for them and read them."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.configurator.rehearsals import repository
from allokoli.configurator.rehearsals.models import Rehearsal
from allokoli.configurator.rehearsals.schemas import RehearsalRead, shown
from allokoli.core import clock, events, jobs
from allokoli.core.database import session
from allokoli.core.errors import Conflict, NotFound
from allokoli.core.identity import Identity
from allokoli.platform.assistants import service as assistants

# Nothing of a rehearsal takes this long; whoever held it is gone.
_GIVEN_UP_AFTER = timedelta(minutes=15)


async def begin(
    opened: AsyncSession, identity: Identity, assistant_id: UUID, session_id: UUID | None = None
) -> None:
    """Queue a rehearsal in the transaction of whoever asks; an earlier one is replaced.

    Args:
        opened: the session.
        identity: of the organization.
        assistant_id: ours.
        session_id: the owner's conversation that made it, if any.
    """
    from allokoli.configurator.rehearsals.tasks import rehearse

    run_id, now = uuid4(), clock.now()
    fresh: dict[str, Any] = {
        "run_id": run_id,
        "session_id": session_id,
        "status": "waiting",
        "callers": [],
        "created_at": now,
        "updated_at": now,
    }
    query = insert(Rehearsal).values(
        assistant_id=assistant_id, org_id=identity.organization, **fresh
    )
    await opened.execute(query.on_conflict_do_update(index_elements=["assistant_id"], set_=fresh))
    await jobs.defer(
        opened,
        rehearse,
        org_id=str(identity.organization),
        assistant_id=str(assistant_id),
        run_id=str(run_id),
    )
    await tell(opened, identity, assistant_id, session_id)


async def get(identity: Identity, assistant_id: UUID) -> RehearsalRead:
    """The latest rehearsal of an assistant.

    Raises:
        NotFound: no such assistant, or it was never rehearsed.
    """
    found = await latest(identity, assistant_id)
    if found is None:
        raise NotFound("Cet assistant n’a pas encore été mis à l’essai.")
    return found


async def latest(identity: Identity, assistant_id: UUID) -> RehearsalRead | None:
    """The same, or None when it was never rehearsed.

    Raises:
        NotFound: no such assistant.
    """
    async with session(identity) as opened:
        await assistants.get_assistant(opened, assistant_id)
        row = await repository.rehearsal(opened, assistant_id)
        return shown(row) if row is not None else None


async def start(identity: Identity, assistant_id: UUID) -> RehearsalRead:
    """Rehearse an assistant again; one that is under way goes on.

    Raises:
        NotFound: no such assistant.
        Conflict: it was not made from a blueprint, so there is nothing to rehearse.
    """
    async with session(identity) as opened:
        assistant = await assistants.get_assistant(opened, assistant_id)
        if not assistant.blueprint or assistant.platform_id is None:
            raise Conflict("Cet assistant n’a pas été décrit ici : il n’y a rien à essayer.")
        row = await repository.rehearsal(opened, assistant_id, lock=True)
        alive = clock.now() - _GIVEN_UP_AFTER
        if row is None or row.status == "done" or row.updated_at < alive:
            await begin(opened, identity, assistant_id)
            row = await repository.rehearsal(opened, assistant_id)
        if row is None:
            raise NotFound("Cet assistant n’a pas encore été mis à l’essai.")
        return shown(row)


async def tell(
    opened: AsyncSession, identity: Identity, assistant_id: UUID, session_id: UUID | None
) -> None:
    """Tell whoever watches that a rehearsal went on."""
    topics = [f"org:{identity.organization}"]
    if session_id is not None:
        topics.append(f"session:{session_id}")
    for topic in topics:
        await events.publish(opened, topic, event="rehearsal", id=str(assistant_id))
