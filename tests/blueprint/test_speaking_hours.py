"""The week's hours in a sentence, from the day the week begins on in each language."""

import pytest

from allokoli.blueprint.blueprint import Hours
from allokoli.blueprint.opening_hours import speak_hours
from allokoli.dialogue.speech import join_words

DAY, MORNING = [("09:00", "18:00")], [("09:00", "13:00")]
EN = "Monday to Thursday from 9 am to 6 pm, Friday from 9 am to 1 pm and Sunday from 9 am to 6 pm"
WEEK = Hours(mon=DAY, tue=DAY, wed=DAY, thu=DAY, fri=MORNING, sun=DAY)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("fr", "du lundi au jeudi de 9 h à 18 h, vendredi de 9 h à 13 h et dimanche de 9 h à 18 h"),
        ("en", EN),
        ("he", "יום ראשון עד יום חמישי מ-9:00 עד 18:00 ויום שישי מ-9:00 עד 13:00"),
    ],
)
def test_the_week_is_said_from_its_first_day(locale, said):
    assert speak_hours(WEEK, locale).replace("\u00a0", " ") == said


def test_the_hebrew_and_keeps_its_hyphen_only_before_what_is_not_hebrew():
    assert join_words(["חניה", "תפריט"], "he") == "חניה ותפריט"
    assert join_words(["חניה", "WiFi"], "he") == "חניה ו-WiFi"
    assert join_words(["20:00", "21:00"], "he") == "20:00 ו-21:00"
