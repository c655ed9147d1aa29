"""Answers as owners word them, question by question, in English and Hebrew."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from allokoli.configurator.conversation import OwnerState, hear
from allokoli.configurator.conversation import open as start

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo("Europe/Paris"))
USUAL = ["name", "party_size", "date", "time", "phone"]
SAID = {
    "en": [
        ("name", "Zelda"),
        ("tone", "formal"),
        ("greeting", "Hello, Zelda speaking, how can I help?"),
        ("booking", "yes"),
        ("services", "both"),
        ("fields", "yes"),
    ],
    "he": [
        ("name", "זלדה"),
        ("tone", "רשמי"),
        ("greeting", "שלום, כאן זלדה, איך אפשר לעזור?"),
        ("booking", "כן"),
        ("services", "שניהם"),
        ("fields", "כן"),
    ],
}
NO = {"en": "no", "he": "לא"}


def answered(locale: str, trade: str, slot: str, said: str) -> OwnerState:
    """The conversation once the question about `slot` got this answer."""
    state, _ = start(locale)
    state, _ = hear(state, trade, NOW)
    for key, text in SAID[locale]:
        if key == "services" and slot != "services":
            continue
        assert state.dialogue.asking[:1] == [key]
        if key == slot:
            break
        declined = slot == "services" and key == "booking"
        state, _ = hear(state, NO[locale] if declined else text, NOW)
    return hear(state, said, NOW)[0]


TABLE, DOCTOR, SHOP = "I have a restaurant", "I'm a doctor", "I have a shop"
PATIENT = ["name", "birth_date", "reason", "phone"]
CALL_OUT = ["name", "address", "reason", "phone"]
LEAD = ["company", "name", "job_title", "email"]
MISADA, ROFE = "יש לי מסעדה", "אני רופא"


@pytest.mark.parametrize(
    ("locale", "trade", "said", "tone"),
    [
        ("en", TABLE, "calm rather than formal", "calm"),
        ("en", SHOP, "calm, it's that kind of shop", "calm"),
        ("en", TABLE, "warm, definitely not formal", "friendly"),
        ("en", TABLE, "not too formal", "friendly"),
        ("en", DOCTOR, "anything but formal", "calm"),
        ("en", DOCTOR, "the second one", "calm"),
        ("en", TABLE, "the first one", "formal"),
        ("en", DOCTOR, "friendly, I don't care, friendly", "friendly"),
        ("en", TABLE, "formal... no, actually warm", "friendly"),
        ("en", TABLE, "why not friendly", "friendly"),
        ("he", MISADA, "לא רשמי, רגוע", "calm"),
        ("he", MISADA, "עדיף רגוע מאשר רשמי", "calm"),
        ("he", ROFE, "השני", "calm"),
        ("he", MISADA, "קליל ובגובה העיניים", "friendly"),
    ],
)
def test_a_tone_is_heard_whatever_is_refused_beside_it(locale, trade, said, tone):
    assert answered(locale, trade, "tone", said).dialogue.values["tone"] == tone


@pytest.mark.parametrize("said", ["what's the difference?", "hang on a sec", "sorry, the kettle"])
def test_what_says_no_tone_is_asked_again(said):
    assert "tone" not in answered("en", TABLE, "tone", said).dialogue.values


@pytest.mark.parametrize(
    ("locale", "said", "booking"),
    [
        ("en", "aye, tables", True),
        ("en", "that's the whole point", True),
        ("en", "it has to, I can't pick up", True),
        ("en", "good heavens no", False),
        ("en", "I'd rather do it myself", False),
        ("en", "walk-ins only", False),
        ("en", "just answer questions", False),
        ("he", "בשביל זה אני פה", True),
        ("he", "אין אצלנו הזמנות", False),
        ("he", "אני עושה את זה לבד", False),
    ],
)
def test_whether_it_books_is_heard_in_other_words_than_yes_and_no(locale, said, booking):
    trade = TABLE if locale == "en" else MISADA
    assert answered(locale, trade, "booking", said).dialogue.values["booking"] is booking


@pytest.mark.parametrize(
    ("locale", "said", "services"),
    [
        ("en", "like an answering machine", ["message"]),
        ("en", "messages only, no information", ["message"]),
        ("en", "qualify the leads", ["message"]),
        ("en", "tell people what we do", ["information"]),
        ("en", "the second", ["information"]),
        ("en", "messages and info", ["message", "information"]),
        ("he", "גם זה וגם זה", ["message", "information"]),
        ("he", "להגיד מתי פתוח", ["information"]),
        ("he", "כמו משיבון", ["message"]),
    ],
)
def test_what_it_does_beside_booking_is_heard(locale, said, services):
    trade = TABLE if locale == "en" else MISADA
    values = answered(locale, trade, "services", said).dialogue.values
    assert values["services"] == services
    assert values["booking"] is False


@pytest.mark.parametrize(
    ("locale", "trade", "said", "keys"),
    [
        (
            "en",
            TABLE,
            "name, how many of them, what day, what time and a phone. allergies too, we had a case",
            [*USUAL, "allergies"],
        ),
        ("en", TABLE, "the usual plus allergies", [*USUAL, "allergies"]),
        ("en", TABLE, "yes and ask about allergies, we had a lady once", [*USUAL, "allergies"]),
        ("en", TABLE, "yes, but no phone number", USUAL[:-1]),
        ("en", TABLE, "the same minus the phone", USUAL[:-1]),
        ("en", TABLE, "the lot", USUAL),
        ("en", TABLE, "yes dear, that's plenty", USUAL),
        ("en", TABLE, "just the name and how many", ["name", "party_size"]),
        ("en", DOCTOR, "name, DOB, what's wrong and a number", PATIENT),
        ("en", "I'm a plumber", "who, where, what's broken and a number", CALL_OUT),
        (
            "en",
            "I run a hotel",
            "when they arrive, how long they stay, how many they are and a name",
            ["date", "nights", "guests", "name"],
        ),
        ("en", "We're a sales team", "company, name, job title, email", LEAD),
        ("he", MISADA, "שם, כמה אנשים, באיזה יום, באיזו שעה וטלפון", USUAL),
        ("he", MISADA, "כן ומייל", [*USUAL, "email"]),
        ("he", MISADA, "זה מספיק", USUAL),
        ("he", ROFE, "שם, גיל, מה כואב, טלפון", PATIENT),
    ],
)  # fmt: skip
def test_what_callers_are_asked_is_heard_in_free_words(locale, trade, said, keys):
    fields = answered(locale, trade, "fields", said).dialogue.values["fields"]
    assert [field["key"] for field in fields] == keys
