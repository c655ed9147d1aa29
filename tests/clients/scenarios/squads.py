"""Squads: stored and inline members, and how one hands over to the next."""

from typing import Any
from uuid import uuid4

from fidelity import same
from sdk import CheckedSdk
from vapi.types import CreateAssistantDto, SquadMemberDto, TransferDestinationAssistant


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    stored = await sdk.assistants.create(name="Accueil")
    made = await sdk.squads.create(
        name="Équipe",
        members=[
            SquadMemberDto(
                assistant_id=stored.id,
                assistant_destinations=[
                    TransferDestinationAssistant(
                        type="assistant",
                        assistant_name="Réservations",
                        message="Je vous passe les réservations.",
                    )
                ],
            ),
            SquadMemberDto(assistant=CreateAssistantDto(name="Réservations")),
        ],
    )
    assert same(await sdk.squads.get(made.id), made)
    assert made.members[0].assistant_destinations[0].type == "assistant"
    changed = await sdk.squads.update(
        made.id, name="Petite équipe", members=[SquadMemberDto(assistant_id=stored.id)]
    )
    assert (changed.name, len(changed.members)) == ("Petite équipe", 1)
    assert [one.id for one in await sdk.squads.list()] == [made.id]
    assert [one.id for one in await sdk.squads.list(id_any=made.id)] == [made.id]
    assert await sdk.squads.list(id_any=str(uuid4())) == []
    await sdk.refused(400, sdk.squads.create(members=[]))
    await sdk.refused(400, sdk.squads.create(members=[SquadMemberDto(assistant_id=str(uuid4()))]))
    assert (await sdk.squads.delete(made.id)).id == made.id
    await sdk.refused(404, sdk.squads.get(made.id))
