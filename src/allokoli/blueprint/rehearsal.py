"""Simulated callers, made from a blueprint: what they want, and what should come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from allokoli.blueprint.blueprint import Blueprint, CallerField, Intent
from allokoli.blueprint.caller import caller_fields
from allokoli.blueprint.caller_goals import booking_kind, message_slots
from allokoli.blueprint.opening_hours import speak_hours
from allokoli.blueprint.rehearsal_facts import (
    Days,
    Fact,
    days_of,
    facts_of,
    spoken_date,
    spoken_number,
    spoken_phone,
    spoken_time,
)
from allokoli.dialogue.lexicon import load

Kind = Literal["plain", "corrects", "asks", "out_of_scope", "closed"]
_MOST_NUMBER = 400


@dataclass(frozen=True, slots=True)
class Expectation:
    """What should come of a call.

    Attributes:
        intent: what the caller wanted, as it should be noted.
        outcomes: how the call may end.
        fields: what should be noted; none for a call that asks for nothing we do.
        heard: what the assistant should say at some point.
    """

    intent: Intent
    outcomes: frozenset[str]
    fields: Mapping[str, Any] = field(default_factory=dict)
    heard: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """What the caller takes back when everything is read back.

    Attributes:
        key: of the field.
        say: the sentence.
        fact: what holds then.
    """

    key: str
    say: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class SimulatedCaller:
    """Somebody who calls to see whether the assistant does its work.

    Attributes:
        kind: what is particular about them.
        opening: their first sentence.
        facts: what they answer, by field.
        expected: what should come of their call.
        yes, goodbye: how they agree and take leave.
        question: what they ask on the way, or "".
        correction: what they take back at the end, if anything.
        refused: answers they try first and that should be refused.
    """

    kind: Kind
    opening: str
    facts: Mapping[str, Fact]
    expected: Expectation
    yes: str
    goodbye: str
    question: str = ""
    correction: Correction | None = None
    refused: Mapping[str, Fact] = field(default_factory=dict)


def simulated_callers(blueprint: Blueprint, now: datetime) -> tuple[SimulatedCaller, ...]:
    """Two to five callers for any blueprint, the simplest first.

    Args:
        blueprint: of the assistant they will call.
        now: the present, aware; they ask for days after it.
    """
    words = load("allokoli.blueprint", blueprint.language, "rehearsal")
    caller_words = load("allokoli.blueprint", blueprint.language, "caller")
    kind = booking_kind(blueprint)
    fields = caller_fields(blueprint, caller_words)
    if kind is None:
        asked = message_slots(blueprint)
        fields = [one for one in fields if one.key in asked]
    else:
        keys = {one.key for one in blueprint.fields}
        fields = [one for one in fields if one.key in keys]
    days = days_of(blueprint, now)
    facts = facts_of(blueprint, fields, days)
    required = {one.key: facts[one.key].value for one in fields if one.required}
    plain = SimulatedCaller(
        kind="plain",
        opening=words["opening"][kind or "message"],
        facts=facts,
        expected=Expectation("book" if kind else "message", frozenset({"done"}), required),
        yes=words["yes"],
        goodbye=words["goodbye"],
    )
    made = (
        plain,
        _corrects(plain, blueprint, fields, days, words),
        _asks(plain, blueprint, words),
        _out_of_scope(plain, words),
        _closed(plain, blueprint, days),
    )
    return tuple(one for one in made if one is not None)


def _corrects(
    plain: SimulatedCaller,
    blueprint: Blueprint,
    fields: list[CallerField],
    days: Days,
    words: Mapping[str, Any],
) -> SimulatedCaller | None:
    """Takes a number, an hour or the telephone back when everything is read back."""
    for kind in ("number", "time", "phone"):
        for one in fields:
            if one.type != kind or not one.required:
                continue
            before = plain.facts[one.key]
            match kind:
                case "number":
                    fact = spoken_number(one.key, min(before.value + 1, _MOST_NUMBER), blueprint)
                case "time":
                    fact = spoken_time(days.later, blueprint)
                case _:
                    fact = spoken_phone(blueprint, other=True)
            if fact.value == before.value:
                continue
            said = str(words["correct"][kind]).format(say=fact.say)
            expected = {**plain.expected.fields, one.key: fact.value}
            return replace(
                plain,
                kind="corrects",
                correction=Correction(one.key, said, fact),
                expected=replace(plain.expected, fields=expected),
            )
    return None


def _asks(
    plain: SimulatedCaller, blueprint: Blueprint, words: Mapping[str, Any]
) -> SimulatedCaller | None:
    """Asks one of the owner's questions on the way, or the hours."""
    hours = blueprint.hours
    if blueprint.faqs:
        faq = blueprint.faqs[0]
        question, heard = str(words["aside"]).format(question=faq.question), faq.answer
    elif hours is not None and hours.any_open():
        question, heard = str(words["hours"]), speak_hours(hours, blueprint.language)
    else:
        return None
    expected = replace(plain.expected, heard=(heard,))
    return replace(plain, kind="asks", question=question, expected=expected)


def _out_of_scope(plain: SimulatedCaller, words: Mapping[str, Any]) -> SimulatedCaller:
    """Wants what no business answers, is told so politely and leaves."""
    expected = Expectation("other", frozenset({"left", "answered"}))
    opening = str(words["out_of_scope"])
    return replace(plain, kind="out_of_scope", opening=opening, facts={}, expected=expected)


def _closed(plain: SimulatedCaller, blueprint: Blueprint, days: Days) -> SimulatedCaller | None:
    """Wants to come when nobody is there, then takes another moment."""
    if "date" not in plain.facts:
        return None
    if days.closed is not None:
        refused = {"date": spoken_date(days.closed, blueprint)}
    elif days.outside is not None and "time" in plain.facts:
        refused = {"time": spoken_time(days.outside, blueprint)}
    else:
        return None
    return replace(plain, kind="closed", refused=refused)
