"""What an agenda finds free, and what it proposes instead; without a database."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from allokoli.blueprint import Blueprint
from allokoli.blueprint.blueprint import Hours
from allokoli.platform.agenda.asking import Taken, Wanted
from allokoli.platform.agenda.opening import Opening
from allokoli.platform.agenda.sectors import defaults
from allokoli.platform.agenda.slots import Search

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SATURDAY = date(2026, 11, 28)
EVENING = Hours.model_validate({"sat": [["19:00", "22:30"]], "fri": [["12:00", "14:00"]]})
OFFICE = Hours.model_validate({"mon": [["09:00", "12:00"], ["14:00", "18:00"]]})
MONDAY = date(2026, 11, 30)


@dataclass
class Thing:
    """Something to book."""

    counts: str = "bookings"
    capacity: int = 1
    step_minutes: int = 15
    duration_minutes: int = 30
    buffer_minutes: int = 0
    service_minutes: dict[str, int] = field(default_factory=dict)
    by_night: bool = False
    ends_within_hours: bool = True
    id: UUID = field(default_factory=uuid4)


def room(**given):
    return Thing(
        **{
            "counts": "seats",
            "capacity": 40,
            "duration_minutes": 120,
            "ends_within_hours": False,
            **given,
        }
    )


def search(*things, hours=None, taken=(), now=NOW, exceptions=None, zone=PARIS, usual=()):
    opening = Opening(zone, hours, usual, exceptions or {})
    last = now.astimezone(zone).date() + timedelta(days=365)
    return Search(things, opening, taken, first=now, last=last)


def local(moments, zone=PARIS):
    return [one.astimezone(zone).strftime("%d %H:%M") for one in moments]


def at(day, hour, zone=PARIS):
    return datetime.combine(day, time.fromisoformat(hour), zone).astimezone(UTC)


def taken(thing, day, hour, *, minutes=120, units=1):
    start = at(day, hour)
    return Taken(thing.id, start, start + timedelta(minutes=minutes), units)


def test_an_hour_with_room_is_free():
    thing = room()
    found = search(thing, hours=EVENING).look(Wanted(SATURDAY, time(20), 4))
    assert found.free
    assert (found.reason, local(found.near)) == (None, ["28 20:00"])
    assert found.spot.units == 4
    assert found.spot.end - found.spot.start == timedelta(hours=2)


def test_a_full_hour_proposes_the_nearest_hours_of_the_same_day():
    thing = room(capacity=10)
    full = [taken(thing, SATURDAY, "20:00", minutes=60, units=8)]
    found = search(thing, hours=EVENING, taken=full).look(Wanted(SATURDAY, time(20), 4))
    assert found.reason == "full"
    assert local(found.near) == ["28 21:00", "28 21:15", "28 21:30"]
    # Two seats are left, and enough for two.
    assert search(thing, hours=EVENING, taken=full).look(Wanted(SATURDAY, time(20), 2)).free


def test_what_lies_within_the_callers_limits_is_proposed_first():
    thing = room(capacity=4)
    full = [taken(thing, MONDAY, "14:00", minutes=60, units=4)]
    look = search(thing, hours=OFFICE, taken=full).look
    near = look(Wanted(MONDAY, time(14), 4)).near
    assert not all(one >= "30 14:00" for one in local(near))
    after = look(Wanted(MONDAY, time(14), 4, not_before=time(14))).near
    assert all(one >= "30 15:00" for one in local(after)), local(after)
    between = look(Wanted(MONDAY, time(14), 4, not_before=time(14), not_after=time(15))).near
    assert local(between)[0] == "30 15:00"


def test_a_full_day_proposes_the_nearest_days():
    thing = room(capacity=4)
    evening = [taken(thing, SATURDAY, "18:00", minutes=360, units=4)]
    found = search(thing, hours=EVENING, taken=evening).look(Wanted(SATURDAY, time(20), 4))
    assert found.reason == "full"
    # Friday is open at noon, the next Saturday in the evening.
    assert local(found.near) == ["27 13:45", "04 13:45", "05 20:00"]


def test_a_closed_day_and_a_closed_hour_are_told_as_such():
    thing = room()
    closed_day = search(thing, hours=EVENING).look(Wanted(date(2026, 11, 29), time(20), 2))
    assert closed_day.reason == "closed"
    assert local(closed_day.near) == ["28 20:00", "27 13:45", "04 13:45"]
    closed_hour = search(thing, hours=EVENING).look(Wanted(SATURDAY, time(12), 2))
    assert closed_hour.reason == "closed"
    assert local(closed_hour.near) == ["28 19:00", "28 19:15", "28 19:30"]


def test_what_is_past_is_told_as_such():
    thing = room()
    assert search(thing, hours=EVENING).look(Wanted(date(2026, 11, 14), time(20), 2)).reason == (
        "past"
    )
    late = search(thing, hours=EVENING, now=at(SATURDAY, "20:05"))
    found = late.look(Wanted(SATURDAY, time(20), 2))
    assert found.reason == "past"
    assert local(found.near) == ["28 20:15", "28 20:30", "28 20:45"]


def test_beyond_a_year_nothing_is_free():
    found = search(room(), hours=EVENING).look(Wanted(date(2028, 11, 25), time(20), 2))
    assert (found.free, found.near) == (False, ())


def test_hours_between_two_steps_are_not_begun():
    found = search(Thing(step_minutes=20), hours=OFFICE).look(Wanted(MONDAY, time(9, 10)))
    assert (found.free, found.reason) == (False, None)
    assert local(found.near) == ["30 09:20", "30 09:00", "30 09:40"]


def test_an_appointment_is_over_at_closing_time():
    thing = Thing(duration_minutes=45)
    found = search(thing, hours=OFFICE).look(Wanted(MONDAY, time(17, 45)))
    assert found.reason == "closed"
    assert local(found.near)[0] == "30 17:15"


def test_a_party_larger_than_the_room_is_proposed_nothing():
    found = search(room(), hours=EVENING).look(Wanted(SATURDAY, time(20), 41))
    assert (found.free, found.reason, found.near) == (False, "full", ())


def test_the_smallest_table_that_fits_is_taken():
    large, small = room(capacity=10), room(capacity=4)
    assert search(large, small).look(Wanted(SATURDAY, time(20), 3)).spot.resource_id == small.id
    full = [taken(small, SATURDAY, "20:00", units=4)]
    spot = search(large, small, taken=full).look(Wanted(SATURDAY, time(20), 3)).spot
    assert spot.resource_id == large.id


def test_the_second_person_takes_what_the_first_cannot():
    first, second = Thing(), Thing()
    busy = [taken(first, MONDAY, "09:00", minutes=30)]
    spot = search(first, second, hours=OFFICE, taken=busy).look(Wanted(MONDAY, time(9))).spot
    assert spot.resource_id == second.id


def test_a_service_lasts_its_own_time_where_it_is_offered():
    chair = Thing(service_minutes={"Coupe": 30, "Couleur": 90})
    other = Thing(duration_minutes=45)
    searched = search(chair, other, hours=OFFICE)
    color = searched.look(Wanted(MONDAY, time(9), service="une couleur"))
    assert color.spot.resource_id == chair.id
    assert color.spot.end - color.spot.start == timedelta(minutes=90)
    unknown = searched.look(Wanted(MONDAY, time(9), service="une barbe"))
    assert unknown.spot.resource_id == other.id


def test_the_buffer_keeps_the_next_one_away():
    thing = Thing(buffer_minutes=15)
    before = search(thing, hours=OFFICE).look(Wanted(MONDAY, time(9))).spot
    kept = [Taken(thing.id, before.start, before.free_at, 1)]
    searched = search(thing, hours=OFFICE, taken=kept)
    assert not searched.look(Wanted(MONDAY, time(9, 30))).free
    assert searched.look(Wanted(MONDAY, time(9, 45))).free


def test_a_booking_that_ends_when_another_begins_leaves_it_room():
    thing = Thing()
    kept = [taken(thing, MONDAY, "09:30", minutes=30)]
    assert search(thing, hours=OFFICE, taken=kept).look(Wanted(MONDAY, time(9))).free


def test_exceptions_of_the_agenda_and_of_one_resource_prevail():
    first, second = Thing(), Thing()
    off = {(first.id, MONDAY): []}
    spot = search(first, second, hours=OFFICE, exceptions=off).look(Wanted(MONDAY, time(9))).spot
    assert spot.resource_id == second.id
    closed = {(None, MONDAY): []}
    assert search(first, hours=OFFICE, exceptions=closed).look(Wanted(MONDAY, time(9))).reason == (
        "closed"
    )
    moved = {(None, MONDAY): [("20:00", "21:00")]}
    assert search(first, hours=OFFICE, exceptions=moved).look(Wanted(MONDAY, time(20))).free


def test_a_day_without_an_hour_gives_some_of_its_hours():
    found = search(room(), hours=EVENING).look(Wanted(SATURDAY, None, 4))
    assert found.free
    assert local(found.near) == ["28 19:00", "28 20:45", "28 22:15"]


def test_without_told_hours_any_hour_can_be_had_and_usual_ones_are_proposed():
    thing = room(capacity=4)
    usual = defaults("restaurant").usual
    assert search(thing, usual=usual).look(Wanted(SATURDAY, time(16), 2)).free
    full = [taken(thing, SATURDAY, "15:00", minutes=180, units=4)]
    found = search(thing, usual=usual, taken=full).look(Wanted(SATURDAY, time(16), 2))
    assert found.reason == "full"
    assert local(found.near) == ["28 19:00", "28 13:00", "28 19:15"]


def test_an_evening_goes_on_after_midnight():
    late = Hours.model_validate({"sat": [["19:00", "02:00"]]})
    thing = room(ends_within_hours=True, duration_minutes=60)
    searched = search(thing, hours=late)
    sunday = SATURDAY + timedelta(days=1)
    assert searched.look(Wanted(sunday, time(0, 30), 2)).free
    assert searched.look(Wanted(sunday, time(1, 30), 2)).reason == "closed"


@pytest.mark.parametrize(
    ("day", "hour", "exists"),
    [
        pytest.param(date(2027, 3, 28), time(2, 30), False, id="skipped-in-spring"),
        pytest.param(date(2027, 3, 28), time(3, 30), True, id="after-the-jump"),
        pytest.param(date(2026, 10, 25), time(2, 30), True, id="twice-in-autumn"),
    ],
)
def test_hours_that_clocks_skip_are_not_free(day, hour, exists):
    night = Hours.model_validate({"sat": [["22:00", "06:00"]], "sun": [["00:00", "23:00"]]})
    now = datetime(2026, 10, 1, tzinfo=UTC)
    assert search(Thing(), hours=night, now=now).look(Wanted(day, hour)).free is exists


def test_a_night_of_clock_change_lasts_what_it_lasts():
    """The night of October has an hour more: the same local hours hold five hours, not four."""
    opening = Opening(PARIS, Hours.model_validate({"sat": [["23:00", "03:00"]]}))
    (window,) = opening.windows(uuid4(), date(2026, 10, 24))
    assert window.end - window.start == timedelta(hours=5)
    (spring,) = opening.windows(uuid4(), date(2027, 3, 27))
    assert spring.end - spring.start == timedelta(hours=3)


def test_the_same_local_hour_is_another_moment_in_summer_and_elsewhere():
    winter, summer = date(2026, 12, 1), date(2027, 7, 1)
    opening = Opening(PARIS)
    assert opening.instant(winter, time(20)).hour == 19
    assert opening.instant(summer, time(20)).hour == 18
    assert Opening(ZoneInfo("Asia/Jerusalem")).instant(winter, time(20)).hour == 18


def test_a_stay_takes_a_room_for_its_nights():
    rooms = Thing(by_night=True, capacity=1)
    found = search(rooms, usual=[("15:00", "22:00")]).look(Wanted(SATURDAY, nights=3))
    assert local([found.spot.start, found.spot.end]) == ["28 15:00", "01 11:00"]
    kept = [Taken(rooms.id, found.spot.start, found.spot.end, 1)]
    again = search(rooms, taken=kept)
    assert again.look(Wanted(MONDAY)).reason == "full"
    # The room is left in the morning, and taken in the afternoon.
    assert again.look(Wanted(date(2026, 12, 1), nights=2)).free


@pytest.mark.parametrize("sector", Blueprint.model_fields["sector"].annotation.__args__)
def test_every_sector_begins_with_something_to_book(sector):
    given = defaults(sector)
    assert given.capacity >= 1
    assert all(given.resource(locale)["name"] for locale in ("fr", "en", "he"))
    thing = Thing(**{k: v for k, v in given.resource("fr").items() if k != "name"})
    assert search(thing, usual=given.usual).look(Wanted(SATURDAY)).free
