"""What English callers say in words of their own: leaving, asking, answering, correcting."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from allokoli.blueprint.caller import caller_form
from allokoli.blueprint.catalog import template
from allokoli.dialogue import State, replay
from allokoli.dialogue.policy import open_dialogue, step

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=ZoneInfo("Europe/London"))  # a Wednesday
FULL = {
    "party_size": 4,
    "guests": 2,
    "nights": 3,
    "date": "2026-11-24",
    "time": "14:00",
    "name": "John Carter",
    "phone": "+447700900123",
    "email": "john.carter@example.com",
    "allergies": "gluten",
    "reason": "a check",
    "birth_date": "1980-01-02",
    "company": "Acme",
    "urgency": "urgent",
}


def form_of(key):
    found = template(key, "en")
    assert found is not None
    return caller_form(found.blueprint, NOW)


def hear(key, text, *, asking=(), phase="collecting"):
    """A sentence said while something is asked, or at the recap."""
    form = form_of(key)
    state, _ = open_dialogue(form, locale="en")
    goal = form.goal("book")
    assert goal is not None
    state.goal, state.phase, state.asking = "book", phase, list(asking)
    state.values = {name: FULL[name] for name in goal.slots if name not in asking}
    return step(form, state, text, now=NOW, locale="en")


@pytest.mark.parametrize(
    "said",
    [
        "that's me sorted, cheers",
        "ah brilliant, thank you, good night",
        "no you're grand, thanks",
        "thank you, you've been very helpful",
        "ok I'll pop in then, thanks",
        "much obliged",
        "thanks for your help",
        "that's great, I'll let my husband know, thank you",
        "okay thank you I have no more question",
        "right, that's what I wanted to know, cheers",
        "oh that's a pity, okay, thank you anyway",
        "no thank you sir, my doubt is clear",
        "no ma'am, that'll do it",
    ],
)
def test_a_courtesy_after_an_answer_ends_the_call(said):
    form = form_of("restaurant")
    state = State(phase="open", notes={"asides": ["hours"]})
    _, reply = step(form, state, said, now=NOW, locale="en")
    assert reply.ended


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("restaurant", "we've a table tonight, I just want to check, where can we park?"),
        ("hotel", "I'm not looking to book right now, I only wondered what your rates are"),
        ("doctor", "before I book anything, what do you charge?"),
        ("doctor", "I'm coming in tomorrow, do I need to bring my tablets?"),
        ("lawyer", "I don't want an appointment yet, I just want to know what you charge"),
        ("hairdresser", "I don't need an appointment, just want to know how long a colour takes"),
        ("support", "Morning, I forgot my password, what can I do?"),
    ],
)
def test_who_only_asks_books_nothing(key, said):
    state, _ = replay(form_of(key), [said], now=NOW, locale="en")
    assert state.goal is None
    assert state.notes["asides"]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("doctor", "How much do you charge and can I come in on Thursday at ten"),
        ("garage", "Do you do MOTs and could you fit me in on Monday morning"),
        ("estate_agent", "is the flat on Mill Road still available and can I see it tomorrow?"),
        ("hotel", "what's it cost for a double on Saturday, and could you hold one for me?"),
        ("lawyer", "I need to talk to a solicitor about my will, is the first meeting free?"),
        ("hairdresser", "do you do children? can I bring him in for a trim on Thursday?"),
    ],
)
def test_who_asks_and_books_gets_both(key, said):
    state, _ = replay(form_of(key), [said], now=NOW, locale="en")
    assert state.goal == "book"
    assert state.notes["asides"]


@pytest.mark.parametrize(
    ("key", "asked", "said", "expected"),
    [
        ("restaurant", "name", "Wojcik. W, O, J, C, I, K. First name Anna", "Anna Wojcik"),
        ("restaurant", "name", "my name's Gwen, that's G W E N, Pritchard", "Gwen Pritchard"),
        ("restaurant", "name", "this is Tom from next door, Tom Baker", "Tom Baker"),
        ("restaurant", "phone", "oh double seven double oh nine hundred, one two three",
         "+447700900123"),
        ("restaurant", "party_size", "myself and my boss", 2),
        ("restaurant", "party_size", "my wife and I and my parents", 4),
        ("restaurant", "time", "they finish at six so call it a quarter past seven", "19:15"),
        ("garage", "time", "half nine in the morning", "09:30"),
        ("restaurant", "allergies", "not that I'm aware of", "none"),
        ("hotel", "nights", "a fortnight", 14),
        ("doctor", "birth_date", "the 3rd of the 8th ninety-four, sorry no, ninety-three",
         "1993-08-03"),
        ("lawyer", "email", "kwame at ironworks gym dot co dot uk", "kwame@ironworksgym.co.uk"),
        ("support", "urgency", "no rush", "not urgent"),
        ("support", "urgency", "yes very, we can't work", "urgent"),
        ("support", "company", "it's a small firm called Brightwater", "Brightwater"),
    ],
)  # fmt: skip
def test_an_answer_in_their_words(key, asked, said, expected):
    state, _ = hear(key, said, asking=(asked,))
    assert state.values[asked] == expected


@pytest.mark.parametrize(
    ("key", "slot", "said", "expected"),
    [
        ("restaurant", "name", "no, it's under Harrison", "Harrison"),
        ("restaurant", "name", "all right apart from the name, it's Patel", "Patel"),
        ("restaurant", "name", "put it under my husband's name, Brian Walsh", "Brian Walsh"),
        ("restaurant", "time", "no, quarter past twelve", "12:15"),
        ("restaurant", "time", "could you make it half an hour earlier", "13:30"),
        ("restaurant", "party_size", "actually there'll be six of us", 6),
        ("restaurant", "party_size", "oh, my brother's coming too, so make it seven", 7),
        ("restaurant", "party_size", "we've lost one so it's three now", 3),
        ("restaurant", "phone", "the number ends in four five six, not one two three",
         "+447700900456"),
        ("restaurant", "allergies", "it's dairy, not gluten", "dairy"),
        ("doctor", "birth_date", "no, born in nineteen eighty-one", "1981-01-02"),
        ("doctor", "time", "I said ten thirty", "10:30"),
        ("support", "company", "the company's Globex, not Acme", "Globex"),
    ],
)  # fmt: skip
def test_a_correction_at_the_recap(key, slot, said, expected):
    state, reply = hear(key, said, phase="confirming")
    assert state.values[slot] == expected
    assert not reply.ended


@pytest.mark.parametrize(
    "said",
    [
        "bang on",
        "no that's right",
        "grand",
        "you've got it",
        "ta, lovely",
        "Perfect, we'll be there 10 minutes before",
        "Yes perfect, I'll call you later in 20 minutes about the wine",
        "Yes, see you later, we'll arrive half an hour before",
    ],
)
def test_a_yes_at_the_recap(said):
    agreed, _ = hear("restaurant", "yes", phase="confirming")
    state, _ = hear("restaurant", said, phase="confirming")
    assert state.outcome == "done"
    assert state.values["time"] == agreed.values["time"]
