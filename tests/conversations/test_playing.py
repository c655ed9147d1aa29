"""The suite's own parts: files are refused with the reason, people answer what is asked."""

from datetime import datetime

import jsonschema
import pytest
from bench.conversations.agenda import AgendaInMemory
from bench.conversations.comparing import same
from bench.conversations.judging import judge
from bench.conversations.person import Person
from bench.conversations.playing import Played, play
from bench.conversations.written import Conversation, MalformedConversation, conversations

from allokoli.blueprint.agenda_tools import BOOK_SLOT, CANCEL_BOOKING, FIND_BOOKING, FIND_SLOTS
from allokoli.dialogue import State

GOOD = """
[[conversation]]
id = "fr-1"
about = "Réserve"
assistant = "restaurant"
now = "2026-11-18T10:00"
says = ["une table pour deux demain à 20 h"]
[conversation.answers]
name = ["Martin"]
phone = ["06 12 34 56 78"]
allergies = ["aucune"]
[conversation.expect]
intent = "book"
outcome = "done"
agenda = ["2026-11-19T20:00"]
[conversation.expect.fields]
name = "Martin"
party_size = 2
"""


def written(**changes) -> Conversation:
    base = {
        "id": "fr-1",
        "about": "Réserve",
        "assistant": "restaurant",
        "now": "2026-11-18T10:00",
        "expect": {},
        "side": "callers",
        "language": "fr",
        "set": "dev",
    }
    return Conversation.model_validate(base | changes)


@pytest.fixture
def folder(tmp_path):
    def write(text: str, name: str = "dev_a.toml"):
        (tmp_path / "callers" / "fr").mkdir(parents=True, exist_ok=True)
        (tmp_path / "callers" / "fr" / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GOOD.replace("about", "abouts"), "abouts: Extra inputs are not permitted"),
        (GOOD.replace('intent = "book"', 'intend = "book"'), "expect.intend"),
        (GOOD.replace('assistant = "restaurant"', 'assistant = "volcano"'), "volcano"),
        (GOOD.replace("allergies =", "alergies ="), "nothing asks for alergies"),
        (GOOD.replace('phone = ["06 12 34 56 78"]', "phone = []"), "answers.phone"),
        (GOOD.replace('now = "2026-11-18T10:00"', 'now = "hier"'), "now"),
        (GOOD + GOOD, "fr-1 is there twice"),
        ("title = 3", "holds [[conversation]] tables"),
        ("[[conversation]", "dev_a.toml"),
    ],
)
def test_a_malformed_file_is_refused_with_the_place_and_the_reason(folder, text, reason):
    with pytest.raises(MalformedConversation, match=r"dev_a\.toml") as refused:
        conversations("callers", "fr", root=folder(text))
    assert reason in str(refused.value)


def test_a_file_of_no_set_is_refused(folder):
    with pytest.raises(MalformedConversation, match=r"draft\.toml"):
        conversations("callers", "fr", root=folder(GOOD, "draft.toml"))


def test_the_sets_are_kept_apart(folder):
    folder(GOOD)
    root = folder(GOOD.replace("fr-1", "fr-2"), "held_out.toml")
    assert [one.id for one in conversations("callers", "fr", ("dev",), root)] == ["fr-1"]
    assert [one.set for one in conversations("callers", "fr", root=root)] == ["dev", "held_out"]


def test_a_booking_is_played_to_its_end_and_judged(folder):
    (one,) = conversations("callers", "fr", root=folder(GOOD))
    played = play(one)
    assert played.outcome == "done", played.lines
    assert all(check.right for check in judge(played)), judge(played)
    assert len(played.waits_s) == played.turns == sum(who == "person" for who, _ in played.lines)


def test_what_came_out_otherwise_is_wrong(folder):
    (one,) = conversations("callers", "fr", root=folder(GOOD))
    expect = one.expect.model_copy(
        update={"fields": {"name": "Durand", "party_size": 3}, "never": ["à quel nom", "20 h"]}
    )
    played = play(one.model_copy(update={"expect": expect}))
    wrong = {check.name for check in judge(played) if not check.right}
    assert wrong >= {"name", "party_size", "never '20 h'"}


def test_what_breaks_is_one_failure_with_its_place():
    one = written(says=["bonjour"], expect={"outcome": "done"})
    one.answers["anything"] = []
    broken = play(one.model_copy(update={"now": None}))
    assert broken.outcome == "broken"
    assert not all(check.right for check in judge(broken))


def test_a_person_takes_the_next_answer_each_time_and_repeats_the_last():
    person = Person(written(answers={"time": ["19 h", "20 h"], "confirm": ["non", "oui"]}))
    asked = State(phase="collecting", asking=["time"])
    assert [person.next(asked, {}) for _ in range(3)] == ["19 h", "20 h", "20 h"]
    read_back = State(phase="confirming")
    assert [person.next(read_back, {}) for _ in range(2)] == ["non", "oui"]


def test_a_person_answers_a_joint_question_and_what_is_missing_of_it():
    answers = {"name": ["Ada"], "phone": ["06"], "name+phone": ["Ada, au 06"]}
    person = Person(written(answers=answers))
    both = State(phase="collecting", asking=["phone", "name"])
    assert person.next(both, {}) == "Ada, au 06"
    assert person.next(State(phase="collecting", asking=["name", "date"]), {}) == "Ada"
    assert person.next(State(phase="collecting", asking=["date"]), {}) == "je ne sais pas"
    assert person.next(State(), {}) == "non merci, au revoir"


