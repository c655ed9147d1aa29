"""What English callers say in a story, in two wishes at once, or in words that are names."""

from datetime import UTC, datetime

import pytest

from allokoli.blueprint.agenda_tools import AGENDA_TOOLS
from allokoli.blueprint.caller import caller_form
from allokoli.blueprint.catalog import template
from allokoli.dialogue.state import State
from allokoli.dialogue.understanding import understand

NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)  # a Wednesday


def _understood(assistant, said, *, goal=None, asking=(), values=()):
    form = caller_form(template(assistant, "en").blueprint, NOW, tools=AGENDA_TOOLS)
    state = State(goal=goal, asking=list(asking), values=dict(values), locale="en")
    state.phase = "collecting" if goal else "open"
    return understand(form, state, said, now=NOW, locale="en")


@pytest.mark.parametrize(
    ("said", "goal"),
    [
        ("I've a table for Saturday but her flight got cancelled, could you shift it?", "change"),
        ("Something's come up, I can't make it tomorrow, what about Monday?", "change"),
        ("We can't make eight any more, is nine possible?", "change"),
        ("I'm due at ten tomorrow but the car's died, can I come in at three instead?", "change"),
        ("We've a table for Saturday and she's poorly so we'll have to give it a miss", "cancel"),
        ("I'm booked in tomorrow at two but I've flu, can we leave it for now", "cancel"),
        ("I want my booking cancelled please", "cancel"),
        ("My last plans got cancelled so can I get a table for two tonight?", "book"),
        ("We had to cancel last time, could we book again for Friday, four people?", "book"),
        ("Tell Kev I've found one cheaper, so not to bother", "message"),
        ("Message for Tony: the samples have landed", "message"),
        ("What's your cancellation policy?", None),
    ],
)
def test_what_a_caller_wants_of_a_booking(said, goal):
    found = _understood("restaurant", said)

    assert (found.goal and found.goal.key) == goal


@pytest.mark.parametrize(
    ("said", "people"),
    [
        ("six of us... no, seven, Becca's bringing her fella", 7),
        ("the wife and me, that's two, our Linda, that's three, and the girl. Four, yes", 4),
        ("three adults and two little ones", 5),
        ("me, Dave, his two kids and my mum", 5),
        ("two adults, a four year old and a baby", 4),
        ("four of us, four girls", 4),
        ("four, me and the wife and the two lads", 4),
        ("the five of us and the baby", 6),
        ("Four adults. Kids, zero.", 4),
        ("Four adults, kids, two.", 4),
        ("There's four of us. Table, 12.", 4),
        ("Two adults, two kids aged 3, 5.", 4),
        ("me, my wife, the two boys with their wives, and our grandson, seven", 7),
    ],
)
def test_a_company_counted_aloud(said, people):
    found = _understood("restaurant", said, goal="book", asking=["party_size"])

    assert found.fills["party_size"] == people


@pytest.mark.parametrize("said", ["Zero", "Two, no. Zero", "Two of us, no. 900"])
def test_a_count_beyond_its_bounds_is_none(said):
    found = _understood("restaurant", said, goal="book", asking=["party_size"])

    assert found.fills.get("party_size") in {None, 2}


@pytest.mark.parametrize(
    ("said", "people"),
    [
        ("actually one more", 5),
        ("one more person please", 5),
        ("sorry, we're two more, tomorrow", 6),
        ("One fewer than I said", 3),
        ("One more thing, do you have parking?", None),
        ("Sorry, one more time?", None),
        ("Could I have two more minutes?", None),
        ("Yes, and one less worry, thank you", None),
    ],
)
def test_more_counts_people_only_where_nothing_else_is_counted(said, people):
    found = _understood("restaurant", said, goal="book", asking=["date"], values={"party_size": 4})

    assert found.fills.get("party_size") == people


@pytest.mark.parametrize(
    ("assistant", "said", "noted"),
    [
        ("restaurant", "a table for two tonight", {"date": "2026-11-18", "party_size": 2}),
        ("restaurant", "Can you do Saturday lunch, one-thirty", {"time": "13:30"}),
        ("restaurant", "next Thursday at nine", {"date": "2026-11-26"}),
        (
            "hotel",
            "she graduates on the fourth, so arriving on the third",
            {"date": "2026-12-03"},
        ),
        (
            "garage",
            "the MOT runs out on the 30th, the day before please",
            {"date": "2026-11-29"},
        ),
        ("garage", "could you look at my exhaust on Sunday? It's rattling", {"date": "2026-11-22"}),
    ],
)
def test_days_and_hours_of_an_opening(assistant, said, noted):
    found = _understood(assistant, said)

    assert noted.items() <= found.fills.items()


@pytest.mark.parametrize(
    ("assistant", "asking", "said", "value"),
    [
        ("restaurant", "name", "Will Young", "Will Young"),
        ("doctor", "name", "Dr Will May", "Will May"),
        ("restaurant", "allergies", "none... oh hang on, he can't have nuts", "he can't have nuts"),
        ("doctor", "birth_date", "second of June this year, so twenty twenty-six", "2026-06-02"),
        ("doctor", "birth_date", "4th of May nineteen forty-two. No, forty-one", "1941-05-04"),
        ("garage", "time", "any time after ten. Half ten", "10:30"),
        ("garage", "time", "half eight rather than eight", "08:30"),
        ("support", "urgency", "now", "urgent"),
    ],
)  # fmt: skip
def test_an_answer_put_right_at_once(assistant, asking, said, value):
    found = _understood(assistant, said, goal="book", asking=[asking])

    assert found.fills[asking] == value


def test_now_in_a_story_makes_nothing_urgent():
    found = _understood("support", "Oh hello, now, my printer's been jamming since yesterday")

    assert "urgency" not in found.fills


def test_a_company_is_nobodys_name():
    found = _understood("support", "this is Acorn Payroll, our internet's been down for an hour")

    assert "name" not in found.fills


def test_who_would_meet_somebody_on_a_day_asks_for_no_one_now():
    found = _understood("lawyer", "Could I talk to somebody about a will on Monday afternoon?")

    assert found.goal.key == "book"
    assert found.aside is None
