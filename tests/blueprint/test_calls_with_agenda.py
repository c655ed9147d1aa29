"""An assistant that keeps an agenda: it looks before it promises, and writes what was agreed."""

# ruff: noqa: DTZ001 - the agenda in memory keeps local hours

from datetime import datetime

import pytest
from bench.conversations.agenda import AgendaInMemory
from bench.conversations.written import Agenda

from allokoli.blueprint.agenda_tools import AGENDA_TOOLS
from allokoli.blueprint.guided import conversation
from allokoli.dialogue import plain_spaces

PHONE = "+33612345678"
BOOKED = {"name": "Martin", "phone": PHONE, "date": "2026-11-20", "time": "20:00", "party_size": 4}
EVERYTHING = "Une table pour 4 vendredi à 20 h au nom de Martin, 06 12 34 56 78, pas d'allergies"


class Line:
    """A call whose lookups an agenda answers, as the voice platform has them answered."""

    def __init__(self, blueprint, now, *, tools=AGENDA_TOOLS, answers=None, **written):
        self.blueprint, self.now, self.tools = blueprint, now, tools
        self.agenda = AgendaInMemory(
            blueprint, Agenda.model_validate(written), now.replace(tzinfo=None)
        )
        self.answers = answers or self.agenda.answer
        self.turns, self.known, self.asked = [], {}, []

    def say(self, text):
        self.turns.append(text)
        while True:
            self.state, self.reply = conversation(
                self.blueprint, self.turns, self.now, tools=self.tools, known=self.known
            )
            lookup = self.reply.lookup
            if lookup is None:
                return plain_spaces(self.reply.text)
            assert lookup.key not in self.known, "a lookup is never asked twice"
            self.asked.append(lookup.name)
            self.known[lookup.key] = self.answers(lookup.name, lookup.arguments)


@pytest.fixture
def line(open_mario, now):
    return lambda **more: Line(open_mario, now, **more)


def test_a_free_table_is_booked_once_the_caller_has_agreed(line):
    call = line()
    assert "Je récapitule" in call.say(EVERYTHING)
    assert call.asked == ["find_slots"]
    assert call.agenda.moments == []
    assert "votre réservation est enregistrée" in call.say("Oui, c'est ça.")
    assert call.agenda.moments == [datetime(2026, 11, 20, 20)]


def test_a_full_hour_is_refused_and_a_near_one_proposed_then_taken(line):
    call = line(full=["2026-11-20T20:00"])
    said = call.say(EVERYTHING)
    assert "complets vendredi 20 novembre à 20 h" in said
    assert "Je peux vous proposer vendredi 20 novembre à" in said
    said = call.say("Oui, ça me va.")
    assert "Je récapitule" in said
    call.say("oui")
    assert len(call.agenda.moments) == 1
    assert call.agenda.moments[0] != datetime(2026, 11, 20, 20)


@pytest.mark.parametrize(
    ("said", "proposed"),
    [("après 20 h", "20 h 30"), ("entre 20 h et 21 h", "20 h 30"), ("avant 20 h", "19 h 30")],
)
def test_what_is_proposed_keeps_to_the_hours_that_suit(line, said, proposed):
    full = ["2026-11-20T20:00"]
    heard = line(full=full).say(f"Une table pour 4 vendredi {said}")
    assert f"Je peux vous proposer vendredi 20 novembre à {proposed}" in heard


def test_a_table_taken_meanwhile_is_not_promised(line):
    call = line()
    call.say(EVERYTHING)
    call.agenda._full.add(datetime(2026, 11, 20, 20))
    said = call.say("oui")
    assert "complets" in said
    assert not call.reply.ended
    assert call.agenda.moments == []


def test_the_callers_own_booking_is_found_and_called_off(line):
    call = line(bookings=[BOOKED])
    call.say("Bonjour, je dois annuler ma réservation")
    said = call.say("Martin, 06 12 34 56 78")
    assert "vendredi 20 novembre" in said
    assert "votre réservation est annulée" in call.say("oui")
    assert call.agenda.moments == []


def test_nobody_calls_off_the_booking_of_another(line):
    call = line(bookings=[BOOKED])
    call.say("Je veux annuler la réservation de monsieur Martin")
    call.say("Martin, 06 99 99 99 99")
    said = call.say("vendredi")
    assert "20 h" not in said
    call.say("oui")
    assert call.agenda.moments == [datetime(2026, 11, 20, 20)]


def test_a_booking_is_moved(line):
    call = line(bookings=[BOOKED])
    call.say("Je voudrais déplacer ma réservation")
    call.say("Martin, 06 12 34 56 78")
    call.say("samedi à 21 h")
    assert "le changement est enregistré" in call.say("oui c'est bon")
    assert call.agenda.moments == [datetime(2026, 11, 21, 21)]


def test_a_confirmation_is_sent_when_the_caller_asks_for_one(line):
    call = line()
    call.say(EVERYTHING)
    call.say("Vous m'envoyez une confirmation par SMS ?")
    assert "confirmation vient de partir" in call.say("oui")
    assert call.asked[-1] == "send_confirmation"


def test_an_agenda_out_of_reach_loses_no_request(line):
    call = line(answers=lambda _name, _arguments: {"error": "timeout"})
    call.say(EVERYTHING)
    said = call.say("oui")
    assert call.reply.ended
    assert call.state.outcome == "done"
    assert "Au revoir" in said


@pytest.mark.parametrize("nonsense", [None, 3, "x", [], {"free": "?"}, {"slots": "x"}])
def test_nonsense_from_the_agenda_breaks_nothing(line, nonsense):
    call = line(answers=lambda _name, _arguments: nonsense if nonsense is not None else {})
    call.say(EVERYTHING)
    call.say("oui")
    assert call.reply.text


def test_the_knowledge_base_answers_what_the_owner_did_not_write(open_mario, now):
    call = Line(
        open_mario,
        now,
        tools=frozenset({"query_tool"}),
        answers=lambda _name, arguments: f"Le chef s'appelle Luigi. {len(arguments['query'])} !",
    )
    call.say("Une table pour 4 vendredi à 20 h")
    said = call.say("Comment s'appelle votre chef ?")
    assert "Le chef s'appelle Luigi." in said
    assert "nom" in said
