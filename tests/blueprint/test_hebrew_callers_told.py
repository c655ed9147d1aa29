"""What Hebrew callers answer in their own words: who comes, names, days, hours, and stories."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from allokoli.blueprint.caller import caller_form
from allokoli.blueprint.catalog import template
from allokoli.dialogue.policy import replay

_NOW = datetime(2026, 11, 18, 10, 0, tzinfo=ZoneInfo("Asia/Jerusalem"))
_TABLE = "אני רוצה להזמין שולחן למחר בשמונה"


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("רגע, אמא, אבא, שני האחים שלי ואני... חמישה", 5),
        ("שנינו והתינוק, אז שלושה. אגב, אפשר לקבל כיסא תינוק?", 3),
        ("אני ואשתי, הבת, החתן, ושלושה נכדים, אז זה... שבעה", 7),
        ("ההורים שלי, אני ואח שלי", 4),
        ("שבעה פלוס תינוק", 8),
        ("ארבע אנשים ותינוק אחד בעגלה", 5),
        ("אני, אחותי, בעלה והבן שלהם", 4),
        ("בסביבות חמש עשרה", 15),
        ("זוג, שני אנשים", 2),
    ],
)
def test_who_comes(said, count):
    assert _heard("restaurant", _TABLE, said)["party_size"] == count


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("לאיריס חדד", "איריס חדד"),
        ("לאה לוי", "לאה לוי"),
        ("לליאור", "ליאור"),
        ("לאורלי, אורלי נחום", "אורלי נחום"),
        ("שלום לוי", "שלום לוי"),
        ("שלום, רות כהן", "רות כהן"),
        ("זה דנה מהבנק", "דנה"),
        ("זאת רבקה מזרחי", "רבקה מזרחי"),
        ("ממשפחת ביטון", "ביטון"),
    ],
)
def test_names_and_what_is_written_onto_them(said, name):
    values = _heard("restaurant", f"{_TABLE} לארבעה", f"{said}, 0523456789")

    assert values["name"] == name


@pytest.mark.parametrize(
    ("assistant", "said", "noted"),
    [
        ("restaurant", "הבן שלי חוזר ביום שלישי ורצינו שולחן לחמישי", {"date": "2026-11-19"}),
        ("doctor", "ביום ראשון נפלתי ומאז כואב, אפשר לבוא מחר?", {"date": "2026-11-19"}),
        ("hairdresser", "אני מתחתנת בעוד חודש ורוצה לקבוע תסרוקת", {"date": None}),
        ("hairdresser", "אפשר תור לגוונים ליום חמישי בבוקר", {"reason": "לגוונים"}),
        ("hairdresser", "תספורת, מחר, שש בערב, דניאל", {"name": "דניאל", "time": "18:00"}),
        ("restaurant", "יש שולחן ל6 היום ב9?", {"party_size": 6, "time": "21:00"}),
        ("restaurant", "שולחן לשניים ועוד שני ילדים ליום שני", {"party_size": 4}),
        ("garage", "פנצ'ר, אפשר לקפוץ בעוד שעה?", {"date": "2026-11-18", "time": "11:00"}),
        ("hotel", "הזמנו לשישי הקרוב וצריך להעביר לשישי שאחריו", {"date": "2026-11-27"}),
        ("secretary", "תבטלו את הפגישה של שלישי, אני במילואים", {"date": "2026-11-24"}),
    ],
)
def test_openings_that_tell_a_story(assistant, said, noted):
    values = _heard(assistant, said)

    assert {key: values.get(key) for key in noted} == noted


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("אחרי ארבע, נגיד ארבע וחצי", "16:30"),
        ("התינוק ישן עד שלוש אז נגיד ארבע", "16:00"),
        ("תשע בערב זה מאוחר, שמונה", "20:00"),
    ],
)
def test_hours_told_of_something_else(said, hour):
    assert _heard("restaurant", "שולחן לארבעה ליום ראשון", said)["time"] == hour


def _heard(assistant, *turns):
    found = template(assistant, "he")
    form = caller_form(found.blueprint, _NOW, locale="he")
    state, _ = replay(form, turns, now=_NOW, locale="he")
    return state.values
