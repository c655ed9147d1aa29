"""Simulated callers call new assistants on the real engine, which asks the product's agenda."""

import pytest
from api import run_jobs
from engines import engine_app, engine_port
from product import free_port
from serving import serve
from sqlalchemy import func, select

from allokoli.blueprint.catalog import template
from allokoli.core.database import session
from allokoli.core.mail import Mail
from allokoli.engine.api.models import Resource
from allokoli.platform.agenda.models import Booking
from allokoli.platform.calls.models import Call

__all__ = ["engine_app", "engine_port"]


@pytest.fixture
async def product(client, engine_app, settings, monkeypatch):
    """The web process, the engine and the database, each for real."""
    port = free_port()
    monkeypatch.setattr(settings, "web_internal_url", f"http://127.0.0.1:{port}")
    async with serve(client.app, port, lifespan="off"):
        yield


async def rehearsed(owner, key, locale):
    blueprint = template(key, locale).blueprint.model_dump(mode="json", exclude_none=True)
    made = await owner.post("/assistants", {"blueprint": blueprint})
    assert made.status_code == 201, made.text
    path = f"/assistants/{made.json()['id']}/rehearsal"
    assert (await owner.post(path)).status_code == 202
    await run_jobs()
    return (await owner.get(path)).json()


@pytest.mark.parametrize(
    ("key", "locale"),
    [("restaurant", "fr"), ("doctor", "en"), ("hotel", "he"), ("lead_qualification", "fr")],
)
async def test_the_callers_of_a_template_pass_on_the_real_engine(product, owner, key, locale):
    found = await rehearsed(owner, key, locale)
    told = [(one["kind"], one["missing"], one["transcript"]) for one in found["callers"]]
    assert found["passed"] is True, told


async def test_a_rehearsal_leaves_nothing_behind(product, owner):
    found = await rehearsed(owner, "restaurant", "fr")
    assert found["status"] == "done"
    assert await owner.rows(Booking) == []
    assert await owner.rows(Call) == []
    assert await owner.rows(Mail) == []
    async with session(owner.identity) as opened:
        chats = select(func.count()).where(Resource.kind == "chat")
        assert await opened.scalar(chats) == 0
    overview = await owner.get("/analytics/overview")
    assert overview.json()["calls_today"] == 0
