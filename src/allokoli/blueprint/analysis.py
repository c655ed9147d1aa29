"""What a guided call amounted to: structured data, a summary, success."""

from typing import Any

from allokoli.blueprint.blueprint import Blueprint, Intent
from allokoli.blueprint.caller import caller_fields
from allokoli.blueprint.caller_goals import ask_order, booking_kind, read_answers
from allokoli.dialogue import State
from allokoli.dialogue.lexicon import load

_GOAL_INTENTS: dict[str, Intent] = {
    "book": "book",
    "change": "change",
    "cancel": "cancel",
    "message": "message",
    "opt_out": "opt_out",
    "wrong_number": "wrong_number",
}
_NOTED: tuple[Intent, ...] = ("human", "urgent", "question", "book", "change", "cancel", "message")


def structured_data(blueprint: Blueprint, state: State) -> dict[str, Any]:
    """One key per blueprint field (None when unknown) plus `intent`, and `message` if left one.

    Dates are ISO, times `HH:MM`, phones E.164, numbers integers.
    """
    data: dict[str, Any] = {field.key: state.values.get(field.key) for field in blueprint.fields}
    kind = intent(state)
    if kind in {"message", "human", "urgent"} or state.values.get("message"):
        for key in ("name", "phone", "message"):
            data.setdefault(key, state.values.get(key))
    if kind == "message" and "reason" in data:
        data["reason"] = data["reason"] or data.get("message")
    data["intent"] = kind
    return data


def intent(state: State) -> Intent:
    """What the caller wanted."""
    noted = state.notes.get("intent")
    for kind in _NOTED:
        if noted == kind and not (kind == "question" and state.goal):
            return kind
    if state.goal:
        return _GOAL_INTENTS.get(state.goal, "other")
    return "other"


def success(state: State) -> bool:
    """Whether the caller got what they called for: confirmed, or answered."""
    return state.outcome in {"done", "answered", "noted"}


def summary(blueprint: Blueprint, state: State) -> str:
    """The call in a sentence or two, in the assistant's language."""
    locale = blueprint.language
    words = load("allokoli.blueprint", locale, "caller")
    report = words["summary"]
    kind = intent(state)
    what = report[kind]
    booking = booking_kind(blueprint)
    if kind == "book" and booking:
        what = words["book"][booking]["summary"]
    fields = {field.key: field for field in caller_fields(blueprint, words)}
    order = [(key, fields[key].type, fields[key].label) for key in ask_order(list(fields))]
    read = read_answers(state.values, order, words, locale)
    outcome = report["outcomes"].get(state.outcome or "interrupted", "")
    details = f"{report['colon']} {read}" if read else ""
    return f"{what}{details}. {outcome}".strip()
