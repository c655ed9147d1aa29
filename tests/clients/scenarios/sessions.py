"""Sessions: several chats that remember one another."""

from typing import Any

from lives import Life
from sdk import CheckedSdk
from vapi.types import CreateCustomerDto
from world import ANSWER


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    sessions = sdk.sessions
    life = Life(
        sdk,
        create=sessions.create,
        read=sessions.get,
        listing=sessions.list,
        change=sessions.update,
        delete=sessions.delete,
    )
    assistant = await sdk.assistants.create(name="Accueil", model=world.model())
    made = await life.begins(
        name="Claire", assistant_id=assistant.id, customer=CreateCustomerDto(number="+33612345678")
    )
    assert made.status == "active"
    await sdk.chats.create(session_id=made.id, input="Bonjour")
    kept = await sessions.get(made.id)
    assert [(one.role, one.content) for one in kept.messages] == [
        ("user", "Bonjour"),
        ("assistant", ANSWER),
    ]
    await life.changes(kept, name="Claire Bernard", status="completed")
    assert (await sessions.list(name="Claire Bernard")).metadata.total_items == 1
    assert (await sessions.list(number="+33600000000")).results == []
    await life.ends(made)
