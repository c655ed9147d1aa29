"""First turns of Hebrew callers: native, foreign, hurried, religious, military."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from allokoli.blueprint.caller import caller_form
from allokoli.blueprint.catalog import template
from allokoli.dialogue.policy import open_dialogue, step
from allokoli.dialogue.state import State

_NOW = datetime(2026, 11, 18, 10, 0, tzinfo=ZoneInfo("Asia/Jerusalem"))


@pytest.mark.parametrize(
    ("assistant", "said", "goal", "noted"),
    [
        ("restaurant", "אנחנו ארבעה, רגע לא, חמישה עם סבתא, למחר", "book", {"party_size": 5}),
        ("restaurant", "שולחן לשני מבוגרים ושני ילדים", "book", {"party_size": 4}),
        ("restaurant", "צהריים טובים, שולחן לשישה", "book", {"party_size": 6, "time": None}),
        ("restaurant", "קבענו לשמונה, אפשר בתשע?", "change", {"time": "21:00"}),
        ("restaurant", "יש לי הזמנה לתשע בערב, אפשר להקדים לשמונה?", "change", {"time": "20:00"}),
        ("restaurant", "לא נגיע היום, הילד חולה", "cancel", {}),
        ("restaurant", "תגיד למוטי שהחלקים הגיעו", "message", {}),
        ("hotel", "זוג ותינוקת, שני לילות בעשירי בדצמבר", "book", {"guests": 3, "nights": 2}),
        ("doctor", "לבת שלי יש חום כבר יומיים", "book", {}),
        ("doctor", "אני רוצה לקבוע תור", "book", {"reason": None}),
        ("garage", "הברקסים גמורים, אפשר מחר על הבוקר?", "book", {"date": "2026-11-19"}),
        ("garage", "ביום שני יש לי רופא אז תקבע לי ליום שלישי", "book", {"date": "2026-11-24"}),
        ("lawyer", "הדיון נדחה, תגידו לעורכת הדין", "message", {}),
        ("support", "השרת שלנו נפל ואף אחד לא מצליח להתחבר", "book", {}),
        ("secretary", "סליחה, התבלבלתי במספר", "wrong_number", {}),
    ],
)
def test_what_a_caller_wants_at_once(assistant, said, goal, noted):
    state, _ = _heard(assistant, said)

    assert state.goal == goal
    assert {key: state.values.get(key) for key in noted} == noted


@pytest.mark.parametrize(
    ("assistant", "said", "answer"),
    [
        ("restaurant", "אתם כשרים?", "הכשרות"),
        ("restaurant", "יש חניה?", "לחנות"),
        ("restaurant", "מקבלים תן ביס?", "אמצעי התשלום"),
        ("hotel", "יש לכם לול לתינוק?", "אם נשארה אחת"),
        ("doctor", "אתם עובדים עם מכבי?", "לפי הקופה"),
        ("hairdresser", "אפשר אצל שירן?", "את מי אתם מעדיפים"),
        ("support", "מה קורה עם הקריאה שלי?", "במספר שתשאירו"),
        ("garage", "יש לכם גרר?", "אין לי את המידע הזה"),
    ],
)
def test_a_question_in_other_words_than_the_owners(assistant, said, answer):
    _, reply = _heard(assistant, said)

    assert answer in reply.text


@pytest.mark.parametrize(
    ("assistant", "said"),
    [
        ("doctor", "יש לי תור מחר, רק רציתי לדעת מה צריך להביא"),
        ("lawyer", "יש לי כבר פגישה אצלכם ביום שני, אילו מסמכים להביא?"),
        ("restaurant", "הזמנתי שולחן להיום, רק רציתי לשאול אם יש חניה ליד"),
        ("restaurant", "אני לא רוצה להזמין, רק לשאול אם אתם כשרים"),
        ("hotel", "סתם מתעניין, כמה עולה לילה לזוג?"),
        ("hotel", "אנחנו מגיעים אליכם מחר, יש חניה במלון?"),
        ("hairdresser", "אני רק רוצה לברר מחיר של החלקה יפנית"),
        ("lawyer", "רציתי לברר כמה עולה פגישת ייעוץ אצלכם, אני לא קובע כלום כרגע"),
        ("hairdresser", "דנה עובדת היום? היא תמיד מסדרת לי את הפן"),
        ("doctor", "הרופא נמצא היום?"),
        ("garage", "מתי אפשר לאסוף את הפולו?"),
    ],
)
def test_who_only_asks_books_nothing(assistant, said):
    state, reply = _heard(assistant, said)

    assert state.goal is None
    assert not state.values
    assert not reply.asking


@pytest.mark.parametrize(
    ("assistant", "said", "answer", "noted"),
    [
        (
            "garage",
            "אתם עושים טסט? אם כן אני רוצה לקבוע ליום ראשון בבוקר",
            "להכין את הרכב",
            {"date": "2026-11-22"},
        ),
        (
            "restaurant",
            "אפשר שולחן לשניים להערב, ויש לכם מקומות בחוץ?",
            "מזג האוויר",
            {"party_size": 2},
        ),
        ("lead_qualification", "יש לכם התחייבות? אני מחפש מערכת לעסק שלי", "לפני החתימה", {}),
        ("support", "תוכלו לשלוח לי טכנאי? המדפסת מתה", "מרחוק", {"reason": "המדפסת מתה"}),
    ],
)
def test_who_asks_and_wants_gets_both(assistant, said, answer, noted):
    state, reply = _heard(assistant, said)

    assert state.goal == "book"
    assert answer in reply.text
    assert {key: state.values.get(key) for key in noted} == noted


def _heard(assistant, said):
    form = _form(assistant)
    state, _ = open_dialogue(form, locale="he")
    return step(form, state, said, now=_NOW, locale="he")


@pytest.mark.parametrize(
    ("asked", "said", "noted"),
    [
        ("party_size", "ארבעה, אנחנו ושני ילדים", {"party_size": 4}),
        ("party_size", "אני, אשתי ושלושת הילדים", {"party_size": 5}),
        ("party_size", "אני ובעלי והתינוקת", {"party_size": 3}),
        ("party_size", "אני וחמישה חברים", {"party_size": 6}),
        ("party_size", "אני והילדים, חמישה", {"party_size": 5}),
        ("date", "אפשר לשבת בחוץ מחר?", {"date": "2026-11-19"}),
        ("name", "זה לבן שלי, איתי לוי", {"name": "איתי לוי"}),
        ("phone", "0541112223 ואין אלרגיות", {"phone": "+972541112223", "allergies": "אין"}),
    ],
)
def test_an_answer_is_read_as_it_is_spoken(asked, said, noted):
    form = _form("restaurant")
    state, _ = open_dialogue(form, locale="he")
    state.goal, state.phase, state.asking = "book", "collecting", [asked]

    state, _ = step(form, state, said, now=_NOW, locale="he")

    assert {key: state.values.get(key) for key in noted} == noted


@pytest.mark.parametrize(
    ("said", "key", "value"),
    [
        ("חמישה ולא ארבעה", "party_size", 5),
        ("תעשה תשע במקום שתים עשרה וחצי", "time", "21:00"),
        ("אפשר חצי שעה אחרי?", "time", "13:00"),
        ("לא מחר, ביום ראשון", "date", "2026-11-22"),
        ("לא דנה, דינה", "name", "דינה"),
        ("לא, המספר לא נכון, 0523334444", "phone", "+972523334444"),
        ("כן, אבל תוסיף שיש אלרגיה לדגים", "allergies", "דגים"),
    ],
)
def test_each_answer_can_be_corrected_at_the_recap(said, key, value):
    state, _ = step(_form("restaurant"), _at_recap(), said, now=_NOW, locale="he")

    assert (state.goal, state.phase) == ("book", "confirming")
    assert state.values == {**_BOOKED, key: value}


@pytest.mark.parametrize("said", ["בול", "זה מה שביקשתי", "יופי, ביי", "לא לא, זה בסדר גמור"])
def test_a_recap_is_agreed_to(said):
    state, reply = step(_form("restaurant"), _at_recap(), said, now=_NOW, locale="he")

    assert (state.outcome, reply.ended) == ("done", True)


@pytest.mark.parametrize(
    "said",
    [
        "אה סבבה, אז תודה רבה, לילה טוב",
        "נחשוב על זה ונחזור אליכם",
        "הבנתי, אני אתייעץ עם אשתי",
        "וואלה תודה נשמה",
        "לא, אני מסודר",
    ],
)
def test_who_had_an_answer_takes_leave(said):
    form = _form("restaurant")
    state, _ = open_dialogue(form, locale="he")
    for one in ("אתם כשרים?", said):
        state, reply = step(form, state, one, now=_NOW, locale="he")

    assert (state.outcome, reply.ended) == ("answered", True)


_BOOKED = {
    "name": "דנה כהן",
    "party_size": 4,
    "date": "2026-11-19",
    "time": "12:30",
    "phone": "+972541234567",
    "allergies": "אין",
}


def _at_recap():
    return State(goal="book", phase="confirming", values=dict(_BOOKED), turns=2)


def _form(assistant):
    found = template(assistant, "he")
    assert found is not None
    return caller_form(found.blueprint, _NOW)