def test_a_person_says_once_what_is_read_back_wrong():
    answers = {"name": ["Ada Byron"], "date": ["samedi"]}
    expect = {"fields": {"name": "Ada Byron", "date": "2026-11-21", "time": "20:00"}}
    person = Person(written(answers=answers, expect=expect))
    read_back = State(phase="confirming")
    wrong = {"name": "Samedi", "date": "2026-11-21", "time": "19:00"}
    assert person.next(read_back, wrong) == "non, ce n'est pas le bon nom, Ada Byron"
    assert person.next(State(phase="correcting"), wrong) == "Ada Byron"
    assert person.next(read_back, wrong) == "oui, c'est bien ça"
    assert person.rectified == 1


def test_a_person_keeps_their_own_correction_for_the_recap_they_wrote_it_for():
    answers = {"date": ["samedi"], "confirm": ["non, dimanche", "oui"]}
    person = Person(written(answers=answers, expect={"fields": {"date": "2026-11-22"}}))
    read_back = State(phase="confirming")
    assert person.next(read_back, {"date": "2026-11-21"}) == "non, dimanche"
    assert person.next(read_back, {"date": "2026-11-21"}) == "non, samedi"
    assert person.next(read_back, {"date": "2026-11-22"}) == "oui"


def test_a_person_who_is_dismissed_says_once_more_what_they_called_for():
    person = Person(written(expect={"intent": "book"}))
    assert person.next(State(), {"intent": "question"}) == "oui, je voudrais réserver"
    assert person.next(State(), {"intent": "question"}) == "non merci, au revoir"
    asks = Person(written(expect={"intent": "question"}))
    when = State(phase="collecting", asking=["date"])
    assert "renseignement" in asks.next(when, {"intent": "book"})


def test_nobody_hears_more_than_so_many_turns():
    one = written(answers={"anything": ["glop"], "message": ["glop"]}, says=["glop"] * 40)
    assert play(one).turns <= 30


@pytest.mark.parametrize(
    ("expected", "found", "within", "right"),
    [
        ("Lefèvre", "lefevre", False, True),
        ("Lefèvre", "Lefèvre Paul", False, False),
        ("", None, False, True),
        ("", "Paul", False, False),
        (4, 4, False, True),
        (1, True, False, False),
        (["Ada", "Ada L."], "ada l", False, True),
        ("mal dos", "moi mal au dos", True, True),
        ("mal dos", "mal au genou", True, False),
        ("noix", None, True, False),
    ],
)
def test_values_are_compared_up_to_accents_case_and_punctuation(expected, found, within, right):
    assert same(expected, found, within=within) is right


def test_an_owner_is_compared_on_paths_of_the_blueprint():
    owner = written(
        side="owners",
        assistant=None,
        expect={
            "fields": {
                "hours.thu": [["18:00", "23:00"]],
                "fields": ["name", "numéro de chambre"],
                "faqs": 1,
                "notify.email": "a@b.fr",
            }
        },
    )
    fields = {
        "hours": {"thu": [["18:00", "23:00"]]},
        "fields": [
            {"key": "name", "label": "nom"},
            {"key": "room", "label": "Numéro de la chambre"},
        ],
        "faqs": [{"question": "Terrasse ?", "answer": "Oui"}],
        "notify": {"email": "a@b.fr"},
    }
    right = Played(owner, fields=fields, outcome="done")
    assert all(check.right for check in judge(right)), judge(right)
    less = Played(owner, fields={**fields, "fields": fields["fields"][:1]}, outcome="done")
    assert [check.name for check in judge(less) if not check.right] == ["fields"]


@pytest.fixture
def agenda():
    one = written(
        agenda={
            "full": ["2026-11-19T20:00"],
            "bookings": [
                {"name": "Ada", "phone": "+33612345678", "date": "2026-11-20", "time": "20:00"},
                {"name": "Bob", "phone": "+33600000000", "date": "2026-11-20", "time": "20:00"},
            ],
        }
    )
    return AgendaInMemory(one.made(), one.agenda, one.now)


def test_the_agenda_knows_what_is_full_closed_and_past(agenda):
    full = agenda.answer(FIND_SLOTS, {"date": "2026-11-19", "time": "20:00"})
    assert (full["free"], full["reason"]) == (False, "full")
    assert {"date": "2026-11-19", "time": "20:30"} in full["slots"]
    assert agenda.answer(FIND_SLOTS, {"date": "2026-11-19", "time": "20:30"})["free"]
    assert agenda.answer(FIND_SLOTS, {"date": "2026-11-23"})["reason"] == "closed"
    assert agenda.answer(FIND_SLOTS, {"date": "2026-11-17"})["reason"] == "past"
    booking = {"date": "2026-11-19", "time": "20:00", "name": "Ada"}
    assert agenda.answer(BOOK_SLOT, booking)["booked"] is False
    assert agenda.answer(BOOK_SLOT, booking | {"time": "20:30"})["booked"]
    assert datetime.fromisoformat("2026-11-19T20:30") in agenda.moments


def test_the_agenda_shows_a_caller_their_own_bookings_alone(agenda):
    (mine,) = agenda.answer(FIND_BOOKING, {"phone": "+33612345678"})["bookings"]
    assert agenda.answer(FIND_BOOKING, {"phone": "+33699999999"})["bookings"] == []
    assert agenda.answer(CANCEL_BOOKING, {"id": mine["id"]}) == {"cancelled": True}
    assert agenda.answer(CANCEL_BOOKING, {"id": mine["id"]}) == {"cancelled": False}


def test_the_agenda_takes_declared_arguments_only(agenda):
    with pytest.raises(jsonschema.ValidationError):
        agenda.answer(FIND_SLOTS, {"time": "20:00"})
    with pytest.raises(KeyError):
        agenda.answer("drop_table", {})
