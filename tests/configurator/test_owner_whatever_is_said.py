"""What English and Hebrew owners say around their answers, and what is never taken for one."""

from datetime import UTC, datetime

import pytest

from allokoli.configurator.conversation import OwnerState, hear
from allokoli.configurator.conversation import open as start

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
TRADE = {"en": "I have a restaurant", "he": "יש לי מסעדה"}
ANSWERS = {
    "en": ("Zelda", "formal", "Hello, Zelda speaking, how can I help?", "yes", "yes"),
    "he": ("זלדה", "רשמי", "שלום, כאן זלדה, איך אפשר לעזור?", "כן", "כן"),
}
ASKED = ("name", "tone", "greeting", "booking", "fields", "recap")
USUAL = ["name", "party_size", "date", "time", "phone"]
PHONE = "+447700900142"


def before(locale: str, moment: str) -> OwnerState:
    """The conversation when a question is asked; `opening` is the first of all."""
    state, _ = start(locale)
    if moment == "opening":
        return state
    said = (TRADE[locale], *ANSWERS[locale][: ASKED.index(moment)])
    for text in said:
        state, _ = hear(state, text, NOW)
    return state


def told(locale: str, moment: str, said: str) -> dict[str, object]:
    """What one sentence changed; fields by their keys."""
    state = before(locale, moment)
    values = hear(state, said, NOW)[0].dialogue.values
    changed = {key: one for key, one in values.items() if state.dialogue.values.get(key) != one}
    if "fields" in changed:
        changed["fields"] = [field["key"] for field in changed["fields"]]
    return changed


@pytest.mark.parametrize(
    ("locale", "said", "changed"),
    [
        (
            "en",
            "The pub's called The Red Lion but the assistant should be Rosie",
            {"name": "Rosie", "sector": "restaurant"},
        ),
        (
            "en",
            "I'm an estate agent and half my viewings are no shows",
            {"sector": "real_estate"},
        ),
        ("en", "Name's Priya, I'm an optician", {"sector": "medical"}),
        ("en", "hi, it's for a dance school, kids mostly", {"sector": "other"}),
        (
            "he",
            "המסעדה נקראת הגפן אבל העוזרת תהיה יעל",
            {"name": "יעל", "sector": "restaurant"},
        ),
        ("he", "קוראים לי משה ואני רוצה לקרוא לעוזר רובי", {"name": "רובי"}),
    ],
)
def test_the_first_turn_keeps_the_assistant_apart_from_who_speaks(locale, said, changed):
    assert told(locale, "opening", said) == changed


@pytest.mark.parametrize(
    ("locale", "said", "name"),
    [
        ("en", "Brian wants Jeeves", "Jeeves"),
        ("en", "the girls in the office want Dolly", "Dolly"),
        ("en", "anything but Siri. Tess will do", "Tess"),
        ("en", "the restaurant is called Luigi's so, Luigi's assistant", "Luigi's assistant"),
        ("en", "same as the restaurant, Bella Napoli", "Bella Napoli"),
        ("en", "Emma or maybe Lucy. Lucy", "Lucy"),
        ("en", "Put Ruth down for now", "Ruth"),
        ("he", "לא סירי! מיכל", "מיכל"),
        ("he", "ברז. סתם, רועי", "רועי"),
        ("he", "נלך על מיכל בינתיים", "מיכל"),
    ],
)
def test_the_name_wished_is_heard(locale, said, name):
    assert told(locale, "name", said) == {"name": name}


@pytest.mark.parametrize(
    ("locale", "said", "changed"),
    [
        ("en", "no, just messages", {"booking": False, "services": ["message"]}),
        ("en", "my wife handles the bookings", {"booking": False}),
        ("he", "לא, רק הודעות", {"booking": False, "services": ["message"]}),
        ("he", "אשתי מטפלת בהזמנות", {"booking": False}),
    ],
)
def test_what_it_does_instead_is_not_asked_again(locale, said, changed):
    assert told(locale, "booking", said) == changed


@pytest.mark.parametrize(
    ("locale", "said", "changed"),
    [
        ("en", "not Zelda, Bella", {"name": "Bella"}),
        ("en", "I said Bella", {"name": "Bella"}),
        ("en", "I said friendly", {"tone": "friendly"}),
        ("en", "a bit less formal", {"tone": "friendly"}),
        ("en", "when they ring say Good evening, Oak Tree", {"greeting": "Good evening, Oak Tree"}),
        ("en", "you forgot allergies", {"fields": [*USUAL, "allergies"]}),
        ("en", "only name and phone", {"fields": ["name", "phone"]}),
        ("en", "it's not a restaurant, it's a hotel", {"sector": "hospitality"}),
        ("he", "השם לא נכון, מיכל", {"name": "מיכל"}),
        ("he", "בפתיח תרשום ערב טוב, הזית", {"greeting": "ערב טוב, הזית"}),
        ("he", "רשמי זה מוגזם, תעשה רגוע", {"tone": "calm"}),
        ("he", "וגם אלרגיות", {"fields": [*USUAL, "allergies"]}),
    ],
)
def test_the_recap_is_corrected_without_naming_the_part(locale, said, changed):
    found = told(locale, "recap", said)
    assert {key: found.get(key) for key in changed} == changed


@pytest.mark.parametrize(
    ("locale", "topic", "said", "changed"),
    [
        ("en", "what it must never say", "hmm let me think", {}),
        ("en", "what it must never say", "nothing really", {}),
        ("en", "what it must never say", "no swearing, obviously", {"must_not_say": ["Swearing"]}),
        ("en", "add a frequent question", "can't think of any", {}),
        (
            "en",
            "transfer urgent calls",
            "it's 07700 900142, I keep it by the bed if I'm honest",
            {"escalation": {"phone": PHONE}},
        ),
        ("he", "מה אסור לו לומר", "רגע, אני חושבת", {}),
        ("he", "מה אסור לו לומר", "כלום", {}),
    ],
)
def test_chatter_is_no_rule_and_no_occasion(locale, topic, said, changed):
    asked, _ = hear(before(locale, "recap"), topic, NOW)
    values = hear(asked, said, NOW)[0].dialogue.values
    found = {key: one for key, one in values.items() if asked.dialogue.values.get(key) != one}
    assert found == changed


@pytest.mark.parametrize(
    ("locale", "said", "day", "hours"),
    [
        ("en", "Wednesday to Sunday five till ten", "wed", ["17:00", "22:00"]),
        ("en", "Tuesday to Sunday, five till eleven at night", "tue", ["17:00", "23:00"]),
        ("he", "פתוחים ראשון עד חמישי משבע וחצי עד ארבע וחצי", "sun", ["07:30", "16:30"]),
    ],
)
def test_hours_that_only_an_evening_or_a_day_can_be(locale, said, day, hours):
    week = told(locale, "recap", said)["hours"]
    assert [list(span) for span in week[day]] == [hours]
