"""Simulated callers: made from any blueprint, they pass on a sound one and fail on a broken one."""

from dataclasses import replace

import pytest

from allokoli.blueprint import Blueprint
from allokoli.blueprint.blueprint import WEEKDAYS
from allokoli.blueprint.catalog import templates
from allokoli.blueprint.rehearsal import simulated_callers
from allokoli.blueprint.rehearsal_check import rehearse
from allokoli.blueprint.rehearsal_hearing import asked
from allokoli.blueprint.rehearsal_judging import unread
from allokoli.blueprint.rehearsal_speaker import CONFIRM, Speaker

LOCALES = ("fr", "en", "he")
TEMPLATES = [(item.key, locale) for locale in LOCALES for item in templates(locale)]
ALL_KINDS = ["plain", "corrects", "asks", "out_of_scope", "closed"]


def changed(blueprint, **changes):
    return Blueprint.model_validate({**blueprint.model_dump(mode="json"), **changes})


def blueprint_of(key, locale):
    return next(item.blueprint for item in templates(locale) if item.key == key)


def kinds(callers):
    return [caller.kind for caller in callers]


def failures(blueprint, now, callers):
    return {one.caller.kind: set(one.missing) for one in rehearse(blueprint, now, callers)
            if not one.passed}  # fmt: skip


@pytest.mark.parametrize(("key", "locale"), TEMPLATES)
def test_every_template_passes_its_rehearsal_in_every_language(key, locale, now):
    blueprint = blueprint_of(key, locale)
    rehearsed = rehearse(blueprint, now)
    assert 2 <= len(rehearsed) <= 5
    for one in rehearsed:
        assert one.passed, (one.caller.kind, one.missing, one.transcript)
        said = " ".join(text for who, text in one.transcript if who == "assistant")
        assert unread(blueprint, one.caller, said) == (), (one.caller.kind, said)


def test_a_restaurant_is_called_by_all_five(open_mario, now):
    callers = simulated_callers(open_mario, now)
    assert kinds(callers) == ALL_KINDS
    plain, corrects, asks, _, closed = callers
    assert plain.expected.fields["date"] == "2026-11-20"
    assert plain.expected.fields["phone"].startswith("+33")
    assert corrects.expected.fields["party_size"] == plain.expected.fields["party_size"] + 1
    assert "terrasse" in asks.question
    assert closed.refused["date"].value == "2026-11-22"


def test_an_assistant_that_only_takes_messages_has_callers_who_leave_one(now):
    blueprint = Blueprint(name="Accueil", greeting="Bonjour !")
    callers = simulated_callers(blueprint, now)
    assert kinds(callers) == ["plain", "corrects", "out_of_scope"]
    assert failures(blueprint, now, callers) == {}


def test_a_business_open_every_day_is_asked_for_an_hour_it_is_closed(mario, now):
    every_day = {day: [["19:00", "22:30"]] for day in WEEKDAYS}
    blueprint = changed(mario, hours=every_day)
    closed = simulated_callers(blueprint, now)[-1]
    assert closed.refused["time"].value == "15:30"
    assert failures(blueprint, now, (closed,)) == {}


def test_nights_past_midnight_and_exceptional_days_are_respected(mario, now):
    blueprint = changed(
        mario,
        hours={
            "fri": [["22:00", "04:00"]],
            "exceptions": [{"date": "2026-11-20", "slots": []}],
        },
    )
    callers = simulated_callers(blueprint, now)
    assert callers[0].expected.fields["date"] == "2026-11-27"
    assert callers[0].expected.fields["time"] >= "22:00"
    assert failures(blueprint, now, callers) == {}


def test_fields_of_every_type_are_answered(mario, now):
    own = [
        {"key": "vegan", "label": "Y a-t-il des végétaliens", "type": "yes_no"},
        {"key": "room", "label": "salle", "type": "choice", "choices": ["terrasse", "salon"]},
        {"key": "occasion", "label": "occasion", "type": "text"},
        {"key": "email", "label": "adresse e-mail", "type": "email"},
    ]
    fields = [*mario.model_dump(mode="json", exclude_none=True)["fields"], *own]
    blueprint = changed(mario, fields=fields, faqs=[])
    callers = simulated_callers(blueprint, now)
    assert callers[0].expected.fields["vegan"] is True
    assert callers[0].expected.fields["room"] == "terrasse"
    assert failures(blueprint, now, callers) == {}


