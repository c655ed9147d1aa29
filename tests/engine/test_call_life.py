"""Calls whose engine dies, calls nobody answers, recordings, places."""

import asyncio
import json
import struct
import wave
from io import BytesIO
from uuid import UUID, uuid4

import httpx
import numpy as np
import psycopg
import pytest

from allokoli.core import database
from allokoli.engine.app import create_app
from allokoli.engine.background import Background
from allokoli.engine.calls import ending, reaping
from allokoli.engine.calls.reaping import reap
from allokoli.engine.calls.switchboard import Switchboard

WORKER_DIED = "call.in-progress.error-vapifault-worker-died"


@pytest.fixture
def sql(settings):
    """Run SQL as the owner of the database."""

    async def run(statement: str, *values):
        url = database.admin_url(settings).set(drivername="postgresql")
        conninfo = url.render_as_string(hide_password=False)
        async with await psycopg.AsyncConnection.connect(conninfo) as connection:
            cursor = await connection.execute(statement, values)
            return await cursor.fetchall() if cursor.description else []

    return run


@pytest.fixture
def carried(http, sql, settings, receiver, compiled):
    """A web call carried by some engine, with words and a recording cut off in the middle."""

    async def make(instance_id) -> str:
        made = (await http.post("/assistant", json=compiled(receiver.url))).json()
        call = (await http.post("/call/web", json={"assistantId": made["id"]})).json()
        await sql(
            "update engine.calls set status = 'in-progress', started_at = now(), instance_id = %s"
            " where id = %s",
            instance_id,
            call["id"],
        )
        for seq, (role, text) in enumerate(
            [("assistant", "Bonsoir !"), ("user", "Une table pour trois demain à 19h30")]
        ):
            await sql(
                "insert into engine.call_messages"
                " (call_id, seq, org_id, role, text, started_at, ended_at)"
                " values (%s, %s, %s, %s, %s, now(), now())",
                *(call["id"], seq, call["orgId"], role, text),
            )
        folder = settings.recordings_dir / call["orgId"]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{call['id']}.wav").write_bytes(_cut_recording())
        return call["id"]

    return make


def _cut_recording() -> bytes:
    """Half a second of two different tones, and a header that says nothing was written."""
    time_s = np.arange(8_000) / 16_000
    both = np.stack([np.sin(time_s * 2_000) * 9_000, np.sin(time_s * 5_000) * 5_000], axis=1)
    head = BytesIO()
    with wave.open(head, "wb") as empty:
        empty.setnchannels(2)
        empty.setsampwidth(2)
        empty.setframerate(16_000)
    return head.getvalue() + both.astype("<i2").tobytes() + b"\1\2\3"


async def test_a_call_whose_engine_died_is_ended_honestly_with_its_recording(
    carried, http, tenant, receiver, run_jobs, sql
) -> None:
    call_id = await carried(uuid4())
    assert [str(one) for one in await reap()] == [call_id]
    assert await reap() == []
    call = (await http.get(f"/call/{call_id}")).json()
    assert (call["status"], call["endedReason"]) == ("ended", WORKER_DIED)
    assert call["analysis"]["structuredData"]["party_size"] == 3
    assert call["messages"][0]["message"] == "Bonsoir !"
    await run_jobs()
    report = receiver.of("end-of-call-report")[0]
    assert report["endedReason"] == WORKER_DIED
    assert report["stereoRecordingUrl"] == report["artifact"]["stereoRecordingUrl"]
    # The link in the report plays, without a key.
    path = _path(report["stereoRecordingUrl"])
    async with httpx.AsyncClient(base_url=tenant.base_url) as anybody:
        played = await anybody.get(path)
        assert played.status_code == 200
        assert played.headers["content-type"] == "audio/wav"
        with wave.open(BytesIO(played.content)) as recording:
            assert (recording.getnchannels(), recording.getnframes()) == (2, 8_000)
        assert (await anybody.get(path.split("?")[0])).status_code == 401
        assert (await anybody.get(f"{path}x")).status_code == 401


