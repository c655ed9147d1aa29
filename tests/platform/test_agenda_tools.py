"""The agenda as assistants use it: `tool-calls` messages to the receiver, on a real database."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from api import run_jobs, sign_up
from blueprints import RESTAURANT
from reports import deliver, message, platform_call
from sqlalchemy import text

from allokoli.core.database import session
from allokoli.core.mail import Mail
from allokoli.platform.agenda import tools
from allokoli.platform.agenda.models import Booking, Confirmation, Resource, ToolCall
from allokoli.platform.server_messages.models import ServerMessageRow

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BLUEPRINT = {
    **RESTAURANT,
    "hours": {"sat": [["12:00", "14:00"], ["19:00", "22:30"]], "sun": [["12:00", "14:00"]]},
}
DINNER = {"date": "2026-11-28", "time": "20:00", "party_size": 4}
MARIO = {"name": "Dupont", "phone": "06 12 34 56 78"}


@pytest.fixture(autouse=True)
def _clock(at):
    at(NOW)


@pytest.fixture
async def assistant(owner, voice):
    return (await owner.post("/assistants", {"blueprint": BLUEPRINT})).json()


class Talk:
    """One call, and the functions its assistant calls."""

    def __init__(self, owner, assistant, **fields):
        self.owner = owner
        self.call = platform_call(assistant, **fields)

    async def ask(self, function, /, *, again=None, rehearsal=False, wrap=dict, **arguments):
        asked = {
            "id": again or f"call_{uuid4().hex}",
            "type": "function",
            "name": function,
            "function": {"name": function, "arguments": json.dumps(arguments)},
            "arguments": wrap(arguments),
        }
        body = message("tool-calls", self.call, toolCallList=[asked], toolCalls=[asked])
        path = "/api/v1/webhooks/receive" + ("?rehearsal=1" if rehearsal else "")
        answer = await self.owner.http.post(
            path, json=body, headers={"X-Vapi-Secret": await self.owner.server_secret()}
        )
        assert answer.status_code == 200, answer.text
        (one,) = answer.json()["results"]
        assert (one["toolCallId"], one["name"]) == (asked["id"], function)
        return json.loads(one["result"]) if "result" in one else {"error": one["error"]}


@pytest.fixture
def talk(owner, assistant):
    return lambda **fields: Talk(owner, assistant, **fields)


async def test_a_table_is_found_and_booked_and_is_in_the_agenda(owner, talk):
    call = talk()
    found = await call.ask("find_slots", **DINNER)
    assert found == {
        "free": True,
        "slots": [{"date": "2026-11-28", "time": "20:00"}],
        "reason": None,
    }
    details = {"allergies": "arachides", "odd": {"a": [1]}}
    booked = await call.ask("book_slot", **DINNER, **MARIO, details=details)
    (row,) = await owner.rows(Booking)
    assert booked == {"booked": True, "id": str(row.id), "reference": row.reference}
    assert row.starts_at == datetime(2026, 11, 28, 19, 0, tzinfo=UTC)
    assert row.ends_at - row.starts_at == timedelta(hours=2)
    assert (row.name, row.phone, row.party_size) == ("Dupont", "+33612345678", 4)
    assert (row.units, row.source, row.status) == (4, "call", "booked")
    assert row.call_platform_id == call.call["id"]
    assert row.details == {"allergies": "arachides", "odd": '{"a": [1]}'}


async def test_the_first_use_makes_the_agenda_of_the_sector(owner, talk):
    await talk().ask("find_slots", **DINNER)
    (room,) = await owner.rows(Resource)
    assert (room.name, room.counts, room.capacity) == ("Salle", "seats", 40)


async def test_closed_and_past_are_told_with_what_is_near(talk):
    call = talk()
    closed = await call.ask("find_slots", date="2026-11-28", time="16:00")
    assert closed["reason"] == "closed"
    assert [one["time"] for one in closed["slots"]] == ["13:45", "19:00", "13:30"]
    past = await call.ask("find_slots", date="2026-11-14", time="20:00")
    assert (past["free"], past["reason"]) == (False, "past")


async def test_who_has_no_time_left_is_told_so_and_nothing_is_booked(
    owner, talk, monkeypatch, a_machine_may_stall
):
    assert 0 < a_machine_may_stall < 2
    monkeypatch.setattr(tools, "_LONGEST_S", 0)
    answer = await talk().ask("book_slot", **DINNER, **MARIO)
    assert answer == {"error": "The agenda does not answer."}
    assert await owner.rows(Booking) == []


async def test_of_fifty_who_want_the_last_place_at_once_one_has_it(owner, assistant, talk):
    (room,) = (await owner.get("/agenda/resources")).json()
    smaller = await owner.patch(f"/agenda/resources/{room['id']}", {"capacity": 4})
    assert smaller.status_code == 200, smaller.text
    calls = [talk() for _ in range(50)]
    answers = await asyncio.gather(
        *(
            call.ask("book_slot", **DINNER, name=f"N{index}", phone=f"+3361234{index:04d}")
            for index, call in enumerate(calls)
        )
    )
    won = [one for one in answers if one.get("booked")]
    assert len(won) == 1
    (row,) = await owner.rows(Booking)
    assert str(row.id) == won[0]["id"]
    lost = [one for one in answers if one.get("booked") is False]
    # Whom the database made wait too long is told that the agenda does not answer.
    assert len(lost) + sum("error" in one for one in answers) == 49
    assert lost
    for one in lost:
        assert one["reason"] == "full"
        assert {"date": "2026-11-28", "time": "22:00"} in one["slots"]
        assert {"date": "2026-11-28", "time": "20:00"} not in one["slots"]


async def test_places_are_filled_to_the_last_and_no_further(owner, assistant, talk):
    """Twenty ask for four of forty seats: ten have them."""
    calls = [talk() for _ in range(20)]
    answers = await asyncio.gather(
        *(
            call.ask("book_slot", **DINNER, name=f"N{index}", phone=f"+3361234{index:04d}")
            for index, call in enumerate(calls)
        )
    )
    booked = [one for one in answers if one.get("booked")]
    rows = await owner.rows(Booking)
    assert len(rows) == len(booked)
    assert sum(row.units for row in rows) <= 40
    retried = 0
    while len(rows) < 10 and retried < 20:
        await talk().ask("book_slot", **DINNER, name="X", phone=f"+3361299{retried:04d}")
        rows, retried = await owner.rows(Booking), retried + 1
    assert sum(row.units for row in rows) == 40
    refused = await talk().ask("book_slot", **DINNER | {"party_size": 1}, name="Y")
    assert refused["reason"] == "full"


async def test_the_same_request_delivered_again_books_once(owner, talk):
    call = talk()
    answers = await asyncio.gather(
        *(call.ask("book_slot", again="call_1", **DINNER, **MARIO) for _ in range(5))
    )
    assert len({one["id"] for one in answers}) == 1
    # Another request for the very same thing in the same call is the same wish.
    again = await call.ask("book_slot", again="call_2", **DINNER, **MARIO)
    assert again["id"] == answers[0]["id"]
    assert len(await owner.rows(Booking)) == 1
    assert len(await owner.rows(ToolCall)) == 2


async def test_callers_find_and_change_their_own_booking_and_no_other(owner, talk):
    booked = await talk().ask("book_slot", **DINNER, **MARIO)
    await talk().ask("book_slot", **DINNER, name="Martin", phone="+33699999999")
    later = talk()
    found = await later.ask("find_booking", phone="+33 6 12 34 56 78", name="Dupond")
    assert found["bookings"] == [{**DINNER, "id": booked["id"]}]
    moved = await later.ask(
        "change_booking", id=booked["id"], date="2026-11-28", time="21:00", party_size=6
    )
    assert moved == booked
    rows = {row.name: row for row in await owner.rows(Booking)}
    assert rows["Dupont"].starts_at == datetime(2026, 11, 28, 20, 0, tzinfo=UTC)
    assert (rows["Dupont"].units, rows["Dupont"].revision) == (6, 1)
    assert rows["Martin"].revision == 0
    assert await later.ask("cancel_booking", id=booked["id"]) == {"cancelled": True}
    assert (await later.ask("find_booking", phone="0612345678"))["bookings"] == []


async def test_a_booking_that_this_call_was_not_shown_is_not_touched(owner, talk):
    booked = await talk().ask("book_slot", **DINNER, **MARIO)
    other = talk(customer={"number": "+33699999999"})
    assert (await other.ask("find_booking", phone="+33699999999"))["bookings"] == []
    changed = await other.ask("change_booking", id=booked["id"], date="2026-11-29", time="12:00")
    assert changed == {"booked": False, "slots": [], "reason": "unknown_booking"}
    assert await other.ask("cancel_booking", id=booked["id"]) == {"cancelled": False}
    sent = await other.ask(
        "send_confirmation", id=booked["id"], channel="email", to="voleur@example.com"
    )
    assert sent == {"sent": False, "reason": "unknown_booking"}
    (row,) = await owner.rows(Booking)
    assert (row.status, row.revision) == ("booked", 0)
    # From the line it was made with, it may be.
    same_line = talk(customer={"number": "+33612345678"})
    assert await same_line.ask("cancel_booking", id=booked["id"]) == {"cancelled": True}


async def test_another_organization_reaches_nothing_by_its_own_calls(owner, client, talk, voice):
    booked = await talk().ask("book_slot", **DINNER, **MARIO)
    stranger = await sign_up(client)
    theirs = (await stranger.post("/assistants", {"blueprint": BLUEPRINT})).json()
    call = Talk(stranger, theirs, customer={"number": "+33612345678"})
    assert (await call.ask("find_booking", phone="0612345678"))["bookings"] == []
    assert await call.ask("cancel_booking", id=booked["id"]) == {"cancelled": False}
    # Nor does naming another's assistant: whose secret it is decides.
    named = Talk(stranger, {"platform_id": talk().call["assistantId"]})
    assert (await named.ask("find_booking", phone="0612345678"))["bookings"] == []
    (row,) = await owner.rows(Booking)
    assert row.status == "booked"


async def test_a_move_to_a_full_hour_keeps_the_old_place_and_proposes(owner, talk):
    (room,) = (await owner.get("/agenda/resources")).json()
    await owner.patch(f"/agenda/resources/{room['id']}", {"capacity": 4})
    call = talk()
    booked = await call.ask("book_slot", **DINNER, **MARIO)
    await talk().ask("book_slot", date="2026-11-29", time="12:00", party_size=4, name="M")
    moved = await call.ask("change_booking", id=booked["id"], date="2026-11-29", time="12:00")
    assert (moved["booked"], moved["reason"]) == (False, "full")
    assert moved["slots"]
    # A booking takes no room from itself: half an hour later on the same evening is free.
    near = await call.ask("change_booking", id=booked["id"], date="2026-11-28", time="20:30")
    assert near["booked"] is True


async def test_a_rehearsal_answers_as_if_and_writes_nothing(owner, talk):
    call = talk()
    found = await call.ask("find_slots", rehearsal=True, **DINNER)
    assert found["free"] is True
    booked = await call.ask("book_slot", rehearsal=True, **DINNER, **MARIO)
    assert booked["booked"] is True
    sent = await call.ask(
        "send_confirmation", rehearsal=True, id=booked["id"], channel="email", to="a@b.fr"
    )
    assert sent == {"sent": True}
    moved = await call.ask(
        "change_booking", rehearsal=True, id=booked["id"], date="2026-11-28", time="21:00"
    )
    assert moved["booked"] is True
    assert await call.ask("cancel_booking", rehearsal=True, id=booked["id"]) == {"cancelled": True}
    for table in (Booking, ToolCall, Confirmation, Mail, ServerMessageRow):
        assert await owner.rows(table) == []
    real = await call.ask("book_slot", **DINNER, **MARIO)
    assert await call.ask("cancel_booking", rehearsal=True, id=real["id"]) == {"cancelled": True}
    (row,) = await owner.rows(Booking)
    assert row.status == "booked"
    told = message("status-update", call.call, status="in-progress")
    secret = {"X-Vapi-Secret": await owner.server_secret()}
    path = "/api/v1/webhooks/receive?rehearsal=1"
    answer = await owner.http.post(path, json=told, headers=secret)
    assert answer.json() == {"received": True, "new": False}
    assert (await owner.http.post(path, json=told)).status_code == 401


async def test_no_call_books_without_end_nor_does_a_phone_number(owner, talk):
    call = talk()
    for index in range(5):
        hour = f"{19 + index // 4}:{15 * (index % 4):02d}"
        one = await call.ask("book_slot", date="2026-11-28", time=hour, name="N", phone=None)
        assert one["booked"] is True, one
    more = await call.ask("book_slot", date="2026-11-28", time="21:00", name="N")
    assert more == {"booked": False, "slots": [], "reason": "too_many"}
    for index in range(5):
        hour = f"{19 + index // 4}:{15 * (index % 4):02d}"
        one = await talk().ask("book_slot", date="2026-11-28", time=hour, **MARIO)
        assert one["booked"] is True, one
    more = await talk().ask("book_slot", date="2026-11-28", time="21:00", **MARIO)
    assert more["reason"] == "too_many"


HOSTILE = {
    "no-arguments": {},
    "not-a-day": {"date": "tomorrow", "time": "20:00", "name": "A"},
    "a-number": {"date": 20261128, "time": "20:00", "name": "A"},
    "an-injection": {"date": "2026-11-28'; drop table agenda_bookings; --", "name": "A"},
    "an-impossible-day": {"date": "2026-02-31", "time": "20:00", "name": "A"},
    "negative": {"date": "2026-11-28", "time": "20:00", "party_size": -4, "name": "A"},
    "too-many": {"date": "2026-11-28", "time": "20:00", "party_size": 10**9, "name": "A"},
    "no-name": {"date": "2026-11-28", "time": "20:00", "name": "  "},
    "a-list": {"date": ["2026-11-28"], "time": {}, "name": []},
}


@pytest.mark.parametrize("given", HOSTILE.values(), ids=HOSTILE.keys())
async def test_what_makes_no_sense_is_an_error_the_model_can_read(owner, talk, given):
    answer = await talk().ask("book_slot", **given)
    assert set(answer) == {"error"}
    assert "drop table" not in answer["error"]
    assert await owner.rows(Booking) == []


async def test_arguments_come_as_text_too_and_are_kept_within_bounds(owner, talk):
    long = {f"k{index}": "x" * 5_000 for index in range(50)}
    answer = await talk().ask(
        "book_slot", wrap=json.dumps, **DINNER, name="<b>" + "é" * 900, details=long
    )
    assert answer["booked"] is True
    (row,) = await owner.rows(Booking)
    assert len(row.name) == 200
    assert len(row.details) == 20
    assert max(len(one) for one in row.details.values()) == 500


async def test_a_function_nobody_declared_is_refused_by_name(talk):
    assert "error" in await talk().ask("empty_the_agenda")


async def test_a_message_without_calls_is_answered_with_none(owner, talk):
    answer = await deliver(owner, message("tool-calls", talk().call, toolCallList="x"))
    assert answer.json() == {"results": []}


async def test_who_holds_the_agenda_too_long_makes_nobody_wait_for_them(
    owner, talk, a_machine_may_stall
):
    assert a_machine_may_stall > tools._STATEMENT_MS / 1000
    call = talk()
    await call.ask("find_slots", **DINNER)
    async with session(owner.identity) as opened:
        await opened.execute(text("select 1 from agendas for update"))
        began = asyncio.get_running_loop().time()
        answer = await call.ask("book_slot", **DINNER, **MARIO)
        # The database gave up, long before the minute that these tests allow.
        assert asyncio.get_running_loop().time() - began < 30
    assert set(answer) == {"error"}
    assert (await call.ask("book_slot", **DINNER, **MARIO))["booked"] is True


async def test_the_hours_are_those_of_the_assistants_time_zone(owner, voice):
    blueprint = {**BLUEPRINT, "timezone": "Asia/Jerusalem", "country": "IL"}
    made = (await owner.post("/assistants", {"blueprint": blueprint})).json()
    booked = await Talk(owner, made).ask("book_slot", **DINNER, name="Levi", phone="050-234-5678")
    assert booked["booked"] is True
    (row,) = await owner.rows(Booking)
    assert row.starts_at == datetime(2026, 11, 28, 18, 0, tzinfo=UTC)
    assert row.phone == "+972502345678"


async def test_a_stay_needs_no_hour_and_lasts_its_nights(owner, voice):
    hotel = {**RESTAURANT, "sector": "hospitality", "name": "Hôtel du Lac"}
    made = (await owner.post("/assistants", {"blueprint": hotel})).json()
    booked = await Talk(owner, made).ask(
        "book_slot", date="2026-11-28", name="Levi", details={"nights": 3}
    )
    assert booked["booked"] is True
    (row,) = await owner.rows(Booking)
    assert row.ends_at == datetime(2026, 12, 1, 10, 0, tzinfo=UTC)


async def test_a_table_without_an_hour_is_not_booked_but_proposed(owner, talk):
    answer = await talk().ask("book_slot", date="2026-11-28", name="Dupont")
    assert answer["booked"] is False
    assert answer["slots"]
    assert await owner.rows(Booking) == []


async def test_a_confirmation_is_mailed_once_with_the_event(owner, talk):
    call = talk()
    booked = await call.ask("book_slot", **DINNER, **MARIO)
    sent = await call.ask(
        "send_confirmation", id=booked["id"], channel="email", to=" Dupont@Example.com "
    )
    assert sent == {"sent": True}
    await run_jobs()
    await run_jobs()
    (mail,) = await owner.rows(Mail)
    assert mail.to == "Dupont@example.com"
    assert booked["reference"] in mail.text
    assert "20:00" in mail.text
    assert "BEGIN:VEVENT" in mail.calendar
    assert "DTSTART:20261128T190000Z" in mail.calendar
    (made,) = await owner.rows(Confirmation)
    assert made.status == "sent"


async def test_confirmations_do_not_flood_and_say_why_they_are_not_sent(owner, talk):
    call = talk()
    booked = await call.ask("book_slot", **DINNER, **MARIO)
    asked = {"id": booked["id"], "channel": "email"}
    wrong = await call.ask("send_confirmation", **asked, to="pas une adresse")
    assert wrong == {"sent": False, "reason": "invalid_address"}
    for _ in range(3):
        assert (await call.ask("send_confirmation", **asked, to="a@b.fr"))["sent"] is True
    fourth = await call.ask("send_confirmation", **asked, to="a@b.fr")
    assert fourth == {"sent": False, "reason": "too_many"}
    other = await call.ask("book_slot", date="2026-11-29", time="12:00", **MARIO)
    written = await call.ask("send_confirmation", id=other["id"], channel="sms", to="+33612345678")
    assert written == {"sent": False, "reason": "no_number"}


async def test_a_confirmation_of_what_was_cancelled_meanwhile_is_not_sent(owner, talk):
    call = talk()
    booked = await call.ask("book_slot", **DINNER, **MARIO)
    await call.ask("send_confirmation", id=booked["id"], channel="email", to="a@b.fr")
    await call.ask("cancel_booking", id=booked["id"])
    await run_jobs()
    assert await owner.rows(Mail) == []
