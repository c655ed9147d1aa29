"""No organization reads, guesses, changes or deletes anything of another's, by any route or SQL."""

import re
from uuid import uuid4

import httpx
import pytest
from api import run_jobs, sign_up
from blueprints import RESTAURANT
from reports import deliver, end_of_call_report, platform_call
from sqlalchemy import text

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.mail import Mail
from allokoli.platform.calls.models import Call
from allokoli.platform.messages.models import Message
from allokoli.web.app import create_app

# Routes with an id in their path, by what the id is. A new one must be added here to pass.
_KINDS = {
    "assistant_id": "assistant",
    "call_id": "call",
    "call_or_message_id": "message",
    "mail_id": "mail",
    "key_id": "key",
    "number_id": "number",
    "session_id": "session",
    "resource_id": "resource",
    "exception_id": "exception",
    "booking_id": "booking",
}
_BODIES = {
    ("PATCH", "/api/v1/agenda/resources/{resource_id}"): {"name": "pris"},
    ("PATCH", "/api/v1/agenda/bookings/{booking_id}"): {"name": "pris"},
    ("PATCH", "/api/v1/assistants/{assistant_id}"): {"name": "pris"},
    ("POST", "/api/v1/messages/{call_id}"): {"content": "Bonjour"},
    ("POST", "/api/v1/configurator/sessions/{session_id}/messages"): {"text": "Bonjour"},
    ("PATCH", "/api/v1/configurator/sessions/{session_id}"): {"blueprint": {"name": "pris"}},
}


def api_routes(app):
    """Every (method, path) of the API that carries an id, as the application itself lists them."""
    found = []
    for path, operations in app.openapi()["paths"].items():
        if path.startswith("/api/v1/") and "{" in path:
            found += [(method.upper(), path) for method in operations]
    return sorted(found)


@pytest.fixture
async def site(settings):
    app = create_app()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        client.app = app
        yield client


@pytest.fixture
async def theirs(site, voice):
    """An organization with one of everything; returns its owner and the ids."""
    owner = await sign_up(site)
    assistant = (await owner.post("/assistants", {"blueprint": RESTAURANT})).json()
    voice.add_number("+33187000001", assistantId=assistant["platform_id"])
    (number,) = (await owner.get("/phone-numbers")).json()["data"]
    voice.files["a.wav"] = b"RIFF"
    described = platform_call(assistant)
    artifact = {"stereoRecordingUrl": f"{voice.url}/file/a.wav"}
    voice.calls[described["id"]] = {**described, "artifact": artifact}
    await deliver(owner, end_of_call_report(described, artifact=artifact))
    assert (await owner.post(f"/assistants/{assistant['id']}/rehearsal")).status_code == 202
    await run_jobs()
    ids = {
        "assistant": assistant["id"],
        "number": number["id"],
        "call": str((await owner.rows(Call))[0].id),
        "message": str((await owner.rows(Message))[0].id),
        "mail": str((await owner.rows(Mail))[0].id),
        "key": (await owner.post("/api-keys", {"name": "k", "kind": "private"})).json()["id"],
        "session": (await owner.post("/configurator/sessions", {})).json()["id"],
        **await agenda_of(owner),
    }
    return owner, ids


async def agenda_of(owner):
    """Something of everything an agenda holds, a calendar feed among it."""
    assert (await owner.post("/agenda/feed")).status_code == 201
    table = {"name": "Terrasse", "capacity": 4}
    closed = {"day": "2026-12-25", "label": "Noël"}
    dinner = {"date": "2026-12-24", "time": "20:00", "name": "Dupont", "phone": "+33612345678"}
    made = {
        "resource": await owner.post("/agenda/resources", table),
        "exception": await owner.post("/agenda/exceptions", closed),
        "booking": await owner.post("/agenda/bookings", dinner),
    }
    return {kind: answer.json()["id"] for kind, answer in made.items()}


def at_path(path, ids):
    return re.sub(r"\{(\w+)\}", lambda found: ids[_KINDS[found[1]]], path)


