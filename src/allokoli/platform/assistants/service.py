from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import events
from allokoli.core.database import session
from allokoli.core.errors import NotFound
from allokoli.core.identity import Identity
from allokoli.platform.assistants import compiling, repository
from allokoli.platform.assistants.models import ASSISTANTS, Assistant
from allokoli.platform.assistants.schemas import AssistantCreate, AssistantRead, AssistantUpdate
from allokoli.platform.assistants.secrets import without_secrets
from allokoli.platform.mirror import saga
from allokoli.platform.pagination import Page


async def list_assistants(
    opened: AsyncSession, *, cursor: str | None = None, limit: int = 50
) -> Page[AssistantRead]:
    """The organization's assistants, newest first."""
    rows, next_cursor = await repository.page(opened, cursor, limit)
    numbers = await repository.numbers(opened, [row.id for row in rows])
    data = [shown(row, numbers.get(row.id)) for row in rows]
    return Page(data=data, next_cursor=next_cursor)


async def get_assistant(opened: AsyncSession, assistant_id: UUID) -> AssistantRead:
    """One assistant.

    Raises:
        NotFound: none, or another organization's.
    """
    row = await repository.assistant(opened, assistant_id)
    if row is None:
        raise NotFound(ASSISTANTS.missing)
    numbers = await repository.numbers(opened, [row.id])
    return shown(row, numbers.get(row.id))


async def create_assistant(identity: Identity, wanted: AssistantCreate) -> AssistantRead:
    """Create an assistant here and at the voice platform, or nowhere.

    Raises:
        AlloKoliError: the platform's failure or refusal.
    """
    if wanted.blueprint is None:
        row = new_row(identity, wanted.name or "", {**wanted.fields, "name": wanted.name}, None)
    else:
        blueprint = wanted.blueprint
        config = compiling.compiled(blueprint)
        row = new_row(identity, blueprint.name, config, blueprint.model_dump(mode="json"))
    made = await saga.create(identity, ASSISTANTS, row)
    await _tell(identity, made.id)
    return shown(made, None)


async def update_assistant(
    identity: Identity, assistant_id: UUID, update: AssistantUpdate
) -> AssistantRead:
    """Change an assistant here and at the voice platform, or nowhere.

    Raises:
        NotFound: none, or another organization's.
        Conflict: another change is on its way.
        InvalidInput: the blueprint would not hold together.
        AlloKoliError: the platform's failure or refusal.
    """
    await saga.update(
        identity,
        ASSISTANTS,
        assistant_id,
        lambda row: compiling.changed(row, update),
        replace=update.blueprint is not None,
    )
    await _tell(identity, assistant_id)
    async with session(identity) as opened:
        return await get_assistant(opened, assistant_id)


async def delete_assistant(identity: Identity, assistant_id: UUID) -> AssistantRead:
    """Delete an assistant at the voice platform, then here; its calls stay.

    Raises:
        NotFound: none, or another organization's.
        AlloKoliError: the platform's failure or refusal; the assistant stays.
    """
    gone = await saga.delete(identity, ASSISTANTS, assistant_id)
    await _tell(identity, assistant_id)
    return shown(gone, None)


def new_row(
    identity: Identity, name: str, config: dict[str, object], blueprint: dict[str, object] | None
) -> Assistant:
    """A row to begin a creation with."""
    return Assistant(
        id=uuid4(), org_id=identity.organization, name=name, config=config, blueprint=blueprint
    )


def shown(row: Assistant, phone_number: str | None) -> AssistantRead:
    """An assistant as clients see it."""
    return AssistantRead(
        id=row.id,
        name=row.name,
        blueprint=row.blueprint,
        config=without_secrets(row.config),
        platform_id=row.platform_id,
        status=row.sync,
        phone_number=phone_number,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


async def _tell(identity: Identity, assistant_id: UUID) -> None:
    async with session(identity) as opened:
        topic = f"org:{identity.organization}"
        await events.publish(opened, topic, event="assistant", id=str(assistant_id))
