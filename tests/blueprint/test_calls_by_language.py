"""The same calls in English and Hebrew."""

import pytest

from allokoli.blueprint.analysis import structured_data, summary
from allokoli.blueprint.catalog import template


@pytest.mark.parametrize(
    ("locale", "turns", "phone"),
    [
        (
            "en",
            [
                "Hello, I'd like to book a table",
                "For four people tomorrow at 8 pm",
                "Smith, 020 7946 0958, no allergies",
                "no, actually five people",
                "yes that's right",
            ],
            "+442079460958",
        ),
        (
            "he",
            [
                "שלום, אני רוצה להזמין שולחן",
                "לארבעה אנשים מחר בשמונה בערב",
                "דוד כהן, 054-234-5678, אין אלרגיות",
                "לא, בעצם חמישה אנשים",
                "כן, נכון",
            ],
            "+972542345678",
        ),
    ],
)
def test_the_same_call_in_another_language(call, locale, turns, phone):
    line = call(template("restaurant", locale).blueprint)
    line.say(*turns)
    assert line.reply.ended, line.said
    data = structured_data(line.blueprint, line.state)
    assert (data["party_size"], data["date"], data["time"]) == (5, "2026-11-19", "20:00")
    assert (data["phone"], data["intent"]) == (phone, "book")
    assert summary(line.blueprint, line.state)
