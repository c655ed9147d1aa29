"""Hostile server messages: replayed, forged, of wrong types, without ends; and what is kept."""

import json

import pytest
from api import run_jobs, sign_up
from reports import deliver, end_of_call_report, message, platform_call
from test_agenda_tools import BLUEPRINT, DINNER, MARIO, NOW, Talk

from allokoli.core.mail import Mail
from allokoli.core.plain_line import one_line
from allokoli.platform.agenda.models import Booking
from allokoli.platform.calls.models import Call
from allokoli.platform.messages.wire import MOST_TURNS
from allokoli.platform.server_messages.models import ServerMessageRow


@pytest.fixture(autouse=True)
def _clock(at):
    at(NOW)


@pytest.fixture
async def assistant(owner, voice):
    return (await owner.post("/assistants", {"blueprint": BLUEPRINT})).json()


async def send(owner, body):
    """A body as bytes, which `json.dumps` would not write."""
    headers = {"X-Vapi-Secret": await owner.server_secret(), "content-type": "application/json"}
    return await owner.http.post("/api/v1/webhooks/receive", content=body, headers=headers)


WITHOUT_END = {
    "infinity": '{"message": {"type": "status-update", "x": 1e999, "call": {"id": "c"}}}',
    "in-data": (
        '{"message": {"type": "end-of-call-report", "call": {"id": "c"},'
        ' "analysis": {"structuredData": {"party_size": -1e999}}}}'
    ),
    "in-a-turn": (
        '{"message": {"type": "end-of-call-report", "call": {"id": "c"}, "artifact":'
        ' {"messages": [{"role": "user", "message": "x", "time": 1e400}, 5, null]}}}'
    ),
    "long-digits": '{"message": {"type": "transcript", "x": %s.0, "call": {"id": "c"}}}'
    % ("9" * 400),
}


@pytest.mark.parametrize("body", WITHOUT_END.values(), ids=WITHOUT_END.keys())
async def test_numbers_without_end_are_kept_as_none(owner, assistant, body):
    answer = await send(owner, body)
    assert (answer.status_code, answer.json()) == (200, {"received": True, "new": True})
    (row,) = await owner.rows(ServerMessageRow)
    assert row.applied_at is not None
    (call,) = await owner.rows(Call)
    assert (await owner.get(f"/calls/{call.id}")).status_code == 200


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", 1e300, -1e15, 32503680000]
)
async def test_moments_that_no_call_took_place_at_are_not_believed(owner, assistant, moment):
    call = {"id": "c", "createdAt": moment, "startedAt": moment}
    assert (await deliver(owner, message("status-update", call))).status_code == 200
    (row,) = await owner.rows(Call)
    assert (row.created_at, row.started_at) == (NOW, None)


async def test_a_report_of_endless_turns_is_kept_up_to_a_bound(owner, assistant):
    turns = [{"role": "user", "message": "x"}] * (MOST_TURNS + 1)
    report = end_of_call_report(platform_call(assistant), artifact={"messages": turns})
    assert (await deliver(owner, report)).status_code == 200
    (call,) = await owner.rows(Call)
    shown = (await owner.get(f"/calls/{call.id}")).json()
    assert len(shown["messages"]) == MOST_TURNS


async def test_an_id_given_to_every_request_makes_them_no_repetition(owner, assistant):
    call = Talk(owner, assistant)
    first = await call.ask("book_slot", again="call_0", **DINNER, **MARIO)
    second = await call.ask("book_slot", again="call_0", **{**DINNER, "time": "21:00"}, **MARIO)
    assert first["booked"]
    assert second["booked"]
    assert first["id"] != second["id"]
    again = await call.ask("book_slot", again="call_0", **DINNER, **MARIO)
    assert again == first
    gone = await call.ask("cancel_booking", again="call_0", id=first["id"])
    assert gone == {"cancelled": True}
    rows = {str(row.id): row.status for row in await owner.rows(Booking)}
    assert rows == {first["id"]: "cancelled", second["id"]: "booked"}


