"""Hours as people say them (`20h30`, `midi et quart`, `après 17 h`, `half past seven`)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from allokoli.dialogue.entities.when import When
from allokoli.dialogue.entities.when_patterns import when_rules
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.utterance import Span, Utterance

_NOON = 12
_HOURS = 24
_MINUTES = 60
_DAY_MINUTES = _HOURS * _MINUTES
_LAST_NIGHT_HOUR = 2
_FIRST_EVENING_HOUR = 5
_ABOUT_MINUTES = 30
_ROUND_MINUTES = 5
_BARE = re.compile(r"(?<![\w:/])([0-2]?\d)(?:[\s:.]+([0-5]\d))?(?![\w/])(?!(?<=\b1)\s+[a-z])")
_FOUR_DIGITS = re.compile(r"(?<![\w:/])([0-2]\d)([0-5]\d)(?![\w/:])")


@dataclass(frozen=True, slots=True)
class _Clock:
    """What reading an hour depends on besides its words."""

    locale: str
    earliest_hour: int
    part: str | None
    now: time | None = None
    asked: bool = True


def find_time(
    utterance: Utterance,
    locale: str,
    *,
    earliest_hour: int,
    part: str | None = None,
    asked: bool = True,
) -> tuple[time, Span] | None:
    """The first hour said, preferring the fullest wording at each place.

    Args:
        utterance: the sentence; spans already used are skipped.
        locale: its language.
        earliest_hour: an hour below it is moved to the afternoon when nothing says otherwise.
        part: part of the day known from before (`morning`, `afternoon`, `evening`, `midi`).
        asked: whether the hour was just asked, so that a part of the day may stand for it.
    """
    folded = _legible(utterance, locale)
    part = find_part_of_day(folded, locale) or part
    clock = _Clock(locale, earliest_hour, part, asked=asked)
    return _first(_less_told(_without_durations(folded, locale), locale), clock)


def find_when(
    utterance: Utterance,
    locale: str,
    *,
    earliest_hour: int,
    part: str | None = None,
    now: time | None = None,
    asked: bool = True,
) -> tuple[When[time], Span] | None:
    """The first hour said, with the limits said around it (`entre 19 et 20 h`).

    Args:
        utterance: the sentence; spans already used are skipped.
        locale: its language.
        earliest_hour: an hour below it is moved to the afternoon when nothing says otherwise.
        part: part of the day known from before (`morning`, `afternoon`, `evening`, `midi`).
        now: the present hour, for `dans une heure`; without it that says nothing.
        asked: whether the hour was just asked, so that a part of the day may stand for it.

    Returns:
        The hour and its limits, and where they were said. A vague moment (`dans la soirée`) has
        limits and no hour; it is given when no hour was said.
    """
    folded = _legible(utterance, locale)
    clock = _Clock(locale, earliest_hour, find_part_of_day(folded, locale) or part, now, asked)
    later = _from_now(folded, clock) or _from_today(utterance, clock)
    if later:
        return later
    hours = _settled_on(_less_told(_without_durations(folded, locale), locale), locale)
    point, bounded = _first(hours, clock), _bounded(hours, clock)
    if bounded and (point is None or bounded[1][0] <= point[1][0]):
        return bounded
    if point:
        return When(point[0]), point[1]
    return _period(folded, locale)


def find_bare_hour(
    utterance: Utterance, locale: str, *, earliest_hour: int, part: str | None
) -> tuple[time, Span] | None:
    """A lone number in answer to "at what time?" (`20`, `20 30`)."""
    folded = _less_told(utterance.mask(), locale)
    match = _BARE.search(folded) or _FOUR_DIGITS.search(folded)
    if match is None or int(match.group(1)) >= _HOURS:
        return None
    found = _shift(int(match.group(1)), int(match.group(2) or 0), part, earliest_hour)
    return (found, match.span()) if found else None


def find_part_of_day(folded: str, locale: str) -> str | None:
    """`morning`, `afternoon`, `evening` or `midi`, when it was said."""
    parts: Mapping[str, list[str]] = lexicon(locale).time["parts"]
    for phrase in lexicon(locale).time.get("parts_not", ()):
        folded = phrase_pattern(phrase).sub(" ", folded)
    best: tuple[int, str] | None = None
    for part, phrases in parts.items():
        span = find_phrase(phrases, folded)
        if span and (best is None or span[1] - span[0] > best[0]):
            best = span[1] - span[0], part
    return best[1] if best else None


def _settled_on(folded: str, locale: str) -> str:
    """The sentence from where somebody settles on an hour (`eight, or ten past… say eight`)."""
    words = lexicon(locale).time.get("settles", ())
    spans = [match for one in words for match in phrase_pattern(one).finditer(folded)]
    for match in sorted(spans, key=lambda one: -one.start()):
        if re.search(r"\d", folded[: match.start()]) and re.match(
            r"\W*\w{0,4}\W*\d", folded[match.end() :]
        ):
            return "\0" * match.start() + folded[match.start() :]
    return folded


def _less_told(folded: str, locale: str) -> str:
    """The sentence less the hours told of something else, where another number is said."""
    left = folded
    for rule in when_rules("told_times", locale):
        left = rule.pattern.sub(lambda match: "\0" * len(match.group()), left)
    return left if re.search(r"\d", left) else folded


def _first(folded: str, clock: _Clock) -> tuple[time, Span] | None:
    """The first hour said; `midi` alone gives way to a fuller one (`demain midi, 12 h 30`)."""
    best: tuple[time, Span] | None = None
    loose: tuple[time, Span] | None = None
    for rule in when_rules("times", clock.locale):
        if rule.means.get("loose") == "asked" and not clock.asked:
            continue  # `בצהריים` is a long while, where `midi` is an hour
        for match in rule.pattern.finditer(folded):
            span = match.span()
            if best is not None and not _better(span, best[1]):
                continue
            found = _resolve(rule.means, match.groupdict(), clock)
            if found is not None and rule.means.get("loose"):
                loose = loose or (found, span)
            elif found is not None:
                best = found, span
    return best or loose


def _legible(utterance: Utterance, locale: str) -> str:
    """What is unused, and the part of the day even if a date used it (`7 tonight`)."""
    masked = list(utterance.mask())
    for part, phrases in lexicon(locale).time["parts"].items():
        for phrase in phrases if utterance.used and part != "midi" else ():
            for match in phrase_pattern(phrase).finditer(utterance.folded):
                masked[slice(*match.span())] = match.group()
    return "".join(masked)


def _without_durations(folded: str, locale: str) -> str:
    """The sentence less the numbers of hours that are no hour (`24 heures sur 24`).

    What follows a number says which half of the day it means (`חמש אחר הצהריים`).
    """

    def blank(match: re.Match[str]) -> str:
        told = match.group()[0].isalpha() and match.string[: match.start()].rstrip()[-1:].isdigit()
        return match.group() if told else "\0" * len(match.group())

    for rule in when_rules("not_times", locale):
        folded = rule.pattern.sub(blank, folded)
    return folded


def _from_now(folded: str, clock: _Clock) -> tuple[When[time], Span] | None:
    """`dans une heure`, to the next five minutes."""
    for rule in when_rules("from_now", clock.locale):
        match = rule.pattern.search(folded)
        if match and clock.now is not None:
            ahead = rule.means["minutes"] * int(match.groupdict().get("n") or 1)
            minutes = clock.now.hour * _MINUTES + clock.now.minute + ahead
            rounded = -(-minutes // _ROUND_MINUTES) * _ROUND_MINUTES % _DAY_MINUTES
            return When(time(rounded // _MINUTES, rounded % _MINUTES)), match.span()
    return None


def _from_today(utterance: Utterance, clock: _Clock) -> tuple[When[time], Span] | None:
    """`In an hour`, where the day was read from the same words, once."""
    later = _from_now(utterance.folded, clock) if utterance.used else None
    if later is None:
        return None
    (start, end), read = later[1], utterance.used
    return later if sum(first < end and start < last for first, last in read) == 1 else None


def _better(span: Span, than: Span) -> bool:
    if span[0] < than[1] and than[0] < span[1]:
        return span[1] - span[0] > than[1] - than[0]
    return span[0] < than[0]


def _bounded(folded: str, clock: _Clock) -> tuple[When[time], Span] | None:
    """The first hour said with a limit, the fullest wording winning."""
    best: tuple[When[time], Span] | None = None
    for rule in when_rules("bounds", clock.locale):
        for match in rule.pattern.finditer(folded):
            if best is not None and not _better(match.span(), best[1]):
                continue
            when = _limits(rule.means["bound"], match.groupdict(), clock)
            if when is not None:
                best = when, match.span()
    return best


def _limits(bound: str, parts: Mapping[str, str | None], clock: _Clock) -> When[time] | None:
    low = _snippet(str(parts["from"]), clock)
    if low is None:
        return None
    if bound == "after":
        return When(low, not_before=low)
    if bound == "before":
        return When(low, not_after=low)
    if bound == "about":
        return When(low, _moved(low, -_ABOUT_MINUTES), _moved(low, _ABOUT_MINUTES))
    high = _snippet(str(parts["to"]), clock)
    if high is None:
        return None
    if high < low and high.hour < _NOON:  # "entre 11 et 1 heure"
        high = _moved(high, _NOON * _MINUTES)
    elif high >= time(_NOON) and low < time(_NOON) <= _moved(low, _NOON * _MINUTES) < high:
        low = _moved(low, _NOON * _MINUTES)  # "between 7 and 8 pm"
    return When(low, low, high) if low <= high else None


def _snippet(words: str, clock: _Clock) -> time | None:
    """An hour out of the few words that hold nothing else."""
    found = _first(words, clock)
    if found:
        return found[0]
    match = _BARE.fullmatch(words)
    if match is None or int(match.group(1)) >= _HOURS:
        return None
    return _shift(int(match.group(1)), int(match.group(2) or 0), clock.part, clock.earliest_hour)


def _period(folded: str, locale: str) -> tuple[When[time], Span] | None:
    best: tuple[When[time], Span] | None = None
    for rule in when_rules("periods", locale):
        for match in rule.pattern.finditer(folded):
            if best is None or _better(match.span(), best[1]):
                start, end = (time.fromisoformat(rule.means[key]) for key in ("start", "end"))
                best = When(None, start, end), match.span()
    return best


def _resolve(
    means: Mapping[str, Any], parts: Mapping[str, str | None], clock: _Clock
) -> time | None:
    if "at" in means:
        hour, minute = means["at"].replace("{m}", parts.get("m") or "0").split(":")
        return time(int(hour), int(minute))
    hour, minute = int(parts.get("h") or 0), int(parts.get("m") or 0)
    if hour >= _HOURS:
        return None
    add = means.get("add", 0)
    if add == "-{m}":
        minute = -int(parts.get("n") or 0)
    elif add == "{m}":
        minute = int(parts.get("n") or 0)
    else:
        minute += int(add)
    half = means.get("half")
    if half:
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    total = (hour * _MINUTES + minute) % _DAY_MINUTES
    if hour and minute < 0 and total < _MINUTES:
        total += _NOON * _MINUTES  # "une heure moins le quart"
    if half:
        return time(total // _MINUTES, total % _MINUTES)
    return _shift(total // _MINUTES, total % _MINUTES, clock.part, clock.earliest_hour)


def _moved(moment: time, minutes: int) -> time:
    """The hour some minutes away, within the same day."""
    total = min(max(moment.hour * _MINUTES + moment.minute + minutes, 0), _DAY_MINUTES - 1)
    return time(total // _MINUTES, total % _MINUTES)


def _shift(hour: int, minute: int, part: str | None, earliest: int) -> time | None:
    """Move an hour said on a twelve-hour clock to the afternoon when that is what is meant."""
    if hour < _NOON and (
        (part == "evening" and hour >= _FIRST_EVENING_HOUR)
        or (part == "evening" and _LAST_NIGHT_HOUR < hour < earliest)  # `אירוע בערב, אז בארבע`
        or part == "afternoon"
        or (part in {None, "midi"} and 0 < hour < earliest)
    ):
        hour += _NOON
    return time(hour, minute)
