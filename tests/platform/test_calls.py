"""Calls: in writing through the API, by voice through server messages, and played back."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from api import run_jobs
from blueprints import RESTAURANT
from reports import deliver, end_of_call_report, message, platform_call

from allokoli.core import clock, storage
from allokoli.core.mail import Mail
from allokoli.platform.calls import live
from allokoli.platform.calls.models import Call


@pytest.fixture
async def assistant(owner, voice):
    return (await owner.post("/assistants", {"blueprint": RESTAURANT})).json()


async def text_call(owner, assistant):
    body = {"assistant_id": assistant["id"], "transport": {"provider": "text"}}
    answer = await owner.post("/calls", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_text_call_begins_with_the_greeting(owner, voice, assistant):
    call = await text_call(owner, assistant)
    assert call["status"] == "in-progress"
    assert call["assistant_id"] == assistant["id"]
    assert call["assistant_name"] == assistant["name"]
    assert [one["role"] for one in call["messages"]] == ["assistant"]
    assert call["analysis"] == {"summary": None, "structured_data": {}, "success_evaluation": None}
    assert (await owner.get(f"/calls/{call['id']}")).json() == call
    by_platform_id = await owner.get(f"/calls/{call['platform_id']}")
    assert by_platform_id.json()["id"] == call["id"]


async def test_messages_are_answered_and_kept_in_order(owner, voice, assistant):
    call = await text_call(owner, assistant)
    voice.replies = [("Pour combien ?", False), ("Vous êtes là ?", False)]
    said = await owner.post(f"/messages/{call['id']}", {"content": "Une table"})
    assert said.status_code == 201
    body = said.json()
    assert (body["role"], body["content"]) == ("user", "Une table")
    assert body["reply"] == {"content": "Pour combien ?", "ended": False}
    silence = await owner.post(f"/messages/{call['id']}", {"content": ""})
    assert silence.status_code == 201
    listed = (await owner.get(f"/messages/{call['id']}")).json()
    assert [one["content"] for one in listed][1:] == [
        "Une table",
        "Pour combien ?",
        "Vous êtes là ?",
    ]
    one = (await owner.get(f"/messages/{body['id']}")).json()
    assert one["content"] == "Une table"
    assert one["id"] == body["id"]


async def test_a_reply_that_ends_the_call_ends_it_here_too(owner, voice, assistant):
    call = await text_call(owner, assistant)
    voice.replies = [("Au revoir.", True)]
    said = await owner.post(f"/messages/{call['id']}", {"content": "Merci"})
    assert said.json()["reply"]["ended"] is True
    ended = (await owner.get(f"/calls/{call['id']}")).json()
    assert (ended["status"], ended["ended_reason"]) == ("ended", "assistant-ended-call")
    assert [one["content"] for one in ended["messages"]][1:] == ["Merci", "Au revoir."]
    after = await owner.post(f"/messages/{call['id']}", {"content": "Allo"})
    assert after.status_code == 409


async def test_ending_a_call_hangs_up_and_may_be_repeated(owner, voice, assistant):
    call = await text_call(owner, assistant)
    for _ in range(2):
        ended = await owner.post(f"/calls/{call['id']}/end")
        assert ended.status_code == 200
        assert ended.json()["ended_reason"] == "manually-canceled"
    assert ended.json()["duration_s"] is not None


async def test_a_web_call_says_where_the_browser_goes(owner, voice, assistant):
    body = {"assistant_id": assistant["id"], "transport": {"provider": "webrtc"}}
    made = (await owner.post("/calls", body)).json()
    assert made["web_call_url"].startswith(voice.url)
    spoken = await owner.post(f"/messages/{made['id']}", {"content": "Bonjour"})
    assert spoken.status_code == 409


async def test_wrong_calls_are_refused(owner, stranger, voice, assistant):
    theirs = {"assistant_id": assistant["id"], "transport": {"provider": "text"}}
    assert (await stranger.post("/calls", theirs)).status_code == 404
    for body in (
        {},
        {"assistant_id": assistant["id"]},
        {"assistant_id": "x", "transport": {"provider": "text"}},
        {"assistant_id": assistant["id"], "transport": {"provider": "pigeon"}},
        {"assistant_id": assistant["id"], "customer": {"number": "0612345678"}},
        {**theirs, "surprise": True},
    ):
        assert (await owner.post("/calls", body)).status_code == 422, body
    call = await text_call(owner, assistant)
    for body in ({}, {"content": 1}, {"content": "a" * 2001}, {"content": "a\u0000"}):
        assert (await owner.post(f"/messages/{call['id']}", body)).status_code == 422
    assert (await owner.post(f"/messages/{uuid4()}", {"content": "a"})).status_code == 404


async def test_the_platform_failing_in_a_call_is_a_clear_502(owner, voice, assistant):
    call = await text_call(owner, assistant)
    voice.fails("POST", "/call/.*/message", "refuse", status=500)
    answer = await owner.post(f"/messages/{call['id']}", {"content": "Bonjour"})
    assert answer.status_code == 502
    assert len((await owner.get(f"/messages/{call['id']}")).json()) == 1


async def test_calls_are_filtered(owner, voice, assistant, at):
    start = clock.now()
    written = await text_call(owner, assistant)
    booked = platform_call(assistant, createdAt=(start - timedelta(days=3)).isoformat())
    await deliver(owner, end_of_call_report(booked))
    failed = platform_call(None, createdAt=(start - timedelta(days=5)).isoformat())
    await deliver(
        owner,
        end_of_call_report(
            failed, analysis={"successEvaluation": "false", "structuredData": {"intent": "other"}}
        ),
    )

    async def found(**params):
        answer = await owner.get("/calls", params=params)
        assert answer.status_code == 200, answer.text
        return [one["platform_id"] for one in answer.json()["data"]]

    newest_first = [written["platform_id"], booked["id"], failed["id"]]
    assert await found() == newest_first
    assert await found(type="text") == newest_first[:1]
    assert await found(type="webCall") == newest_first[1:]
    assert await found(assistant_id=assistant["id"]) == newest_first[:2]
    assert await found(outcome="success") == [booked["id"]]
    assert await found(outcome="failure") == [failed["id"]]
    assert await found(intent="book") == [booked["id"]]
    assert await found(status="live") == newest_first[:1]
    since = (start - timedelta(days=4)).isoformat()
    until = (start - timedelta(days=1)).isoformat()
    assert await found(created_after=since, created_before=until) == [booked["id"]]
    for wrong in ({"type": "x"}, {"created_after": "soon"}, {"intent": "a\u0000"}, {"more": "1"}):
        assert (await owner.get("/calls", params=wrong)).status_code == 422


async def test_the_dashboard_counts_the_day_of_the_organization(owner, voice, assistant, at):
    empty = (await owner.get("/analytics/overview")).json()
    assert (empty["calls_today"], empty["live"]) == (0, 0)
    assert empty["mean_duration_s"] is None
    assert empty["satisfaction"] is None
    await owner.patch("/organization", {"timezone": "Europe/Paris"})
    now = clock.now().replace(hour=23, minute=15)
    at(now)
    await owner.sign_in_again()
    today = platform_call(assistant, createdAt=now.isoformat())
    await deliver(owner, end_of_call_report(today, duration_s=90))
    await deliver(owner, message("status-update", platform_call(assistant), status="in-progress"))
    await deliver(
        owner,
        end_of_call_report(
            platform_call(assistant, createdAt=(now - timedelta(days=2)).isoformat()),
            duration_s=30,
            analysis={"successEvaluation": "false"},
        ),
    )
    figures = (await owner.get("/analytics/overview")).json()
    assert figures["calls_today"] == 2
    assert figures["live"] == 1
    assert figures["mean_duration_s"] == pytest.approx(60)
    assert figures["satisfaction"] == pytest.approx(0.5)
    # 23:15 UTC is the next day in Paris, whatever the season.
    assert figures["today"] == (now + timedelta(days=1)).date().isoformat()


async def test_the_recording_is_copied_and_played_in_parts(owner, voice, assistant):
    sound = bytes(range(256)) * 8
    voice.files["a.wav"] = sound
    described = platform_call(assistant)
    url = f"{voice.url}/file/a.wav"
    voice.calls[described["id"]] = {**described, "artifact": {"stereoRecordingUrl": url}}
    await deliver(owner, end_of_call_report(described, artifact={"stereoRecordingUrl": url}))
    (row,) = await owner.rows(Call)
    assert (await owner.get(f"/calls/{row.id}")).json()["recording"] == "pending"
    assert (await owner.get(f"/calls/{row.id}/recording")).status_code == 404
    await run_jobs()
    shown = (await owner.get(f"/calls/{row.id}")).json()
    assert shown["recording"] == "stored"
    whole = await owner.http.get(shown["recording_url"], headers=owner.headers)
    assert (whole.status_code, whole.content) == (200, sound)
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["accept-ranges"] == "bytes"
    for asked, status, part in (
        ("bytes=0-9", 206, sound[:10]),
        ("bytes=2040-", 206, sound[2040:]),
        ("bytes=-8", 206, sound[-8:]),
        ("bytes=2000-99999", 206, sound[2000:]),
        ("bytes=99999-", 416, b""),
        ("bytes=9-3", 416, b""),
        ("seconds=1-2", 200, sound),
    ):
        answer = await owner.http.get(
            shown["recording_url"], headers={**owner.headers, "Range": asked}
        )
        assert (answer.status_code, answer.content) == (status, part), asked
    assert answer.headers["content-length"] == str(len(sound))


async def test_a_recording_that_cannot_be_copied_yet_is_tried_again(owner, voice, assistant):
    described = platform_call(assistant)
    url = f"{voice.url}/file/late.wav"
    voice.calls[described["id"]] = {**described, "artifact": {"stereoRecordingUrl": url}}
    await deliver(owner, end_of_call_report(described, artifact={"stereoRecordingUrl": url}))
    await run_jobs()
    (row,) = await owner.rows(Call)
    assert row.recording == "failed"
    voice.files["late.wav"] = b"RIFF"
    from allokoli.platform.calls.tasks import download_recording

    await download_recording(org_id=str(owner.org_id), call_id=str(row.id))
    assert (await owner.rows(Call))[0].recording == "stored"


async def test_a_recording_address_off_the_platform_is_not_read(owner, voice, assistant):
    described = platform_call(assistant)
    voice.calls[described["id"]] = {
        **described,
        "artifact": {"stereoRecordingUrl": "http://127.0.0.1:22/"},
    }
    await deliver(
        owner, end_of_call_report(described, artifact={"stereoRecordingUrl": "http://x/"})
    )
    await run_jobs()
    assert (await owner.rows(Call))[0].recording == "failed"


async def test_deleting_a_call_deletes_its_recording_and_words(owner, voice, assistant):
    live_call = await text_call(owner, assistant)
    assert (await owner.delete(f"/calls/{live_call['id']}")).status_code == 409
    voice.files["a.wav"] = b"RIFF"
    described = platform_call(assistant)
    url = f"{voice.url}/file/a.wav"
    voice.calls[described["id"]] = {**described, "artifact": {"stereoRecordingUrl": url}}
    await deliver(owner, end_of_call_report(described, artifact={"stereoRecordingUrl": url}))
    await run_jobs()
    row = next(row for row in await owner.rows(Call) if row.platform_id == described["id"])
    assert (await owner.delete(f"/calls/{row.id}")).status_code == 200
    assert (await owner.get(f"/calls/{row.id}")).status_code == 404
    assert described["id"] not in voice.calls
    with pytest.raises(Exception, match="existe"):
        await storage.size(row.recording_key)


async def test_a_call_is_followed_live(owner, voice, assistant):
    call = await text_call(owner, assistant)
    stream = live.follow(owner.identity, call["id"])
    kind, first = await anext(stream)
    assert (kind, first["status"]) == ("call", "in-progress")
    voice.replies = [("Très bien.", False), ("Au revoir.", True)]
    await owner.post(f"/messages/{call['id']}", {"content": "Bonjour"})
    heard = [await anext(stream) for _ in range(2)]
    assert [(kind, said["content"]) for kind, said in heard] == [
        ("message", "Bonjour"),
        ("message", "Très bien."),
    ]
    await owner.post(f"/messages/{call['id']}", {"content": "Au revoir"})
    rest = [event async for event in stream]
    assert rest[-1] == ("end", {"ended_reason": "assistant-ended-call"})


async def test_listening_is_server_sent_events(owner, stranger, voice, assistant):
    call = await text_call(owner, assistant)
    await owner.post(f"/calls/{call['id']}/end")
    answer = await owner.get(f"/calls/{call['id']}/listen")
    assert answer.headers["content-type"].startswith("text/event-stream")
    first, last = answer.text.strip().split("\n\n")
    assert first.startswith("event: call\ndata: ")
    assert json.loads(first.partition("data: ")[2])["id"] == call["id"]
    assert last.startswith("event: end")
    assert (await stranger.get(f"/calls/{call['id']}/listen")).status_code == 404


async def test_calls_outlive_their_assistant(owner, voice, assistant):
    call = await text_call(owner, assistant)
    await owner.delete(f"/assistants/{assistant['id']}")
    kept = (await owner.get(f"/calls/{call['id']}")).json()
    assert kept["assistant_id"] is None
    assert kept["assistant_name"] == assistant["name"]
    assert await owner.rows(Mail) == []