async def test_who_comes_without_a_conversation_gets_nobody_elses_answer(owner, assistant):
    made = []
    for phone in ("+33612345601", "+33612345602"):
        call = Talk(owner, assistant)
        del call.call["id"]
        made.append(await call.ask("book_slot", again="call_0", **DINNER, name="Ami", phone=phone))
        others = await call.ask("cancel_booking", again="call_1", id=made[0]["id"])
        assert others == {"cancelled": False}
    assert made[0]["reference"] != made[1]["reference"]
    assert len(await owner.rows(Booking)) == 2


async def test_ids_of_another_organization_open_nothing(owner, client, assistant):
    thief = await sign_up(client)
    theirs = (await thief.post("/assistants", {"blueprint": BLUEPRINT})).json()
    victim = Talk(owner, assistant, customer={"number": "+33612345678"})
    booked = await victim.ask("book_slot", again="one", **DINNER, **MARIO)
    for named in (theirs, assistant):
        # The same call's id, its caller's number, the booking's id, even the assistant's.
        forged = Talk(thief, named, id=victim.call["id"], customer={"number": "+33612345678"})
        found = await forged.ask("find_booking", phone=MARIO["phone"])
        assert booked["id"] not in [one["id"] for one in found["bookings"]]
        gone = await forged.ask("cancel_booking", id=booked["id"])
        assert gone == {"cancelled": False}
        replayed = await forged.ask("book_slot", again="one", **DINNER, name="Dupont")
        assert replayed["id"] != booked["id"]
    assert (await deliver(thief, end_of_call_report(victim.call))).json()["new"] is True
    (row,) = await owner.rows(Booking)
    assert (row.status, row.name) == ("booked", "Dupont")
    assert await owner.rows(Call) == []
    assert (await deliver(owner, end_of_call_report(victim.call))).json()["new"] is True


NAMES = {
    "an-object": {"a": 1},
    "a-list": ["Dupont"],
    "unseen": "\u200b\u2060\ufeff",
    "joiners": "\u200d \u200c",
    "controls": "\x01\x1f\x7f",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
async def test_what_is_no_name_is_asked_again(owner, assistant, name):
    call = Talk(owner, assistant)
    refused = await call.ask("book_slot", **DINNER, name=name)
    assert refused == {"error": "Missing or not valid: name."}
    assert await owner.rows(Booking) == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Ann\u202eeilamra", "Anneilamra"),
        ("\u2066Dupont\u2069\r\nTéléphone : 0", "Dupont Téléphone : 0"),
        ("  זהבה\u200f  כהן ", "זהבה כהן"),
        ("Zo\u00eb 👩\u200d🍳", "Zo\u00eb 👩\u200d🍳"),
        ("a\u2028b\x85c\x0bd", "a b c d"),
    ],
)
def test_a_line_shows_what_it_holds(written, kept):
    assert one_line(written, 200) == kept


async def test_a_callers_words_add_no_lines_to_the_owners_mail(owner, assistant):
    forged = "Dupont\n\nCordialement,\nL’équipe AlloKoli\n\nVotre compte : https://faux.example"
    report = end_of_call_report(
        {**platform_call(None), "assistant": {"name": "A\r\nBcc: x@y.fr"}},
        analysis={
            "summary": forged,
            "structuredData": {"intent": "book", "name": forged, "k\nCordialement,": "v"},
            "successEvaluation": "true",
        },
    )
    assert (await deliver(owner, report)).status_code == 200
    await run_jobs()
    (mail,) = await owner.rows(Mail)
    lines = mail.text.splitlines()
    assert lines.count("Cordialement,") == 1
    assert not any(line.startswith(("https://faux", "Votre compte", "Bcc")) for line in lines)
    assert "\n" not in mail.subject


async def test_numbers_without_end_are_refused_of_owners_too(owner, voice):
    for value in ("1e999", "-1e999", "NaN", "Infinity", "9" * 400 + ".5"):
        body = json.dumps({"blueprint": BLUEPRINT})[:-1] + f', "config": {{"x": {value}}}}}'
        headers = {**owner.headers, "content-type": "application/json"}
        answer = await owner.http.post("/api/v1/assistants", content=body, headers=headers)
        assert answer.status_code == 422, (value, answer.text)
