"""Server messages: verified, stored once, applied once, in whatever order they come."""

import asyncio
from datetime import timedelta

import pytest
from api import run_jobs
from blueprints import RESTAURANT
from reports import deliver, end_of_call_report, message, platform_call

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.mail import Mail
from allokoli.core.security.api_keys import create_key
from allokoli.platform.calls import applying
from allokoli.platform.calls.models import Call
from allokoli.platform.calls.service import LOST
from allokoli.platform.calls.tasks import reconcile_calls
from allokoli.platform.server_messages.models import ServerMessageRow
from allokoli.platform.server_messages.tasks import apply_server_message

RECEIVE = "/api/v1/webhooks/receive"


@pytest.fixture
async def assistant(owner, voice):
    return (await owner.post("/assistants", {"blueprint": RESTAURANT})).json()


async def only_call(owner):
    (row,) = await owner.rows(Call)
    return (await owner.get(f"/calls/{row.id}")).json()


async def test_a_report_becomes_a_call_with_its_words_and_its_reservation(owner, assistant):
    described = platform_call(assistant)
    answer = await deliver(owner, end_of_call_report(described))
    assert answer.json() == {"received": True, "new": True}
    call = await only_call(owner)
    assert call["assistant_id"] == assistant["id"]
    assert (call["status"], call["ended_reason"]) == ("ended", "customer-ended-call")
    assert call["duration_s"] == 60
    assert call["outcome"] == "success"
    assert call["intent"] == "book"
    assert call["analysis"]["structured_data"]["party_size"] == 4
    assert [(one["role"], one["content"]) for one in call["messages"]] == [
        ("assistant", "Bonsoir !"),
        ("user", "Une table"),
    ]
    assert call["messages"][1]["seconds_from_start"] == pytest.approx(2.5)


async def test_the_same_report_delivered_many_times_counts_once(owner, assistant):
    report = end_of_call_report(platform_call(assistant))
    answers = await asyncio.gather(*(deliver(owner, report) for _ in range(5)))
    assert sorted(answer.json()["new"] for answer in answers) == [False] * 4 + [True]
    report["message"]["timestamp"] = 2
    assert (await deliver(owner, report)).json()["new"] is False
    await run_jobs()
    assert len(await owner.rows(Call)) == 1
    assert len(await owner.rows(ServerMessageRow)) == 1
    assert len(await owner.rows(Mail)) == 1


async def test_messages_of_a_new_call_arriving_at_once_make_one_call(owner, assistant):
    described = platform_call(assistant)
    await asyncio.gather(
        deliver(owner, message("status-update", described, status="in-progress")),
        deliver(owner, message("assistant.started", described)),
        deliver(owner, end_of_call_report(described)),
        deliver(owner, message("hang", described)),
    )
    assert (await only_call(owner))["status"] == "ended"


async def test_late_messages_do_not_reopen_a_call_or_undo_its_report(owner, assistant):
    described = platform_call(assistant)
    await deliver(owner, end_of_call_report(described))
    before = await only_call(owner)
    await deliver(owner, message("status-update", described, status="in-progress"))
    await deliver(
        owner,
        message(
            "transcript", described, role="user", transcriptType="final", transcript="En retard"
        ),
    )
    await deliver(
        owner, message("conversation-update", described, messages=[{"role": "bot", "message": "x"}])
    )
    after = await only_call(owner)
    assert {**after, "updated_at": None} == {**before, "updated_at": None}


async def test_a_running_call_is_followed_by_its_transcripts(owner, assistant):
    described = platform_call(assistant)
    await deliver(owner, message("status-update", described, status="in-progress"))
    for kind, role, words in (
        ("final", "assistant", "Bonsoir !"),
        ("partial", "user", "Une"),
        ("final", "user", "Une table"),
        ("final", "user", "table"),
    ):
        await deliver(
            owner,
            message("transcript", described, role=role, transcriptType=kind, transcript=words),
        )
    call = await only_call(owner)
    assert call["status"] == "in-progress"
    assert [one["content"] for one in call["messages"]] == ["Bonsoir !", "Une table"]
    ids = [one["id"] for one in call["messages"]]
    await deliver(owner, end_of_call_report(described))
    assert [one["id"] for one in (await only_call(owner))["messages"]] == ids


async def test_a_conversation_update_replaces_what_was_heard_so_far(owner, assistant):
    described = platform_call(assistant)
    turns = [{"role": "bot", "message": "Bonsoir !"}, {"role": "user", "message": "Une table"}]
    await deliver(owner, message("conversation-update", described, messages=turns))
    await deliver(owner, message("conversation-update", described, messages=turns[:1]))
    call = await only_call(owner)
    assert [one["content"] for one in call["messages"]] == ["Bonsoir !", "Une table"]


async def test_forged_messages_change_nothing(client, owner, stranger, assistant):
    report = end_of_call_report(platform_call(assistant))
    async with session(owner.identity) as opened:
        _, private = await create_key(opened, owner.org_id, "x", "private")
    for headers in (
        {},
        {"X-Vapi-Secret": "whk_guess"},
        {"X-Vapi-Secret": ""},
        {"X-Vapi-Secret": private},
        {"Authorization": f"Bearer {await owner.server_secret()}"},
    ):
        assert (await client.post(RECEIVE, json=report, headers=headers)).status_code == 401
    assert await owner.rows(Call) == []


