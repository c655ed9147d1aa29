"""What English callers open with, in every sector: wishes, reasons, and the owner's questions."""

import tomllib
from datetime import datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from allokoli.blueprint import Blueprint
from allokoli.blueprint.guided import conversation

_NOW = datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("Europe/London"))
_UNKNOWN = "I don't have that information."


def _blueprint(template: str) -> Blueprint:
    place = files("allokoli.blueprint").joinpath("templates", "en", f"{template}.toml")
    return Blueprint.model_validate(tomllib.loads(place.read_text("utf-8"))["blueprint"])


def _opened(template: str, said: str):
    return conversation(_blueprint(template), [said], _NOW)


@pytest.mark.parametrize(
    ("template", "said", "goal"),
    [
        ("restaurant", "Hiya love, any chance of squeezing in six of us Saturday night?", "book"),
        ("restaurant", "could you fit in a party of eight next Friday around 7?", "book"),
        ("restaurant", "could we have a table for six on Friday at eight pm", "book"),
        ("restaurant", "sorry but I need to scrap our booking for Friday", "cancel"),
        ("restaurant", "you can give away our table for tonight", "cancel"),
        ("restaurant", "we're booked in for eight but can we push it to nine?", "change"),
        ("restaurant", "can I swap my Friday booking for Saturday", "change"),
        ("restaurant", "would you pass on to the chef that the supplier rang", "message"),
        ("hotel", "we need somewhere to stay on Friday, it's two adults", "book"),
        ("hotel", "I've a room booked for tomorrow that I don't need any longer", "cancel"),
        ("doctor", "I need to rearrange my appointment", "change"),
        ("doctor", "could the doctor phone me when she has a minute", "message"),
        ("garage", "tell Dave the part's arrived", "message"),
        ("secretary", "someone from your office rang me this morning and I missed it", "message"),
        ("lead_qualification", "could somebody show us the product", "book"),
    ],
)
def test_a_wish_in_the_words_of_english_callers(template, said, goal):
    state, _ = _opened(template, said)
    assert state.goal == goal


@pytest.mark.parametrize(
    ("template", "said", "reason"),
    [
        ("doctor", "hello doctor please I have pain in my knee since three days", "knee"),
        ("doctor", "I'd like to book in for a flu jab", "flu jab"),
        ("lawyer", "my neighbour built a fence on my land", "fence"),
        ("hairdresser", "can I get a cut and colour on Saturday with Chloe", "colour"),
        ("garage", "I hit a pothole and now it pulls to the left", "pothole"),
        ("estate_agent", "I'm after a two bed flat to rent near the station", "two bed"),
        ("support", "our card readers are down", "card readers"),
        ("support", "the coffee robot spits beans at everyone", "beans"),
        ("lead_qualification", "we'd be interested in a quote for about fifty seats", "fifty"),
    ],
)
def test_what_is_wrong_said_at_once_is_the_reason(template, said, reason):
    state, _ = _opened(template, said)
    assert state.goal == "book"
    assert reason in state.values["reason"]


@pytest.mark.parametrize(
    ("template", "said", "question"),
    [
        ("restaurant", "have you any tables out on the pavement", "Do you have a terrace?"),
        ("restaurant", "roughly how much is it per head?", "How much is the menu?"),
        ("hotel", "can you put a crib in the room?", "Can we have a baby cot?"),
        ("hotel", "we're booked for Friday, is breakfast included?", "Is breakfast included?"),
        ("doctor", "how much is a consultation", "How much does the doctor charge?"),
        ("garage", "do you have a loan car for me", "Do you lend courtesy cars?"),
    ],
)
def test_an_owners_question_is_heard_in_other_words(template, said, question):
    state, _ = _opened(template, said)
    questions = [faq.question for faq in _blueprint(template).faqs]
    assert state.goal is None
    assert state.notes["asides"] == [f"faq_{questions.index(question)}"]


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("restaurant", "do you do gift vouchers?"),
        ("hotel", "do you have a swimming pool?"),
        ("garage", "do you buy second hand cars?"),
        ("hairdresser", "do you do ear piercing?"),
    ],
)
def test_a_common_question_nobody_answered_is_no_other_one(template, said):
    _, reply = _opened(template, said)
    assert reply.text.startswith(_UNKNOWN)
