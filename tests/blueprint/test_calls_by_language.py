"""The same calls in English and Hebrew, and with every template."""

import pytest

from allokoli.blueprint.analysis import structured_data, summary
from allokoli.blueprint.catalog import template, templates


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


@pytest.mark.parametrize("locale", ["fr", "en", "he"])
def test_every_template_takes_a_call_to_its_end(call, locale, now):
    answers = {
        "fr": ("Martin", "06 12 34 56 78", "demain", "à 15 heures", "2", "12 mars 1980",
               "martin@exemple.fr", "urgent", "c'est pour un essai", "oui"),
        "en": ("Smith", "020 7946 0958", "tomorrow", "at 3 pm", "2", "12 March 1980",
               "smith@example.com", "urgent", "it is for a trial", "yes"),
        "he": ("דוד כהן", "054-234-5678", "מחר", "בשעה 15:00", "2", "12.3.1980",
               "david@example.com", "דחוף", "בדיקה קטנה", "כן"),
    }[locale]  # fmt: skip
    name, phone, day, hour, number, birth, email, urgency, text, yes = answers
    by_type = {"name": name, "phone": phone, "date": day, "time": hour, "number": number,
               "email": email, "choice": urgency, "text": text}  # fmt: skip
    for item in templates(locale):
        line = call(item.blueprint)
        booking = next(goal for goal in line.form.goals if goal.key == "book")
        line.say(booking.phrases[0].replace("*", ""))
        for _ in range(20):
            asking = line.reply.asking
            if line.reply.ended:
                break
            slot = line.form.slot(asking) if asking else None
            line.say(birth if asking == "birth_date" else by_type[slot.type] if slot else yes)
        assert line.reply.ended, (item.key, line.said)
        assert line.state.outcome == "done", (item.key, line.said)
        data = structured_data(item.blueprint, line.state)
        assert data["phone"].startswith("+"), line.said
