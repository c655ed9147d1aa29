"""An organization's language model answers its calls on the built-in engine, or the guided does."""

import asyncio

from api import run_jobs
from blueprints import RESTAURANT
from scripted_model import scripted_model
from test_with_engine import owner

__all__ = ["owner"]
KEY = "sk-own-secret-7788"
FINE = "Très bien, pour quatre personnes. Quel jour souhaitez-vous venir ?"
WORDS = "Bonjour, une table pour quatre personnes"


async def say(owner, call_id, words):
    answer = await owner.post(f"/messages/{call_id}", {"content": words})
    assert answer.status_code == 201, answer.text
    return answer.json()["reply"]["content"]


async def called(owner, assistant_id):
    body = {"assistant_id": assistant_id, "transport": {"provider": "text"}}
    answer = await owner.post("/calls", body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def test_calls_are_answered_by_the_model_or_by_the_guided_one_in_the_same_turn(owner):
    assistant = (await owner.post("/assistants", {"blueprint": RESTAURANT})).json()["id"]
    guided = await say(owner, await called(owner, assistant), WORDS)
    async with scripted_model() as model:
        choice = {"url": model.url, "name": "small", "key": KEY}
        path = "/api/v1/organization/language-model"
        assert (await owner.http.put(path, json=choice, headers=owner.headers)).status_code == 200
        await run_jobs()
        model.script = [FINE, "<|im_end|>", {"status": 500}]
        call = await called(owner, assistant)
        assert await say(owner, call, WORDS) == FINE
        assert model.headers[0]["authorization"] == f"Bearer {KEY}"
        asked = model.requests[0]
        assert asked["model"] == "small"
        assert "metadata" not in asked
        prompt = asked["messages"][0]["content"]
        assert RESTAURANT["name"] in prompt
        assert "{{" not in prompt
        names = {tool["function"]["name"] for tool in asked["tools"]}
        assert {"find_slots", "book_slot"} <= names
        other = await called(owner, assistant)
        assert await say(owner, other, WORDS) == guided
        last = await called(owner, assistant)
        assert await say(owner, last, WORDS) == guided
        assert len(model.requests) == 3
        shown = await owner.get(f"/assistants/{assistant}")
        assert KEY not in shown.text
        engine = await owner.http.get("/engine/assistant", headers=owner.headers)
        assert KEY not in engine.text
    await asyncio.gather(*(owner.post(f"/calls/{one}/end") for one in (call, other, last)))
    async with asyncio.timeout(60):
        while True:
            await run_jobs()
            shown = await owner.get(f"/calls/{call}")
            if shown.json()["analysis"]:
                break
            await asyncio.sleep(0.1)
    assert KEY not in shown.text
    data = shown.json()["analysis"]["structured_data"]
    assert data["intent"] == "book"
    assert data["party_size"] == 4