async def test_each_side_of_a_recording_is_heard_alone_and_by_parts(carried, http) -> None:
    call_id = await carried(uuid4())
    await reap()
    stereo = (await http.get(f"/call/{call_id}/stereo-recording")).content
    both = np.frombuffer(stereo[44:], "<i2").reshape(-1, 2).astype(int)
    for side, expected in (
        ("customer", both[:, 0]),
        ("assistant", both[:, 1]),
        ("mono", both.sum(axis=1)),
    ):
        path = f"/call/{call_id}/{side}-recording"
        whole = (await http.get(path)).content
        assert len(whole) == 44 + struct.unpack("<I", whole[40:44])[0]
        assert (np.frombuffer(whole[44:], "<i2") == expected).all()
        for first, last in ((0, 9), (40, 51), (45, 46), (101, 7_001)):
            part = await http.get(path, headers={"range": f"bytes={first}-{last}"})
            assert part.status_code == 206
            assert part.content == whole[first : last + 1], (side, first, last)
        assert (await http.get(path, headers={"range": "bytes=-10"})).content == whole[-10:]
        assert (await http.get(path, headers={"range": "bytes=9999999-"})).status_code == 416
    for missing in ("video-recording", "pcap", "call-logs"):
        assert (await http.get(f"/call/{call_id}/{missing}")).status_code == 404


async def test_a_living_engine_s_calls_are_left_alone(carried, http, engine_app, sql) -> None:
    other = Switchboard()
    await other.open()
    mine = await carried(engine_app.state.switchboard.instance_id)
    theirs = await carried(other.instance_id)
    assert await reap() == []
    await sql("update engine.instances set beat_at = now() - interval '16 seconds' where id = %s",
              other.instance_id)  # fmt: skip
    assert [str(one) for one in await reap()] == [theirs]
    assert (await http.get(f"/call/{mine}")).json()["status"] == "in-progress"
    await other.close()


async def test_an_engine_that_starts_finishes_what_a_dead_one_left(carried, http) -> None:
    call_id = await carried(uuid4())
    started = Switchboard()
    await started.open()
    await asyncio.gather(*started._tasks)
    assert (await http.get(f"/call/{call_id}")).json()["endedReason"] == WORKER_DIED
    await started.close()


async def test_the_worker_finishes_it_when_no_engine_comes_back(carried, http) -> None:
    from allokoli.engine.calls.tasks import reap_regularly

    call_id = await carried(uuid4())
    await reap_regularly(timestamp=0)
    assert (await http.get(f"/call/{call_id}")).json()["endedReason"] == WORKER_DIED


async def test_a_call_ended_but_not_concluded_is_concluded_later(carried, http, sql) -> None:
    call_id = await carried(uuid4())
    await sql(
        "update engine.calls set status = 'ended', ended_reason = 'customer-ended-call',"
        " ended_at = now(), instance_id = null, updated_at = now() - interval '3 minutes'"
        " where id = %s",
        call_id,
    )
    assert [str(one) for one in await reap()] == [call_id]
    call = (await http.get(f"/call/{call_id}")).json()
    assert call["endedReason"] == "customer-ended-call"
    assert call["artifact"]["recordingUrl"]


async def test_an_engine_that_leaves_waits_for_the_conclusions_at_work(
    carried, http, tenant, monkeypatch
) -> None:
    release, analyse = asyncio.Event(), ending.analyse

    async def held(*given):
        await release.wait()
        return await analyse(*given)

    monkeypatch.setattr(ending, "analyse", held)
    monkeypatch.setattr(ending, "_REQUEST_S", 0)
    call_id = UUID(await carried(uuid4()))
    await ending.end(tenant.identity, call_id, "customer-ended-call")
    app = create_app(audio=False)
    async with app.router.lifespan_context(app):
        await ending.conclude_soon(tenant.identity, call_id)
        asyncio.get_running_loop().call_later(0.1, release.set)
    assert (await http.get(f"/call/{call_id}")).json()["artifact"]["recordingUrl"]


async def test_a_conclusion_too_many_is_left_to_the_reaper(
    carried, http, tenant, monkeypatch
) -> None:
    monkeypatch.setattr(ending, "concluding", Background("full", most=0, closing_s=1))
    call_id = UUID(await carried(uuid4()))
    await ending.end(tenant.identity, call_id, "customer-ended-call")
    await ending.conclude_soon(tenant.identity, call_id)
    assert "recordingUrl" not in (await http.get(f"/call/{call_id}")).json()["artifact"]
    monkeypatch.setattr(reaping, "_UNCONCLUDED_S", 0)
    assert await reap() == [call_id]


