"""The engine with its voice, on a port."""

import asyncio
import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.append(str(Path(__file__).parents[1] / "audio"))

import pytest
from serving import serve

from allokoli.engine.app import create_app
from allokoli.engine.speech import ensure_models
from allokoli.engine.speech.voice import Voices


@pytest.fixture
async def engine_app(settings, engine_port, monkeypatch):
    """The engine with its voice."""
    monkeypatch.setattr(settings, "engine_port", engine_port)
    monkeypatch.setattr(settings, "engine_internal_url", f"http://127.0.0.1:{engine_port}")
    monkeypatch.setattr(settings, "public_url", f"http://127.0.0.1:{engine_port}/public")
    await asyncio.to_thread(ensure_models, settings.models_dir, settings.whisper_model)
    app = create_app()
    async with serve(app, engine_port):
        yield app


async def spoken(text: str) -> bytes:
    """Speech of a text: 16-bit mono at 16 kHz."""
    voices = Voices()
    pcm = b"".join([piece async for piece in voices.say(text, "fr")])
    voices.close()
    return pcm


async def ended(http, call_id: str) -> dict:
    """The call, once it is concluded."""
    async with asyncio.timeout(20):
        while True:
            found = (await http.get(f"/call/{call_id}")).json()
            if found["status"] == "ended" and found["analysis"]:
                return found
            await asyncio.sleep(0.1)
