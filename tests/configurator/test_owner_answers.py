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
SPLIT = [["12:00", "14:30"], ["18:00", "22:00"]]
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


@pytest.mark.parametrize(
    ("locale", "said", "sector"),
    [
        (
            "en",
            "Yeah what d'you need, I'm an electrician, I'm up a ladder, make it quick",
            "trades",
        ),
        ("en", "I'm a solicitor. Immigration law. Formal tone, no small talk", "legal"),
        ("en", "We need a help desk line for our software users, in English and French", "support"),
        ("en", "kebab shop in Croydon innit", "restaurant"),
        ("en", "dog groomer", "beauty"),
        ("en", "wedding planner, just me", "other"),
        ("he", "אינסטלטור, כל היום בשטח", "trades"),
        ("he", "מוקד תמיכה טכנית", "support"),
        ("he", "מלון בוטיק בתל אביב", "hospitality"),
    ],
)
def test_a_trade_told_first_names_no_assistant(locale, said, sector):
    values = hear(start(locale)[0], said, NOW)[0].dialogue.values
    assert values == {**values, "sector": sector}
    assert "name" not in values


@pytest.mark.parametrize(
    ("locale", "said", "name"),
    [
        ("en", "my wife says Ruby", "Ruby"),
        ("en", "Maggie I suppose", "Maggie"),
        ("en", "well my mother was called Vera, so Vera", "Vera"),
        ("en", "let's call her Penny shall we", "Penny"),
        ("he", "שיהיה אלמוג", "אלמוג"),
        ("he", "בעלי אומר טלי", "טלי"),
    ],
)
def test_a_name_is_found_in_what_is_said_around_it(locale, said, name):
    trade = TABLE if locale == "en" else MISADA
    assert answered(locale, trade, "name", said).dialogue.values["name"] == name


def at_recap(locale: str, said: str) -> OwnerState:
    """The conversation once the recap got this answer."""
    return hear(answered(locale, TABLE if locale == "en" else MISADA, "fields", "yes"
                         if locale == "en" else "כן"), said, NOW)[0]  # fmt: skip


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "smashing, thank you"),
        ("en", "no, it's all fine"),
        ("en", "tickety-boo"),
        ("he", "אין מה לשנות"),
        ("he", "לא, הכול בסדר"),
    ],
)
def test_the_recap_is_agreed_to_in_many_words(locale, said):
    assert at_recap(locale, said).status == "confirmed"


@pytest.mark.parametrize("said", ["not spot on", "cool, but change the name", "smashing but no"])
def test_words_of_praise_beside_an_objection_agree_to_nothing(said):
    assert at_recap("en", said).status != "confirmed"


@pytest.mark.parametrize(
    ("locale", "said", "topic", "value"),
    [
        ("en", "make it friendlier", "tone", "friendly"),
        ("en", "could you make the tone calm rather than formal", "tone", "calm"),
        ("en", "can you text me every booking, 07700 900142", "notify", {"phone": "+447700900142"}),
        ("he", "תשלחו לי את ההודעות ל-dana@oak.example", "notify", {"email": "dana@oak.example"}),
        ("en", "just English", "languages", ["en"]),
        ("he", "עברית, אנגלית וצרפתית", "languages", ["he", "en", "fr"]),
        ("en", "it shouldn't promise anything", "must_not_say", ["Promise anything"]),
    ],
)
def test_what_is_added_at_the_recap_is_heard(locale, said, topic, value):
    assert at_recap(locale, said).dialogue.values[topic] == value


@pytest.mark.parametrize(
    ("locale", "said", "day", "hours"),
    [
        ("en", "Tuesday to Friday, 12 to 2:30 and 6 to 10", "tue", SPLIT),
        ("en", "Monday, Tuesday and Thursday 10 to 4, Friday 10 to 2", "mon", [["10:00", "16:00"]]),
        ("en", "weekends only, 10 to 5", "sat", [["10:00", "17:00"]]),
        ("he", "בימי חול מעשר עד ארבע", "mon", [["10:00", "16:00"]]),
        ("he", "שני עד שישי תשע עד חמש", "fri", [["09:00", "17:00"]]),
    ],
)  # fmt: skip
def test_days_told_before_their_hours_are_hours(locale, said, day, hours):
    told = at_recap(locale, said).dialogue.values["hours"]
    assert [list(span) for span in told[day]] == hours
