"""The platform over the built-in engine itself, each on its port: from talking to the report."""

import re

import httpx
import pytest
from api import run_jobs, sign_up
from serving import on_a_port

from allokoli.core.mail import Mail
from allokoli.engine.app import create_app as create_engine
from allokoli.web.app import create_app as create_web

SEED = (
    "Je voudrais créer un assistant pour mon restaurant",
    "Assistant Chez Mario",
    "Convivial et chaleureux",
    "Restaurant Chez Mario, bonsoir ! Que puis-je faire pour vous ?",
    "Oui, absolument",
    "Oui, et aussi s'ils ont des allergies alimentaires",
    "Oui, c'est parfait !",
)
CALLER = (
    "Bonjour, je voudrais réserver une table",
    "Pour 4 personnes demain à 20h",
    "Au nom de Dupont, mon numéro est le 06 12 34 56 78",
    "Nous sommes allergiques aux arachides",
    "Oui, c'est exact",
)


@pytest.fixture
async def owner(settings, monkeypatch):
    """An owner on a site whose engine runs beside it, without audio."""
    async with (
        on_a_port(create_web(), lifespan="on") as web_url,
        on_a_port(create_engine(audio=False), lifespan="on") as engine_url,
        httpx.AsyncClient(base_url=web_url, timeout=60) as client,
    ):
        monkeypatch.setattr(settings, "web_internal_url", web_url)
        monkeypatch.setattr(settings, "public_url", web_url)
        monkeypatch.setattr(settings, "engine_internal_url", engine_url)
        yield await sign_up(client)


async def test_from_talking_to_the_reservation_by_mail(owner):
    session_id = (await owner.post("/configurator/sessions", {"locale": "fr"})).json()["id"]
    path = f"/configurator/sessions/{session_id}"
    for words in SEED:
        answer = (await owner.post(f"{path}/messages", {"text": words})).json()
    assert answer["status"] == "creating"
    await run_jobs()
    created = (await owner.get(path)).json()
    assert created["status"] == "created", created["reply"]
    body = {"assistant_id": created["assistant_id"], "transport": {"provider": "text"}}
    call = (await owner.post("/calls", body)).json()
    greeting = call["messages"][0]["content"]
    assert re.sub(r"\s+", " ", greeting).startswith("Restaurant Chez Mario, bonsoir !")
    for words in CALLER:
        said = (await owner.post(f"/messages/{call['id']}", {"content": words})).json()
        if said["reply"]["ended"]:
            break
    assert said["reply"]["ended"] is True, said
    await run_jobs()  # the engine's report
    await run_jobs()  # what the report causes
    ended = (await owner.get(f"/calls/{call['id']}")).json()
    assert ended["status"] == "ended"
    data = ended["analysis"]["structured_data"]
    assert data["intent"] == "book"
    assert (data["party_size"], data["time"], data["phone"]) == (4, "20:00", "+33612345678")
    assert "arachides" in data["allergies"]
    assert ended["analysis"]["success_evaluation"] == "true"
    assert ended["outcome"] == "success"
    mails = await owner.rows(Mail)
    assert len(mails) == 2
    assert any("arachides" in mail.text for mail in mails)
    figures = (await owner.get("/analytics/overview")).json()
    assert figures["calls_today"] == 1
    assert figures["satisfaction"] == pytest.approx(1)


async def test_an_assistant_is_changed_and_deleted_and_a_call_is_hung_up(owner):
    made = (
        await owner.post(
            "/assistants",
            {"blueprint": {"name": "Standard", "greeting": "Bonjour !", "services": ["message"]}},
        )
    ).json()
    changed = await owner.patch(
        f"/assistants/{made['id']}", {"blueprint": {"greeting": "Bonsoir !"}}
    )
    assert changed.status_code == 200, changed.text
    body = {"assistant_id": made["id"], "transport": {"provider": "text"}}
    call = (await owner.post("/calls", body)).json()
    assert call["messages"][0]["content"].startswith("Bonsoir")
    ended = await owner.post(f"/calls/{call['id']}/end")
    assert ended.status_code == 200, ended.text
    assert ended.json()["status"] == "ended"
    assert (await owner.delete(f"/assistants/{made['id']}")).status_code == 200
    refused = await owner.post("/assistants", {"name": "A", "surprise": 1})
    assert refused.status_code == 422
    assert "surprise" in str(refused.json()["error"]["details"])
