"""Chats: a first message, the next one, and the shape of OpenAI's Responses."""

from typing import Any
from uuid import uuid4

from fidelity import same
from sdk import CheckedSdk
from world import ANSWER


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    assistant = await sdk.assistants.create(name="Accueil", model=world.model())
    first = await sdk.chats.create(assistant_id=assistant.id, input="Bonjour", stream=False)
    assert first.output[0].role == "assistant"
    assert first.output[0].content == ANSWER
    assert same(await sdk.chats.get(first.id), first)
    second = await sdk.chats.create(
        assistant_id=assistant.id, input="Une table", previous_chat_id=first.id
    )
    said = [one["content"] for one in world.asked[-1]["messages"]]
    assert "Bonjour" in said
    assert "Une table" in said
    page = await sdk.chats.list(assistant_id=assistant.id, limit=1)
    assert [one.id for one in page.results] == [second.id]
    assert page.metadata.total_items == 2
    response = await sdk.chats.create_response(
        assistant_id=assistant.id, input="Bonsoir", stream=False
    )
    assert response.object == "response"
    assert response.output[0].content[0].text == ANSWER
    await sdk.refused(400, sdk.chats.create(input="Bonjour"))
    await sdk.refused(404, sdk.chats.get(str(uuid4())))
    assert (await sdk.chats.delete(first.id)).id == first.id
    await sdk.refused(404, sdk.chats.get(first.id))
