"""The ways of saying dates and times, compiled from a language's `time.toml`."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.text import fold

_HOLES = {
    "d": r"(?P<d>[0-3]?\d)(?:er|st|nd|rd|th|eme)?(?!\d)",
    "mm": r"(?P<mm>[01]?\d)(?!\d)",
    "y": r"(?P<y>(?:19|20)\d\d)",
    "n": r"(?P<n>\d{1,3})",
    "h": r"(?P<h>[0-2]?\d)(?!\d)",
    "m": r"(?P<m>[0-5]\d)(?!\d)",
}


@dataclass(frozen=True, slots=True)
class WhenRule:
    """One way of saying a date or a time: its pattern and what it means."""

    pattern: re.Pattern[str]
    means: dict[str, Any]


@lru_cache
def when_rules(kind: str, locale: str) -> tuple[WhenRule, ...]:
    """The rules of a language.

    Args:
        kind: `dates` or `times`.
        locale: `fr`, `en` or `he`.
    """
    rules = lexicon(locale).time[kind]
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
    holes = dict(_HOLES)
    for kind, hole in (("weekdays", "weekday"), ("months", "month")):
        options = sorted(names(kind, locale), key=len, reverse=True)
        holes[hole] = f"(?P<{hole}>" + "|".join(re.escape(option) for option in options) + ")"
    out, at = [], 0
    folded = fold(say)
    for match in re.finditer(r"\{(\w+)\}|\s+", folded):
        out.append(re.escape(folded[at : match.start()]))
        out.append(holes[match.group(1)] if match.group(1) else r"[\s,.]{1,3}")
        at = match.end()
    out.append(re.escape(folded[at:]))
    return re.compile(r"(?<![\w:/])" + "".join(out) + r"(?![\w])")
