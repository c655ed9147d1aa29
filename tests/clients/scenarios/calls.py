"""Calls: one held in writing to its end, its artifacts, and those it does not have."""

from typing import Any
from uuid import uuid4

from sdk import CheckedSdk
from world import ANSWER


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    assistant = await sdk.assistants.create(
        name="Accueil",
        first_message="Bonjour !",
        model=world.model(),
        end_call_phrases=["au revoir"],
    )
    made = await sdk.calls.create(
        assistant_id=assistant.id, name="Essai", transport={"provider": "text"}
    )
    assert made.status == "in-progress"
    said = await world.post(f"/call/{made.id}/message", {"content": "Une table pour deux"})
    assert said["reply"]["content"] == ANSWER
    read = await sdk.calls.get(made.id)
    assert [one.role for one in read.messages] == ["bot", "user", "bot"]
    assert (await sdk.calls.update(made.id, name="Réservation")).name == "Réservation"
    assert [one.id for one in await sdk.calls.list()] == [made.id]
    assert await sdk.calls.list(assistant_id=str(uuid4())) == []

    socket = await sdk.calls.create(
        assistant_id=assistant.id,
        transport={
            "provider": "vapi.websocket",
            "audioFormat": {"format": "pcm_s16le", "container": "raw", "sampleRate": 16000},
        },
    )
    assert socket.type == "vapi.websocketCall"
    assert socket.transport.websocketCallUrl.startswith("ws")
    assert socket.monitor.control_url

    refused = await sdk.refused(400, sdk.calls.create())
    assert refused["statusCode"] == 400
    await sdk.refused(404, sdk.calls.get(str(uuid4())))
    sides = (
        sdk.calls.call_artifact_controller_mono_recording_download,
        sdk.calls.call_artifact_controller_stereo_recording_download,
        sdk.calls.call_artifact_controller_assistant_recording_download,
        sdk.calls.call_artifact_controller_customer_recording_download,
    )
    for side in sides:
        await sdk.refused(404, side(made.id))
    await world.record(made.id)
    for side in sides:
        await side(made.id)
        assert sdk.last.content.startswith(b"RIFF")
    # No call of this engine leaves one of these.
    await sdk.never(404, sdk.calls.call_artifact_controller_video_recording_download, made.id)
    await sdk.never(404, sdk.calls.call_artifact_controller_pcap_download, made.id)
    await sdk.calls.call_artifact_controller_call_logs_download(made.id)
    await sdk.refused(400, sdk.calls.delete(made.id))
    world.farewell = True
    await world.post(f"/call/{made.id}/message", {"content": "Merci"})
    ended = await sdk.calls.get(made.id)
    assert (ended.status, ended.ended_reason) == ("ended", "assistant-said-end-call-phrase")
    assert (await sdk.calls.delete(made.id)).id == made.id
    await sdk.refused(404, sdk.calls.get(made.id))
