"""The ways of saying dates and times, compiled from a language's `time.toml`.

A way of saying is plain words. `[x ]` may be left out, `(a|b)` is either; a hyphen or an apostrophe
after a letter may be missing; `{weekday}`, `{d}`, … are the holes below.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.text import fold

_HOLES = {
    "d": r"(?P<d>[0-3]?\d)(?:er|st|nd|rd|th|eme|(?!{pairs}))(?!\d|:\d)(?!{unit})",
    "day": r"[0-3]?\d(?!\d)",
    "mm": r"(?P<mm>[01]?\d)(?!\d)",
    "y": r"(?P<y>(?:19|20)\d\d)(?!\d)",
    "bd": r"(?P<d>[0-3]?\d)(?!\d|:\d)",
    "yy": r"(?P<yy>(?:(?:19|20)\s?)?\d\d(?:(?<=[2-9]0)\s[1-9])?)(?!\d)(?!{unit})",
    "n": r"(?P<n>\d{1,3})",
    "few": r"(?P<n>5|10|20|25)",
    "nth": r"(?P<nth>[1-5])(?:ere|er|eme|e|st|nd|rd|th)",
    "h": r"(?P<h>[0-2]?\d)(?!\d)(?!{thing})",
    "m": r"(?P<m>[0-5]\d)(?!\d)(?!{thing})",
    "hour": r"[0-2]?\d(?!\d)",
    "mi": r"(?P<m>[0-5]\d)(?!\d)(?!{unit})",
    "minute": r"[0-5]\d(?!\d)(?!{thing})(?!(?=[\s,]){unit})",
    "first": r"(?P<from>[0-2]?\d)(?!\d)",
    "bare": r"[0-2]?\d(?![\d/:])(?!{thing})(?!\s\d)",
}
_PAIRS = r"[\s,.]{1,2}\d\d[\s,.]{1,2}\d\d(?!\d)"  # the start of a phone number
_PIECE = re.compile(r"\{(\w+)\}|\s+|(?<=[^\W\d_])[-']|[\[\]()|]|[^\[\](){}|\s'-]+|.")
_NAMED = re.compile(r"\(\?P<(\w+)>")
_MARKS = {"[": "(?:", "]": ")?", "(": "(?:", ")": ")", "|": "|"}


@dataclass(frozen=True, slots=True)
class WhenRule:
    """One way of saying a date or a time: its pattern and what it means."""

    pattern: re.Pattern[str]
    means: dict[str, Any]


@lru_cache
def when_rules(kind: str, locale: str) -> tuple[WhenRule, ...]:
    """The rules of a language.

    Args:
        kind: `dates`, `times`, `told_times`, `bounds` or `periods`; a language may lack some.
        locale: `fr`, `en` or `he`.
    """
    rules = lexicon(locale).time.get(kind, ())
    return tuple(
        WhenRule(_compile(say, locale), {k: v for k, v in rule.items() if k != "say"})
        for rule in rules
        for say in rule["say"]
    )


@lru_cache
def names(kind: str, locale: str) -> dict[str, int]:
    """Weekday or month names, folded, with their number from 0."""
    table: list[list[str]] = lexicon(locale).time[kind]
    return {fold(name): index for index, group in enumerate(table) for name in group}


def _compile(say: str, locale: str) -> re.Pattern[str]:
    # In Hebrew `and` is written with the word it joins.
    joined = "|".join(lexicon(locale).time.get("joined", ()))
    lead = rf"(?:(?:{joined})-?)?" if joined else ""
    body = r"(?<![\w:/])" + lead + _translate(say, locale) + r"(?!\w)"
    seen: set[str] = set()
    return re.compile(_NAMED.sub(lambda match: _named_once(match, seen), body))


def _named_once(match: re.Match[str], seen: set[str]) -> str:
    """A hole that comes twice is kept where it comes first."""
    again = match.group(1) in seen
    seen.add(match.group(1))
    return "(?:" if again else match.group()


def _translate(say: str, locale: str) -> str:
    out = []
    for match in _PIECE.finditer(fold(say)):
        piece = match.group()
        if match.group(1):
            out.append(_hole(match.group(1), locale))
        elif piece in _MARKS:
            out.append(_MARKS[piece])
        elif piece.isspace():
            out.append(r"[\s,.]{1,5}")
        elif piece in {"-", "'"} and match.start() and fold(say)[match.start() - 1].isalpha():
            out.append(rf"{piece}?\s?")
        else:
            out.append(re.escape(piece))
    return "".join(out)


@lru_cache
def _hole(hole: str, locale: str) -> str:
    if hole in {"weekday", "month", "nth_day", "nth_month"}:
        options = sorted(names(f"{hole}s", locale), key=len, reverse=True)
        body = "|".join(re.escape(option) for option in options)
        return f"(?P<{hole}>{body})"
    if hole in {"from", "to"}:
        table = lexicon(locale).time
        body = "|".join(_translate(say, locale) for say in [*table["clock"], "{bare}"])
        return f"(?P<{hole}>{body})"
    if hole in {"clock", "until"}:
        body = "|".join(_translate(say, locale) for say in lexicon(locale).time["clock"])
        return f"(?P<{'from' if hole == 'clock' else 'to'}>{body})"
    return (
        _HOLES[hole]
        .replace("{pairs}", _PAIRS)
        .replace("{unit}", _words(("hour_units", "things"), locale))
        .replace("{thing}", _words(("things",), locale))
    )


@lru_cache
def _words(kinds: tuple[str, ...], locale: str) -> str:
    """Words after a number which say that it is no day of the month, or no hour."""
    table = lexicon(locale).time
    words = sorted((fold(word) for kind in kinds for word in table[kind]), key=len, reverse=True)
    return r"[\s,]{0,2}(?:" + "|".join(re.escape(word) for word in words) + r")(?![^\W\d_])"
