"""What callers may want of an assistant, with how each is read back and closed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any

from allokoli.blueprint.blueprint import Blueprint
from allokoli.blueprint.caller_agenda import Agenda
from allokoli.blueprint.wording import speak_date, speak_time, speak_value
from allokoli.dialogue import Goal, Slot
from allokoli.dialogue.lexicon import lexicon

_ASK_ORDER = ("party_size", "guests", "date", "time", "nights", "reason", "name", "phone")
_KINDS = {
    "reservation": "reservation",
    "appointment": "appointment",
    "order": "order",
    "qualification": "request",
    "support": "request",
}
_CONTACT = ("name", "phone")
_TOLD = frozenset({"message", "reason"})
"""What the words of a message tell."""
_SIZES = ("party_size", "guests")


def caller_goals(
    blueprint: Blueprint, data: dict[str, Any], slots: Sequence[Slot], tools: frozenset[str]
) -> tuple[Goal, ...]:
    """The goals of a blueprint, most urgent first.

    Args:
        blueprint: what the owner said.
        data: the words of the caller's language.
        slots: the form's slots.
        tools: names of the functions that can be called.
    """
    goals = data["goals"]
    keys = [slot.key for slot in slots]
    contact = tuple(key for key in _CONTACT if key in keys)
    when = tuple(key for key in ("date", "time") if blueprint.field(key))
    fields = frozenset(field.key for field in blueprint.fields)
    agenda = Agenda(tools, fields, data, blueprint.language)
    found = [_at_once(key, goals[key]) for key in ("opt_out", "wrong_number")]
    for key, needed in (("cancel", when[:1]), ("change", when)):
        order = contact + needed if agenda.kept else needed + contact
        goal = _asked(key, goals[key], order, blueprint, data, slots)
        found.append(_in_agenda(goal, goals[key], agenda) if agenda.kept else goal)
    left = message_slots(blueprint)
    message = _asked("message", goals["message"], left, blueprint, data, slots)
    kind = booking_kind(blueprint)
    if kind != "request":
        found.append(message)
    if kind:
        book = _book(data["book"][kind], blueprint, data, slots)
        if agenda.kept:
            book = replace(book, check=agenda.is_free, commit=agenda.book)
        found.append(book)
    if kind == "request":  # who asks to be called back about it makes a request
        found.append(message)
    return tuple(found)


def message_slots(blueprint: Blueprint) -> tuple[str, ...]:
    """What is asked of who leaves a message: all that the owner asks where nothing is booked."""
    asked = () if booking_kind(blueprint) else [field.key for field in blueprint.fields]
    others = [key for key in dict.fromkeys((*_CONTACT, *asked)) if key not in _TOLD]
    return ("message", *ask_order(others))


def _in_agenda(goal: Goal, words: dict[str, Any], agenda: Agenda) -> Goal:
    """A cancellation or a change that the agenda carries out."""

    def closing(_values: Mapping[str, Any], result: Mapping[str, Any]) -> str:
        return str(words["closing" if result.get("unknown") else "closing_done"])

    changes = goal.key == "change"
    return replace(
        goal,
        closing=closing,
        check=agenda.to_change if changes else agenda.to_cancel,
        commit=agenda.change if changes else agenda.cancel,
    )


def booking_kind(blueprint: Blueprint) -> str | None:
    """Which of the booking wordings fits: reservation, appointment, order, request, or none."""
    for service, kind in _KINDS.items():
        if service in blueprint.services:
            return kind
    return None


def _at_once(key: str, words: dict[str, Any]) -> Goal:
    return Goal(
        key=key,
        phrases=tuple(words["phrases"]),
        hints=tuple(words.get("hints", ())),
        examples=tuple(words["examples"]),
        closing=lambda _values, _result: str(words["closing"]),
        at_once=True,
        action=key,
    )


def _asked(
    key: str,
    words: dict[str, Any],
    needed: tuple[str, ...],
    blueprint: Blueprint,
    data: dict[str, Any],
    slots: Sequence[Slot],
) -> Goal:
    asks: dict[str, tuple[str, ...]] = {
        name: (str(words[name]),) for name in ("date", "time") if name in words
    }
    together = [(("name", "phone"), _together(data, ("name", "phone")))]
    if "together" in words:
        together.insert(0, (("date", "time"), str(words["together"])))
    also = tuple(slot.key for slot in slots if slot.key in _SIZES and key == "change")
    return Goal(
        key=key,
        phrases=tuple(words["phrases"]),
        # Where no day is kept, "I've a queue" or "I can't come in" speaks of no booking.
        hints=tuple(words.get("hints", ())) if "date" in needed or key == "message" else (),
        examples=tuple(words["examples"]),
        stories=tuple(words.get("stories", ())),
        newest=key == "change",
        slots=needed,
        also=also,
        opening=str(words["opening"]),
        recap=_recap(words["recap"], (*needed, *also), blueprint, data, slots),
        closing=lambda _values, _result: str(words["closing"]),
        together=tuple(together),
        asks=asks,
        action=key,
    )


def _book(
    words: dict[str, Any], blueprint: Blueprint, data: dict[str, Any], slots: Sequence[Slot]
) -> Goal:
    keys = [field.key for field in blueprint.fields]
    ordered = ask_order(keys)
    together = tuple(
        (tuple(entry["keys"]), str(entry["ask"]))
        for entry in data["together"]
        if set(entry["keys"]) <= set(keys)
    )

    def closing(values: Mapping[str, Any], result: Mapping[str, Any]) -> str:
        said = str(words["closing"]).format(when=_when(values, blueprint.language))
        return f"{data['agenda']['sent']} {said}" if result.get("sent") else said

    return Goal(
        key="book",
        phrases=tuple(words["phrases"]),
        hints=tuple(words.get("hints", ())),
        examples=tuple(words["examples"]),
        told=tuple(data["sectors"].get(blueprint.sector, {}).get("told", ())),
        tells="reason" if "reason" in keys else "",
        slots=tuple(ordered),
        opening=str(words["opening"]),
        recap=_recap(words["recap"], tuple(ordered), blueprint, data, slots),
        closing=closing,
        together=together,
        implied_by=frozenset(keys)
        - {"name", "phone", "message", "reason", "allergies", "birth_date"},
        action="book",
    )


def _together(data: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((str(e["ask"]) for e in data["together"] if tuple(e["keys"]) == keys), "")


def _when(values: Mapping[str, Any], locale: str) -> str:
    parts = []
    says = lexicon(locale).time["says"]
    if values.get("date"):
        day = speak_date(date.fromisoformat(values["date"]), locale)
        parts.append(str(says.get("on", "{date}")).format(date=day))
    if values.get("time"):
        moment = speak_time(time.fromisoformat(values["time"]), locale)
        parts.append(str(says["at"]).format(time=moment))
    return (str(says.get("when_lead", " ")) + " ".join(parts)) if parts else ""


def _recap(
    head: str,
    keys: tuple[str, ...],
    blueprint: Blueprint,
    data: dict[str, Any],
    slots: Sequence[Slot],
) -> Callable[[Mapping[str, Any]], str]:
    kinds = {slot.key: (slot.type, slot.label) for slot in slots}

    def recap(values: Mapping[str, Any]) -> str:
        read = read_answers(values, [(key, *kinds[key]) for key in keys if key in kinds], data,
                            blueprint.language)  # fmt: skip
        return f"{head} {read}. {data['recap']['end']}"

    return recap


def read_answers(
    values: Mapping[str, Any],
    fields: Sequence[tuple[str, str, str]],
    data: dict[str, Any],
    locale: str,
) -> str:
    """The answers in a row, as they are read back: (key, type, label) in that order."""
    parts: list[str] = []
    previous = ""
    for key, kind, label in fields:
        if values.get(key) is None:
            continue
        words = data["fields"].get(key, {})
        template = words.get("read", data["fields"]["other"]["read"])
        if values[key] == 1:
            template = words.get("read_one", template)
        value = speak_value(key if key == "birth_date" else kind, values[key], locale)
        said = template.format(value=value, label=label.rstrip(" ?"))
        if key == "time" and previous == "date":
            parts[-1] += f" {said}"
        else:
            parts.append(said)
        previous = key
    return ", ".join(parts)


def ask_order(keys: Sequence[str]) -> list[str]:
    """The order fields are asked and read back in."""
    ordered = [key for key in _ASK_ORDER if key in keys]
    return ordered + [key for key in keys if key not in ordered]
