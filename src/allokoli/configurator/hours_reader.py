"""Opening hours as owners say them (`du mardi au samedi de 12h à 14h et de 19h à 22h`)."""

import re
from typing import Any

from allokoli.blueprint.blueprint import WEEKDAYS
from allokoli.dialogue.entities.times import find_time
from allokoli.dialogue.entities.when_patterns import names
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Utterance


def read_hours(data: dict[str, Any], heard: Utterance, locale: str) -> dict[str, Any] | None:
    """The week's hours by weekday key, or None when none were said."""
    patterns = data["patterns"]
    week: dict[str, list[list[str]]] = {day: [] for day in WEEKDAYS}
    found = False
    days: list[int] = []
    for clause in _clauses(heard.text, locale):
        part = Utterance.of(clause, locale)
        said = _days(part.folded, patterns, locale)
        closed = find_phrase(patterns["closed"], part.folded) is not None
        days = said or days or list(range(7))
        if closed:
            for day in said:
                week[WEEKDAYS[day]] = []
            continue
        intervals = _intervals(part, locale)
        for day in days if intervals else []:
            found = True
            week[WEEKDAYS[day]] += [item for item in intervals if item not in week[WEEKDAYS[day]]]
    return {day: slots for day, slots in week.items() if slots} if found else None


def _clauses(text: str, locale: str) -> list[str]:
    """The sentence cut before each new group of days."""
    weekdays = "|".join(re.escape(day) for day in names("weekdays", locale))
    cut = re.compile(rf"[,;.]\s+(?=[^,;.]*\b(?:{weekdays})\b)")
    folded = fold(text)
    parts, at = [], 0
    for match in cut.finditer(folded):
        parts.append(text[at : match.start()])
        at = match.end()
    return [*parts, text[at:]]


def _days(folded: str, patterns: dict[str, list[str]], locale: str) -> list[int]:
    if find_phrase(patterns["every_day"], folded):
        return list(range(7))
    table = names("weekdays", locale)
    options = "|".join(sorted((re.escape(day) for day in table), key=len, reverse=True))
    to = "|".join(re.escape(word) for word in lexicon(locale).time["range_words"])
    run = re.search(rf"\b({options})s?\s+(?:{to})\s+({options})", folded)
    if run:
        first, last = table[run.group(1)], table[run.group(2)]
        span = (last - first) % 7 + 1
        return [(first + step) % 7 for step in range(span)]
    listed = [table[match] for match in re.findall(rf"\b({options})s?\b", folded)]
    if listed:
        return listed
    if find_phrase(patterns["week_days"], folded):
        return list(range(5))
    return [5, 6] if find_phrase(patterns["weekend"], folded) else []


def _intervals(part: Utterance, locale: str) -> list[list[str]]:
    times = []
    while True:
        found = find_time(part, locale, earliest_hour=0)
        if found is None:
            break
        times.append((found[1][0], found[0]))
        part.use(found[1])
    ordered = [moment.strftime("%H:%M") for _, moment in sorted(times)]
    return [list(pair) for pair in zip(ordered[::2], ordered[1::2], strict=False)]
