"""Assistants: a life, a rich one read back whole, and what is refused."""

from typing import Any
from uuid import uuid4

from fidelity import same
from sdk import CheckedSdk
from vapi.types import (
    CustomLlmModel,
    DeepgramTranscriber,
    ElevenLabsVoice,
    OpenAiMessage,
    OpenAiModel,
)


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    made = await sdk.assistants.create(
        name="Chez Mario",
        first_message="Restaurant Chez Mario, bonsoir !",
        first_message_mode="assistant-speaks-first",
        model=OpenAiModel(
            provider="openai",
            model="gpt-4o",
            temperature=0.5,
            messages=[OpenAiMessage(role="system", content="Sois bref.")],
        ),
        voice=ElevenLabsVoice(provider="11labs", voice_id="sarah"),
        transcriber=DeepgramTranscriber(provider="deepgram", model="nova-3", language="fr"),
        end_call_phrases=["au revoir"],
        max_duration_seconds=300,
        metadata={"table": {"count": 12}},
    )
    read = await sdk.assistants.get(made.id)
    assert same(read, made)
    assert read.model.messages[0].content == "Sois bref."
    assert read.org_id == str(world.org_id)
    changed = await sdk.assistants.update(
        made.id,
        first_message="Bonjour !",
        model=CustomLlmModel(provider="custom-llm", url="http://x.test", model="m"),
    )
    assert (changed.first_message, changed.name) == ("Bonjour !", "Chez Mario")
    assert changed.model.provider == "custom-llm"
    other = await sdk.assistants.create(name="Autre")
    assert [one.id for one in await sdk.assistants.list()] == [other.id, made.id]
    assert [one.id for one in await sdk.assistants.list(limit=1)] == [other.id]
    earlier = await sdk.assistants.list(created_at_lt=other.created_at)
    assert [one.id for one in earlier] == [made.id]

    refusal = await sdk.refused(400, sdk.assistants.create(name="x" * 41))
    assert refusal["statusCode"] == 400
    assert any("name" in line for line in refusal["message"])
    await sdk.refused(404, sdk.assistants.get(str(uuid4())))

    sound = await sdk.assistants.assistant_controller_validate_background_sound_url(
        url=world.sound_url
    )
    assert sound.valid, sound.reason
    assert (await sdk.assistants.delete(made.id)).id == made.id
    await sdk.refused(404, sdk.assistants.get(made.id))
