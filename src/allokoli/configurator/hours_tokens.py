"""The words that opening hours are made of: days, times, dates, `closed`, `except`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import pairwise, zip_longest
from typing import Any, Literal

from allokoli.configurator.calendar_words import find_dates
from allokoli.configurator.owner_data import owner_data
from allokoli.dialogue.entities.times import find_time
from allokoli.dialogue.entities.when_patterns import names, when_rules
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import phrase_pattern
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Utterance

Kind = Literal[
    "days", "time", "bad_time", "range", "closed", "except", "open", "opening", "closing",
    "dates", "nonstop", "afternoon", "comma", "not", "break", "morning", "midday",
]  # fmt: skip
_WORDS: tuple[tuple[Kind, str], ...] = (
    ("nonstop", "around_the_clock"), ("closed", "closed"), ("except", "except"),
    ("opening", "opening"), ("closing", "closing"), ("afternoon", "afternoon"), ("not", "not_this"),
    ("comma", "parts_of_day"), ("break", "breaks"), ("morning", "morning"),
)  # fmt: skip
_DAYS = (("every_day", range(7)), ("week_days", range(5)), ("weekend", (5, 6)))
_HOURS_A_DAY = 24
_BARE = re.compile(r"(?<![\w:/.,])(\d{1,2})(?![\w:/]|[.,]\d)")
_MOST_TOKENS = 200
_LED_CHARS = 4
_ONE_PM = 13 * 60


@dataclass(frozen=True, slots=True)
class Token:
    """A word of opening hours.

    Attributes:
        kind: what it is.
        start, end: where it stands.
        value: days, a time as minutes since midnight, dates, the words of a bad time, or the
            times of a break when its own words tell them.
        sure: whether a time says which half of the day it is in.
        night: whether it says that it is before noon (`two in the morning`).
    """

    kind: Kind
    start: int
    end: int
    value: Any = None
    sure: bool = True
    night: bool = False


def hours_tokens(heard: Utterance, locale: str, today: date, country: str) -> list[Token]:
    """The tokens of a sentence, in order; where two overlap, the longer."""
    words = owner_data(locale)["hours"]
    folded = heard.folded
    found: list[Token] = []
    for kind, name in _WORDS:
        found += [Token(kind, *span) for span in _places(words[name], folded)]
    found += [
        Token("break", *span, [12 * 60, 14 * 60]) for span in _places(words["midday_break"], folded)
    ]
    for name, days in _DAYS:
        found += [Token("days", *span, list(days)) for span in _places(words[name], folded)]
    found += _day_names(folded, locale)
    found += _times(folded, locale)
    found += [
        Token("dates", start, end, days)
        for start, end, days in find_dates(folded, locale, today, country)
    ]
    for match in _range_pattern(locale).finditer(folded):
        found.append(Token("range", *match.span()))
    found += [Token("days", *span, []) for span in _places(words["other_days"], folded)]
    found += [Token("midday", *span) for span in _places(words["midday"], folded)]
    found += [
        Token("comma", *match.span()) for match in re.finditer(r"[,;](?=\s)|\.(?=\s)", folded)
    ]
    told = _with_bare_times(_longest(found), folded, words["until"])
    ands = owner_data(locale)["patterns"]["and_words"]
    kept = [  # `Tuesday and Thursday` are two days, `between nine and five` a range
        token
        for token, after in zip_longest(told, told[1:])
        if token.kind != "range"
        or after is None
        or after.kind != "days"
        or folded[token.start : token.end].strip() not in ands
    ]
    return _middays(_others(kept), folded, words["midday"])[:_MOST_TOKENS]


def _others(tokens: list[Token]) -> list[Token]:
    """The tokens less `otherwise` where the days themselves are told after it."""
    last, before = -1, ""
    for at, token in enumerate(tokens):
        if token.kind != "days":
            before = token.kind
        elif token.value and before not in {"closed", "except"}:
            last = at
    return [
        token for at, token in enumerate(tokens) if token.kind != "days" or token.value or at > last
    ]


def _middays(tokens: list[Token], folded: str, midday: Sequence[str]) -> list[Token]:
    """The tokens with noon as a part of the day where it is no hour (`le dimanche midi`)."""
    found = list(tokens)
    for at, (before, token) in enumerate(pairwise(tokens), start=1):
        following = tokens[at + 1].kind if at + 1 < len(tokens) else ""
        near = folded[before.end : token.start].strip() == "" and before.kind == "days"
        apart = near and following not in {"range", "time"}
        if apart and folded[token.start : token.end] in midday:
            found[at] = replace(token, kind="midday")
    return found


def _places(phrases: Sequence[str], folded: str) -> Iterator[tuple[int, int]]:
    for phrase in phrases:
        for match in phrase_pattern(phrase).finditer(folded):
            yield match.span()


def _day_names(folded: str, locale: str) -> Iterator[Token]:
    table = _days_by_name(locale)
    for match in _days_pattern(locale).finditer(folded):
        yield Token("days", *match.span(), [table[match.group(1)]])


@lru_cache
def _half(locale: str) -> str:
    """The words that tell the half of the day an hour is in; none where hours are always told."""
    return "|".join(re.escape(fold(word)) for word in owner_data(locale)["hours"]["halves"])


@lru_cache
def _days_by_name(locale: str) -> dict[str, int]:
    short = owner_data(locale)["hours"]["day_names"]
    more = {fold(name): day for day, group in enumerate(short) for name in group}
    return {**more, **names("weekdays", locale)}


@lru_cache
def _days_pattern(locale: str) -> re.Pattern[str]:
    options = sorted(_days_by_name(locale), key=len, reverse=True)
    joined, names = "|".join(lexicon(locale).time.get("joined", ())), map(re.escape, options)
    return re.compile(rf"(?<![\w'])(?:{joined})?({'|'.join(names)})(?![\w])s?\.?")


@lru_cache
def _range_pattern(locale: str) -> re.Pattern[str]:
    words = sorted(owner_data(locale)["hours"]["range"], key=len, reverse=True)
    plain = [re.escape(fold(word)) for word in words if word[0].isalpha()]
    return re.compile(rf"(?<!\w)(?:{'|'.join(plain)})(?!\w)|\s?[-–](?=\s?\w)")


def _times(folded: str, locale: str) -> Iterator[Token]:
    spans = {
        match.span()
        for rule in when_rules("times", locale)
        for match in rule.pattern.finditer(folded)
        # `14 heures et 19 heures`: two hours, not 14:19
        if not (match.group()[-1:].isdigit() and _marked_after(locale).match(folded, match.end()))
    }
    for first, end in spans:
        start = first
        said = folded[start:end]
        middle = _range_pattern(locale).search(said)
        if (
            middle
            and said[: middle.start()].strip().isdigit()
            and said[middle.end() :].strip()[:1].isdigit()
        ):
            continue  # `10 to 4` is a range here, not ten minutes to four
        said = _less_day(said, locale)
        start = end - len(said)
        digit = re.search(r"\d", said)
        if digit and said[: digit.start()].strip() in _before_time(locale):
            start += digit.start()
            said = said[digit.start() :]
        moment = find_time(Utterance.of(said, locale), locale, earliest_hour=0)
        if moment is not None:
            minutes = moment[0].hour * 60 + moment[0].minute
            halves = _half(locale)
            sure = not halves or minutes >= _ONE_PM or re.search(halves, said) is not None
            small = owner_data(locale)["hours"]["small_hours"]
            told = any(
                said.endswith(fold(word)) or folded[end:].lstrip().startswith(fold(word))
                for word in small
            )
            yield Token("time", start, end, minutes, sure, told)
    for match in _marked_hour(locale).finditer(folded):
        hour = int(match.group(1))
        if hour == _HOURS_A_DAY:
            yield Token("time", *match.span(), _HOURS_A_DAY * 60)
        elif hour > _HOURS_A_DAY:
            yield Token("bad_time", *match.span(), match.group().strip())
    for match in re.finditer(r"(?<![\w/])(\d{1,2})\s?[:h]\s?(\d\d)(?!\w)", folded):
        if int(match.group(1)) > _HOURS_A_DAY or int(match.group(2)) >= 60:  # noqa: PLR2004
            yield Token("bad_time", *match.span(), match.group().strip())


def _less_day(said: str, locale: str) -> str:
    """`Till Sunday, noon to two`: the day is no part of the hour."""
    day = _days_pattern(locale).match(said)
    return said[day.end() :].lstrip(" ,") if day else said


@lru_cache
def _before_time(locale: str) -> frozenset[str]:
    """Words that lead to a time and are no part of it: the `à` of `de 9 à 19 h` is a range."""
    return frozenset(fold(word) for word in owner_data(locale)["hours"]["before_time"])


@lru_cache
def _marked_hour(locale: str) -> re.Pattern[str]:
    marks = "|".join(re.escape(fold(mark)) for mark in owner_data(locale)["hours"]["hour_marks"])
    return re.compile(rf"(?<![\w:/])(\d{{1,3}})\s*(?:{marks})(?![\w/])")


@lru_cache
def _marked_after(locale: str) -> re.Pattern[str]:
    marks = "|".join(re.escape(fold(mark)) for mark in owner_data(locale)["hours"]["hour_marks"])
    return re.compile(rf"\s*(?:{marks})(?![\w/])")


def _longest(found: list[Token]) -> list[Token]:
    kept: list[Token] = []
    for token in sorted(found, key=lambda item: (item.start - item.end, item.start)):
        if all(token.end <= other.start or other.end <= token.start for other in kept):
            kept.append(token)
    return sorted(kept, key=lambda item: item.start)


def _with_bare_times(tokens: list[Token], folded: str, until: Sequence[str]) -> list[Token]:
    """Lone numbers on either side of a range word are hours too (`de 9 à 18 h`)."""
    taken = [(token.start, token.end) for token in tokens]
    ranges = [token for token in tokens if token.kind == "range"]
    lasts = [token for token in ranges if folded[token.start : token.end].strip() in until]
    times = {token.start: token for token in tokens if token.kind == "time"}
    ends = {token.end for token in times.values()}
    bare = [
        match
        for match in _BARE.finditer(folded)
        if all(match.end() <= start or end <= match.start() for start, end in taken)
    ]
    starts = {match.start() for match in bare} | set(times)
    stops = {match.end() for match in bare} | ends
    found = list(tokens)
    for match in bare:
        opens = any(_near(match.end(), item.start) and _meets(item.end, starts) for item in ranges)
        closes = any(_near(item.end, match.start()) and _met(item.start, stops) for item in ranges)
        led = any(
            item.kind in {"opening", "closing"} and 0 <= match.start() - item.end <= _LED_CHARS
            for item in tokens
        )
        last = any(_near(item.end, match.start()) for item in lasts)  # `Friday till 2`
        if not opens and not closes and not led and not last:
            continue
        hour = int(match.group(1))
        if hour > _HOURS_A_DAY:
            found.append(Token("bad_time", *match.span(), match.group()))
        else:
            found.append(Token("time", *match.span(), hour * 60, sure=hour > 12))  # noqa: PLR2004
    return sorted(found, key=lambda item: item.start)


def _near(end: int, start: int) -> bool:
    return 0 <= start - end <= 1


def _meets(end: int, starts: set[int]) -> bool:
    return any(end + gap in starts for gap in (0, 1))


def _met(start: int, stops: set[int]) -> bool:
    return any(start - gap in stops for gap in (0, 1))


def day_run(first: int, last: int) -> list[int]:
    """The weekdays from one to another, both included."""
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]
