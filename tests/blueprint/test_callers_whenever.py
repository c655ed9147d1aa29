"""Callers who take the soonest moment, or any: read back the first one the business is open."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from allokoli.blueprint.caller_whenever import next_open
from allokoli.blueprint.catalog import template
from allokoli.blueprint.guided import conversation

WEDNESDAY = datetime(2026, 11, 18, 14, 10, tzinfo=UTC)  # the business being there
WISH = {
    "fr": "je voudrais un rendez-vous",
    "en": "I'd like an appointment",
    "he": "אני רוצה לקבוע תור",
}


def noted(language, *turns, key="doctor", now=WEDNESDAY):
    blueprint = template(key, language).blueprint
    there = now.replace(tzinfo=ZoneInfo(blueprint.timezone))
    state, _ = conversation(blueprint, list(turns), there)
    return state.values.get("date"), state.values.get("time")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "le plus tôt possible"), ("fr", "euh bah dès que vous avez une place"),
        ("fr", "le premier créneau disponible"), ("en", "as soon as possible please"),
        ("en", "the first one you've got"), ("en", "whatever's the earliest available"),
        ("he", "הכי מוקדם שיש"), ("he", "כמה שיותר מהר"),
    ],
)  # fmt: skip
def test_the_soonest_is_the_next_moment_of_the_opening_hours(language, said):
    soonest = "16:00" if language == "he" else "14:30"
    assert noted(language, WISH[language], said) == ("2026-11-18", soonest)
    assert noted(language, f"{WISH[language]}, {said}") == ("2026-11-18", soonest)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("key", "language", "turns"),
    [
        ("hairdresser", "en", ["I'd like to move my appointment to the soonest you have."]),
        ("restaurant", "en", ["I want to change my booking, as soon as possible please."]),
        ("hairdresser", "fr", ["Je voudrais décaler mon rendez-vous.", "le plus tôt possible"]),
        ("hairdresser", "he", ["אני רוצה לשנות את התור שלי", "הכי מוקדם שאפשר"]),
        ("hairdresser", "en", ["I want to move it", "on Friday", "the soonest you have"]),
    ],
)  # fmt: skip
def test_a_booking_is_moved_to_the_soonest_there_is(key, language, turns):
    day, hour = noted(language, *turns, key=key)
    assert (day or "") >= "2026-11-18"
    assert hour


@pytest.mark.parametrize(
    ("language", "day", "said"),
    [
        ("fr", "demain", "n'importe quelle heure"), ("fr", "demain", "comme vous voulez"),
        ("fr", "demain", "peu importe, je suis libre toute la journée"),
        ("en", "tomorrow", "any time"), ("en", "tomorrow", "I don't mind, whenever"),
        ("he", "מחר", "לא משנה לי"), ("he", "מחר", "מתי שנוח לכם"),
    ],
)  # fmt: skip
def test_any_hour_of_a_day_is_its_first(language, day, said):
    opens = template("doctor", language).blueprint.hours.thu[0][0]
    assert noted(language, WISH[language], day, said) == ("2026-11-19", opens)


def test_a_day_or_an_hour_said_along_leads():
    assert noted("fr", WISH["fr"], "lundi, le plus tôt possible")[0] == "2026-11-23"
    assert noted("fr", WISH["fr"], "demain à 15 h, ou n'importe quand") == ("2026-11-19", "15:00")
    assert noted("en", WISH["en"], "tomorrow", "any time, five?") == ("2026-11-19", "17:00")
    assert noted("en", WISH["en"], "on Monday, as early as possible")[0] == "2026-11-23"


def test_the_soonest_is_looked_for_in_the_days_that_suit():
    assert noted("fr", WISH["fr"], "la semaine prochaine, le plus tôt possible")[0] == "2026-11-23"
    told = noted("fr", WISH["fr"], "plutôt la semaine prochaine", "le premier créneau disponible")
    assert told == ("2026-11-23", "09:00")


def test_that_anything_suits_tells_a_moment_only_to_who_asks_for_one():
    assert noted("fr", "bonjour, c'est pour un rendez-vous, peu importe le docteur") == (None, None)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (datetime(2026, 11, 18, 14, 40, tzinfo=UTC), datetime(2026, 11, 18, 15, tzinfo=UTC)),
        (datetime(2026, 11, 18, 14, 50, tzinfo=UTC), datetime(2026, 11, 18, 15, 30, tzinfo=UTC)),
        (datetime(2026, 11, 21, 20, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC)),
    ],
)
def test_the_next_moment_is_on_a_half_hour_with_time_to_come(now, opens):
    assert next_open(template("doctor", "fr").blueprint.hours, now) == opens
