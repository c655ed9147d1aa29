"""Whether what came of a simulated call is what should have."""

import re
from datetime import date, time
from typing import Any

from allokoli.blueprint.blueprint import STANDARD_TYPES, Blueprint
from allokoli.blueprint.rehearsal import SimulatedCaller
from allokoli.blueprint.wording import echo_time, speak_date, speak_value
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import content_stems
from allokoli.dialogue.text import fold

_ENOUGH = 0.6
_PHONE_DIGITS = 8
_WORDS = re.compile(r"\w+")


def noted(expected: Any, found: Any) -> bool:
    """Whether a field holds what the caller meant; words may be shortened or completed."""
    if not isinstance(expected, str) or not isinstance(found, str):
        return bool(expected == found)
    wanted, held = _plain(expected), _plain(found)
    return bool(held) and (wanted in held or held in wanted)


def told(answer: str, said: str, locale: str) -> bool:
    """Whether most of an answer was said, in those words or about those."""
    ignored = frozenset(lexicon(locale).words["stop"])
    wanted = content_stems(fold(answer), ignored)
    if not wanted:
        return _plain(answer) in _plain(said)
    return len(wanted & content_stems(fold(said), ignored)) >= _ENOUGH * len(wanted)


def unread(blueprint: Blueprint, caller: SimulatedCaller, said: str) -> tuple[str, ...]:
    """The fields that an assistant never read back rightly, by what it said alone.

    Args:
        blueprint: of the assistant.
        caller: who talked with it.
        said: everything the assistant said.
    """
    kinds: dict[str, str] = {field.key: field.type for field in blueprint.fields}
    return tuple(
        key
        for key, value in caller.expected.fields.items()
        if not _read(kinds.get(key) or STANDARD_TYPES.get(key, "text"), value, said, blueprint)
    )


def _read(kind: str, value: Any, said: str, blueprint: Blueprint) -> bool:
    locale = blueprint.language
    match kind:
        case "phone":
            return str(value)[-_PHONE_DIGITS:] in re.sub(r"\D", "", said)
        case "number":
            return str(value) in _WORDS.findall(said)
        case "text":
            return told(str(value), said, locale)
        case "date":
            forms = _dates(date.fromisoformat(value), locale)
        case "time":
            spoken = speak_value("time", value, locale)
            forms = (spoken, echo_time(time.fromisoformat(value), locale), value)
        case _:
            forms = (speak_value(kind, value, locale),)
    plain = _plain(said)
    return any(_plain(one) in plain for one in forms)


def _dates(day: date, locale: str) -> tuple[str, ...]:
    months = lexicon(locale).time["months"][day.month - 1]
    first = lexicon(locale).time["says"].get("first", "1") if day.day == 1 else str(day.day)
    return (
        speak_date(day, locale),
        *(f"{first} {month}" for month in months),
        *(f"{month} {first}" for month in months),
        day.isoformat(),
        f"{day.day}.{day.month}",
        f"{day.day}/{day.month}",
    )


def _plain(text: str) -> str:
    return " ".join(_WORDS.findall(fold(text)))
