"""An owner talks with AlloKoliConfig, in a real voice, and writes to it in the same session."""

import asyncio
import re

import httpx
import pytest
from caller import Caller
from product import Product
from rehearsal import say

pytestmark = [pytest.mark.audio, pytest.mark.process]


class Talk:
    """A visitor's session with AlloKoliConfig, by voice and in writing."""

    def __init__(self, product: Product, speech) -> None:
        self.product, self.speech = product, speech
        self.http = httpx.Client(
            base_url=product.url, timeout=60, headers={"accept-language": "fr"}
        )
        opened = self.http.post("/api/v1/configurator/sessions", json={"locale": "fr"}).json()
        self.path = f"/api/v1/configurator/sessions/{opened['id']}"
        self.caller = Caller()

    async def call(self):
        """Call, and hear the greeting out, which ends in a question."""
        answer = await asyncio.to_thread(self.http.post, f"{self.path}/calls")
        assert answer.status_code == 201, answer.text
        offer = await self.caller.offer()
        taken = await asyncio.to_thread(self.http.post, answer.json()["web_call_url"], json=offer)
        assert taken.status_code == 200, taken.text
        await self.caller.take(taken.json())
        await self.caller.silence_after(0.0, within_s=60)
        async with asyncio.timeout(60):
            while not " ".join(self.heard).endswith("?"):  # noqa: ASYNC110 - a call goes on by itself
                await asyncio.sleep(0.05)

    async def tell(self, sentence: str):
        """Say something, and hear the answer out."""
        spoken_s = await self.caller.microphone.speak(await say(self.speech, sentence))
        await self.caller.silence_after(spoken_s, within_s=60)
        return await asyncio.to_thread(self.read)

    def write(self, text: str):
        answer = self.http.post(f"{self.path}/messages", json={"text": text})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def read(self):
        return self.http.get(self.path).json()

    @property
    def heard(self) -> list[str]:
        """What the caller hears, as the call tells it."""
        return [
            one["transcript"]
            for one in self.caller.messages
            if one.get("type") == "transcript"
            and one["role"] == "assistant"
            and one["transcriptType"] == "final"
        ]


async def test_an_owner_goes_from_voice_to_text_and_back(product, speech):
    talk = Talk(product, speech)
    try:
        await talk.call()
        assert "AlloKoliConfig" in " ".join(talk.heard) or "Allo Koli" in " ".join(talk.heard)
        read = await talk.tell("Je voudrais créer un assistant pour mon restaurant.")
        assert read["blueprint"]["sector"] == "restaurant", read["messages"]
        read = await asyncio.to_thread(talk.write, "Assistant Chez Mario")
        assert read["asking"] == "tone"
        read = await talk.tell("Un ton convivial et chaleureux.")
        assert read["blueprint"]["tone"] == "friendly", read["messages"]
        assert read["blueprint"]["name"] == "Assistant Chez Mario"
        said = [line["text"] for line in read["messages"] if line["role"] == "user"]
        assert len(said) == 3
        assert re.search("restaurant", said[0], re.IGNORECASE)
    finally:
        await talk.caller.hang_up()
        talk.http.close()


async def test_a_call_resumes_where_the_writing_stopped(product, speech):
    talk = Talk(product, speech)
    try:
        await asyncio.to_thread(talk.write, "Je voudrais créer un assistant pour mon restaurant")
        await talk.call()
        greeting = " ".join(talk.heard)
        assert greeting.startswith("Reprenons")
        assert "nom" in greeting
        assert "votre guide" not in greeting
    finally:
        await talk.caller.hang_up()
        talk.http.close()