async def test_one_organization_cannot_speak_of_anothers_calls(owner, stranger, assistant):
    described = platform_call(assistant)
    await deliver(owner, message("status-update", described, status="in-progress"))
    await deliver(owner, end_of_call_report(described), secret=await stranger.server_secret())
    assert (await only_call(owner))["status"] == "in-progress"
    (theirs,) = await stranger.rows(Call)
    assert theirs.assistant_id is None


async def test_what_is_no_server_message_is_refused(client, owner):
    headers = {"X-Vapi-Secret": await owner.server_secret()}
    for body in (b"", b"{", b"[]", b'{"message": 1}', b'{"message": {}}', b"\xff", b"[" * 5000):
        answer = await client.post(RECEIVE, content=body, headers=headers)
        assert answer.status_code == 422, body[:10]
    large = b'{"message": {"type": "hang", "x": "' + b"a" * 10_000_000 + b'"}}'
    assert (await client.post(RECEIVE, content=large, headers=headers)).status_code == 413
    assert await owner.rows(ServerMessageRow) == []


async def test_odd_messages_are_kept_and_do_no_harm(owner, assistant):
    described = platform_call(assistant)
    odd = [
        message("a-new-type", described, anything={"x": [1]}),
        {"message": {"type": "session.created"}},
        message("status-update", described, status="levitating"),
        message("status-update", described, status=["ended"]),
        message("transcript", described, role=5, transcriptType="final", transcript=[1]),
        message("conversation-update", described, messages="none"),
        message("hang", {"id": 5}),
        message("hang", {**described, "startedAt": "yesterday", "createdAt": 1e300}),
        message("hang", {**described, "customer": "x", "transport": [], "assistant": 3}),
        message("transcript", described, role="user", transcriptType="final", transcript="a\x00b"),
    ]
    for body in odd:
        answer = await deliver(owner, body)
        assert answer.status_code == 200, (body, answer.text)
    rows = await owner.rows(ServerMessageRow)
    assert len(rows) == len(odd)
    assert all(row.applied_at for row in rows)
    assert [one["content"] for one in (await only_call(owner))["messages"]] == ["ab"]


async def test_a_report_full_of_wrong_types_still_ends_the_call(owner, assistant):
    described = platform_call(assistant)
    report = end_of_call_report(described)
    report["message"] |= {
        "startedAt": 12,
        "endedAt": {},
        "analysis": {"summary": 1, "structuredData": [], "successEvaluation": {"a": 1}},
        "artifact": {"messages": [1, {"role": "bot"}, {"message": "x"}, None]},
        "endedReason": None,
    }
    assert (await deliver(owner, report)).status_code == 200
    await run_jobs()
    assert (await only_call(owner))["status"] == "ended"


async def test_what_cannot_be_applied_now_is_kept_and_applied_later(owner, assistant, monkeypatch):
    async def fails(*_):
        raise ValueError("not yet")

    report = end_of_call_report(platform_call(assistant))
    with monkeypatch.context() as broken:
        broken.setattr(applying, "report", fails)
        assert (await deliver(owner, report)).status_code == 200
    (kept,) = await owner.rows(ServerMessageRow)
    assert (kept.applied_at, kept.error) == (None, "ValueError")
    assert await owner.rows(Call) == []
    ids = {"org_id": str(owner.org_id), "message_id": str(kept.id)}
    await apply_server_message(**ids)
    await apply_server_message(**ids)
    assert (await only_call(owner))["outcome"] == "success"


async def test_a_call_whose_report_never_came_is_concluded_from_the_platform(
    owner, assistant, voice, at
):
    described = platform_call(assistant)
    await deliver(owner, message("status-update", described, status="in-progress"))
    voice.calls[described["id"]] = {
        **described,
        **end_of_call_report(described)["message"],
        "status": "ended",
    }
    lost = platform_call(assistant)
    await deliver(owner, message("status-update", lost, status="in-progress"))
    await reconcile_calls(0)
    assert {row.status for row in await owner.rows(Call)} == {"in-progress"}
    at(clock.now() + timedelta(minutes=20))
    await reconcile_calls(0)
    rows = {row.platform_id: row for row in await owner.rows(Call)}
    assert rows[described["id"]].outcome == "success"
    assert rows[described["id"]].ended_reason == "customer-ended-call"
    assert (rows[lost["id"]].status, rows[lost["id"]].ended_reason) == ("ended", LOST)
    await deliver(owner, end_of_call_report(described))
    await run_jobs()
    assert len(await owner.rows(Mail)) == 1


async def test_the_report_of_a_very_long_call_is_taken(owner, assistant):
    turns = [{"role": "user", "message": "x" * 900, "time": n} for n in range(2500)]
    report = end_of_call_report(platform_call(assistant), artifact={"messages": turns})
    assert (await deliver(owner, report)).status_code == 200
    assert len((await only_call(owner))["messages"]) == 2500
