import pytest
from voice_platform import LocalVoicePlatform

from allokoli.vapi.client import VoicePlatform
from allokoli.vapi.regions import engine_access


@pytest.fixture
async def voice():
    async with LocalVoicePlatform().running() as platform:
        yield platform


@pytest.fixture
async def client(voice):
    access = engine_access(voice.url, "sk_secret", "whk_secret")
    async with VoicePlatform(access, total_s=5) as made:
        yield made