def test_an_assistant_that_forgets_a_field_fails(mario, now):
    fields = [field for field in mario.model_dump(mode="json", exclude_none=True)["fields"]
              if field["key"] not in {"phone", "party_size"}]  # fmt: skip
    broken = changed(mario, fields=fields)
    missing = failures(broken, now, simulated_callers(mario, now))
    assert "party_size" in missing["plain"]
    assert missing.keys() >= {"plain", "corrects", "asks"}


def test_an_assistant_that_lost_its_answers_fails_who_asks(mario, now):
    broken = changed(mario, faqs=[])
    assert failures(broken, now, simulated_callers(mario, now)) == {"asks": {"answer"}}


def test_an_assistant_that_takes_any_day_fails_who_comes_on_a_closed_one(open_mario, now):
    broken = changed(open_mario, hours=None)
    assert "date" in failures(broken, now, simulated_callers(open_mario, now))["closed"]


def test_an_assistant_that_no_longer_books_fails(mario, now):
    broken = changed(mario, services=["information"])
    assert "intent" in failures(broken, now, simulated_callers(mario, now))["plain"]


def test_an_assistant_closed_for_good_fails_its_own_rehearsal(mario, now):
    days = [f"2026-{month:02d}-{day:02d}" for month in (11, 12) for day in range(1, 31)]
    closed = [{"date": day, "slots": []} for day in days]
    hours = {"mon": [["09:00", "12:00"]], "exceptions": closed[-45:]}
    broken = changed(mario, hours=hours)
    assert "date" in failures(broken, now, None)["plain"]


def test_the_speaker_answers_what_is_asked_and_nothing_else(open_mario, now):
    plain = simulated_callers(open_mario, now)[0]
    line = Speaker(plain)
    assert line.next_line([], "Bonjour") == plain.opening
    assert line.next_line(["party_size"], "Pour combien ?") == plain.facts["party_size"].say
    both = line.next_line(["name", "phone"], "Votre nom et votre numéro ?")
    assert both == f"{plain.facts['name'].say}, {plain.facts['phone'].say}"
    assert line.next_line([CONFIRM], "C'est bien cela ?") == plain.yes
    assert line.next_line([], "Puis-je faire autre chose.") == plain.goodbye


def test_the_speaker_gives_all_that_is_missing_to_a_question_it_does_not_know(open_mario, now):
    plain = simulated_callers(open_mario, now)[0]
    line = Speaker(plain)
    line.next_line([], "Bonjour")
    said = line.next_line([], "Dites-moi tout, que vous faut-il ?")
    assert all(fact.say in said for fact in plain.facts.values())


def test_the_speaker_agrees_once_with_a_read_back_it_does_not_know(open_mario, now):
    plain = simulated_callers(open_mario, now)[0]
    line = Speaker(plain)
    line.next_line([], "Bonjour")
    line.next_line(list(plain.facts), "Dites-moi tout ?")
    assert line.next_line([], "Vendredi pour quatre, c'est juste ?") == plain.yes
    assert line.next_line([], "Voulez-vous autre chose ?") == plain.goodbye


def test_the_speaker_loses_patience_with_an_assistant_that_repeats_itself(open_mario, now):
    plain = simulated_callers(open_mario, now)[0]
    line = Speaker(plain)
    said = [line.next_line(["date"], "Quel jour ?") for _ in range(8)]
    assert said[-1] == plain.goodbye


def test_what_is_asked_is_heard_from_the_words_alone(open_mario, now):
    def heard(said):
        return asked(open_mario, said, now)

    assert heard("Parfait ! Pour combien de personnes, et pour quel jour ?") == [
        "party_size",
        "date",
    ]
    assert heard("Je récapitule : pour 4 personnes. C'est bien cela ?") == [CONFIRM]
    assert heard("Très bien. Et quel est le nom, et votre numéro de téléphone ?") == [
        "name",
        "phone",
    ]
    assert heard("Merci de votre appel. Au revoir !") == []


def test_what_was_not_read_back_is_told(open_mario, now):
    plain = simulated_callers(open_mario, now)[0]
    name = plain.facts["name"].value
    said = f"Vendredi 20 novembre à 13h, au nom de {name}, pour quatre, tél. 06.12.34.56.78."
    left = unread(open_mario, plain, said)
    assert "name" not in left
    assert "date" not in left
    assert "phone" not in left
    assert "party_size" in left
    wrong = replace(plain, expected=replace(plain.expected, fields={"date": "2026-11-21"}))
    assert unread(open_mario, wrong, said) == ("date",)