async def test_a_web_call_nobody_answers_and_a_text_call_nobody_ends_are_ended(http, sql) -> None:
    made = (await http.post("/assistant", json={"name": "x"})).json()
    web = (await http.post("/call/web", json={"assistantId": made["id"]})).json()["id"]
    body = {"assistantId": made["id"], "transport": {"provider": "text"}}
    text = (await http.post("/call", json=body)).json()["id"]
    assert await reap() == []
    await sql("update engine.calls set updated_at = now() - interval '1 hour'")
    assert {str(one) for one in await reap()} == {web, text}
    reasons = {one["id"]: one["endedReason"] for one in (await http.get("/call")).json()}
    assert reasons == {web: "customer-did-not-answer", text: "silence-timed-out"}


async def test_an_organization_has_so_many_places_and_no_more(http, settings, monkeypatch) -> None:
    monkeypatch.setattr(settings, "max_calls_per_organization", 2)
    body = {"assistant": {"name": "x"}}
    assert [(await http.post("/call/web", json=body)).status_code for _ in range(3)] == [
        201,
        201,
        429,
    ]
    written = {**body, "transport": {"provider": "text"}}
    assert (await http.post("/call", json=written)).status_code == 201


async def test_a_browser_learns_nothing_of_the_assistant_it_calls(http, tenant, settings) -> None:
    secret = {"x-vapi-secret": "whk_secret"}
    assistant = {
        "name": "Chez Mario",
        "firstMessage": "Bonsoir !",
        "server": {"url": "https://example.test/secret-address", "headers": secret},
        "model": {
            "provider": "custom-llm",
            "url": "https://example.test",
            "model": "m",
            "headers": {"authorization": "Bearer owner-key"},
            "messages": [{"role": "system", "content": "Consigne confidentielle"}],
        },
    }
    made = (await http.post("/assistant", json=assistant)).json()
    for bearer in (tenant.public, _web_token(tenant, made["id"])):
        async with httpx.AsyncClient(base_url=tenant.base_url) as page:
            answer = await page.post(
                "/call/web",
                json={"assistantId": made["id"]},
                headers={"authorization": f"Bearer {bearer}", "origin": "https://shop.test"},
            )
        assert answer.status_code == 201
        assert answer.headers["access-control-allow-origin"] == "*"
        told = json.dumps(answer.json())
        for kept in ("whk_secret", "secret-address", "owner-key", "confidentielle"):
            assert kept not in told
        assert answer.json()["webCallUrl"].startswith(settings.engine_public_url)


async def test_a_web_call_token_is_for_its_assistant_only(http, tenant, at) -> None:
    made = (await http.post("/assistant", json={"name": "x"})).json()
    other = (await http.post("/assistant", json={"name": "y"})).json()
    bearer = {"authorization": f"Bearer {_web_token(tenant, made['id'])}"}
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=bearer) as page:
        for body in ({"assistantId": other["id"]}, {"assistant": {"name": "z"}}):
            assert (await page.post("/call/web", json=body)).status_code == 403
        assert (await page.get("/assistant")).status_code == 403


async def test_an_offer_needs_its_own_link(http, tenant) -> None:
    first, second = [
        (await http.post("/call/web", json={"assistant": {"name": "x"}})).json() for _ in range(2)
    ]
    async with httpx.AsyncClient(base_url=tenant.base_url) as page:
        offer = {"sdp": "v=0", "type": "offer"}
        path = _path(first["webCallUrl"])
        assert (await page.post(path.split("?")[0], json=offer)).status_code == 401
        crossed = path.replace(first["id"], second["id"])
        assert (await page.post(crossed, json=offer)).status_code == 401
        assert (await page.post(path, json={"sdp": 1})).status_code == 400
        # This engine carries no audio.
        assert (await page.post(path, json=offer)).status_code == 409


def _web_token(tenant, assistant_id: str) -> str:
    from allokoli.core.security import tokens

    claims = {"org_id": str(tenant.org_id), "assistant_id": assistant_id}
    return tokens.issue(claims, "web_call", 60)


def _path(url: str) -> str:
    return url[url.index("/call/") :]