async def test_no_route_opens_anothers_rows(site, theirs):
    owner, ids = theirs
    stranger = await sign_up(site)
    key = (await stranger.post("/api-keys", {"name": "k", "kind": "private"})).json()["key"]
    before = await snapshot(owner)
    routes = api_routes(site.app)
    assert len(routes) > 15
    for method, path in routes:
        for token in (stranger.tokens["access_token"], key):
            answer = await site.request(
                method,
                at_path(path, ids),
                json=_BODIES.get((method, path)),
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.status_code in {403, 404}, (method, path, answer.text)
            assert not any(known in answer.text for known in ids.values())
    assert await snapshot(owner) == before


async def test_the_same_routes_open_for_whose_they_are(site, theirs):
    owner, ids = theirs
    for method, path in api_routes(site.app):
        if method == "GET":
            answer = await owner.get(at_path(path, ids).removeprefix("/api/v1"))
            assert answer.status_code == 200, path


async def test_lists_show_only_what_is_ours(site, theirs):
    owner, ids = theirs
    stranger = await sign_up(site)
    for path, operations in site.app.openapi()["paths"].items():
        if not path.startswith("/api/v1/") or "{" in path or "get" not in operations:
            continue
        short = path.removeprefix("/api/v1")
        mine, others = await owner.get(short), await stranger.get(short)
        assert (mine.status_code, others.status_code) == (200, 200), path
        assert not any(known in others.text for known in [*ids.values(), str(owner.org_id)]), path


async def test_no_route_opens_without_a_token(site, theirs):
    _, ids = theirs
    for path, operations in site.app.openapi()["paths"].items():
        if not path.startswith("/api/v1/"):
            continue
        for method in operations:
            answer = await site.request(method, at_path(path, ids), json=None)
            open_to_all = path.startswith(("/api/v1/auth/", "/api/v1/configurator/"))
            allowed = {404, 422, 201} if open_to_all else set()
            assert answer.status_code in {401, *allowed}, (method, path, answer.text)


async def test_sql_as_the_application_sees_and_changes_nothing_of_others(site, theirs):
    owner, _ = theirs
    others = Identity.job(uuid4())
    async with session(owner.identity) as opened:
        tables = (
            (
                await opened.execute(
                    text(
                        "select distinct c.table_name from information_schema.columns c"
                        " join information_schema.tables t using (table_schema, table_name)"
                        " where c.table_schema = 'public' and c.column_name = 'org_id'"
                        " and t.table_type = 'BASE TABLE'"
                    )
                )
            )
            .scalars()
            .all()
        )
    assert {"assistants", "calls", "messages", "mails", "voice_platforms"} <= set(tables)
    for table in tables:
        async with session(others) as opened:
            for statement in (
                f"select * from {table}",
                f"update {table} set org_id = auth.org_id() returning 1",
                f"delete from {table} returning 1",
            ):
                assert (await opened.execute(text(statement))).all() == [], statement


async def test_a_visitor_sees_no_tenant_row_whatever_the_statement(site, theirs):
    _, ids = theirs
    for visitor in (Identity.visitor(), Identity.visitor(uuid4())):
        async with session(visitor) as opened:
            for table in (
                "organizations",
                "users",
                "user_passwords",
                "configurator_sessions",
                "login_sessions",
                "assistants",
            ):
                assert (await opened.execute(text(f"select * from {table}"))).all() == []
    async with session(Identity.visitor(ids["session"])) as opened:
        assert (await opened.execute(text("select * from configurator_sessions"))).all() == []


async def snapshot(owner):
    """Everything an organization has, as its own API shows it."""
    seen = {}
    for path in (
        "/assistants",
        "/calls",
        "/phone-numbers",
        "/mails",
        "/api-keys",
        "/agenda/resources",
        "/agenda/exceptions",
        "/agenda/bookings",
        "/agenda/settings",
    ):
        seen[path] = (await owner.get(path)).json()
    return seen
