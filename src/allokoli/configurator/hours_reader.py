"""Opening hours as owners say them, in full or one correction at a time."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from allokoli.blueprint.blueprint import WEEKDAYS
from allokoli.configurator.hours_breaks import cut_breaks, without_breaks
from allokoli.configurator.hours_entries import HoursEntry, hours_entries
from allokoli.configurator.hours_tokens import Token, hours_tokens
from allokoli.configurator.owner_data import owner_data
from allokoli.dialogue.utterance import Utterance

_NOON = 12 * 60
_DAY_END = 24 * 60
_LATEST_CLOSING = 6 * 60
_EARLIEST_EVENING, _LATEST_EVENING = 4 * 60, 7 * 60
_EARLIEST_DAY, _EVENING = 6 * 60, 17 * 60
_LONGEST = 15 * 60
_MOST_INTERVALS = 6
_MOST_EXCEPTIONS = 100
_EARLIEST_LUNCH, _NOON_CLOCK, _LATEST_LUNCH, _MIDDAY_END = "11:00", "12:00", "14:00", "15:00"
_ALL_DAY = ["00:00", "23:59"]


@dataclass(slots=True)
class HoursRead:
    """What was understood of opening hours.

    Attributes:
        hours: the week's hours and exceptions, those known before included; None when nothing
            was said of them.
        problem: which sentence tells what does not make sense (`bad_time`, `backwards`,
            `incomplete`), with the words it is about.
    """

    hours: dict[str, Any] | None = None
    problem: tuple[str, str] | None = None


def read_hours(
    text: str,
    locale: str,
    *,
    today: date,
    country: str = "FR",
    known: Mapping[str, Any] | None = None,
) -> HoursRead:
    """Read hours from what was said of them.

    Args:
        text: the words.
        locale: their language.
        today: the day of the conversation; exceptions are read after it.
        country: whose public holidays.
        known: hours said before, which a partial correction changes.
    """
    heard = Utterance.of(_paused(_in_figures(text, locale), locale), locale)
    tokens = hours_tokens(heard, locale, today, country)
    bad = next((token for token in tokens if token.kind == "bad_time"), None)
    if bad is not None:
        return HoursRead(problem=("bad_time", str(bad.value)))
    week: dict[str, Any] = deepcopy(dict(known or {}))
    changed = False
    tokens, breaks = without_breaks(tokens)
    for entry in hours_entries(tokens):
        intervals, problem = _intervals(entry, heard, week)
        if problem:
            return HoursRead(problem=problem)
        if intervals is None:
            continue
        changed = True
        _apply(entry, intervals, week, known)
    changed = cut_breaks(week, breaks) or changed
    if not changed:
        return HoursRead()
    told = {key: value for key, value in week.items() if value}
    return HoursRead(told) if told or known else HoursRead()  # `closed on Sunday` opens no day


def _in_figures(text: str, locale: str) -> str:
    """The words with hours that are heard as something else in figures (`משתים עשרה`: `מ-12`)."""
    pairs = (pair.partition(" = ") for pair in owner_data(locale)["hours"]["heard"])
    for said, _, written in sorted(pairs, key=lambda pair: len(pair[0]), reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(said)}(?!\w)", written, text)
    return text


def _paused(text: str, locale: str) -> str:
    """The words with a pause after minutes (`twelve thirty and two` is no 12:32)."""
    hours = owner_data(locale)["hours"]
    words, then = "|".join(hours["minutes"]), re.escape(hours["minutes_then"])
    pause = rf"\b({words})( {then}\b)"
    return re.sub(pause, r"\1,\2", text, flags=re.IGNORECASE) if words else text


def _intervals(
    entry: HoursEntry, heard: Utterance, week: Mapping[str, Any]
) -> tuple[list[list[str]] | None, tuple[str, str] | None]:
    """An entry's hours: none when it says nothing, or what is wrong with it."""
    if entry.nonstop:
        return [_ALL_DAY], None
    if not entry.times:
        closed = entry.closed or (entry.excepted and bool(entry.days))
        if entry.half and (closed or not any(week.get(WEEKDAYS[day]) for day in entry.days)):
            return _half_days(entry, week, closed=closed), None
        return ([] if closed else None), None
    if len(entry.times) == 1:
        return _one_time(entry, week)
    found: list[list[str]] = []
    last = -1
    times = _said_once(entry.times)
    for start, end in zip(times[::2], times[1::2], strict=False):
        opening, closing = _straight(start, end, last, afternoon=entry.afternoon)
        if closing <= opening and closing > _LATEST_CLOSING:
            return None, ("backwards", heard.text[start.start : end.end].strip())
        last = closing if closing > opening else _DAY_END
        pair = [_clock(opening), _clock(closing)]
        if pair not in found:
            found.append(pair)
    return found[:_MOST_INTERVALS], None


def _half_days(
    entry: HoursEntry, week: Mapping[str, Any], *, closed: bool
) -> list[list[str]] | None:
    """What is left of days that close half of the time (`pas le mercredi après-midi`)."""
    days = [WEEKDAYS[day] for day in entry.days]
    usual: list[list[str]] = next((week[day] for day in (*days, *WEEKDAYS) if week.get(day)), [])
    if len(usual) == 1:  # without a break, the day is cut in two
        [(opening, closing)] = usual
        if closed and entry.midday and opening < _EARLIEST_LUNCH and closing > _LATEST_LUNCH:
            return [[opening, _NOON_CLOCK], [_LATEST_LUNCH, closing]]  # as with any break
        cut = _cut(entry, opening)
        whole = opening < cut and (cut < closing or closing <= opening)
        usual = [[opening, cut], [cut, closing]] if whole else usual
        early = [pair for pair in usual if pair[0] < cut]
    else:
        early = [pair for pair in usual if pair[0] < _MIDDAY_END and pair != usual[-1]]
    late = [pair for pair in usual if pair not in early]
    kept = late if closed != entry.afternoon else early
    return kept if kept or closed else None


def _cut(entry: HoursEntry, opening: str) -> str:
    """Where the early half of an open day ends: at noon, or after lunch where lunch is meant."""
    lunch = _NOON_CLOCK <= opening < _LATEST_LUNCH
    return _MIDDAY_END if entry.midday or (entry.afternoon and lunch) else _NOON_CLOCK


def _said_once(times: Sequence[Token]) -> Sequence[Token]:
    """Times without a first one that a range then repeats (`close at noon, 8 to noon`)."""
    later = {int(time.value) % _NOON for time in times[1:]}
    repeated = len(times) % 2 == 1 and int(times[0].value) % _NOON in later
    return times[1:] if repeated else times


def _straight(start: Token, end: Token, last: int, *, afternoon: bool) -> tuple[int, int]:
    """Opening and closing on a day of twenty-four hours."""
    opening, closing = int(start.value), int(end.value)
    guessed = not end.night and (not end.sure or opening < _NOON)  # `11 am till 2 am`
    if closing <= _NOON and closing <= opening and guessed:
        closing += _NOON
    evening = _EARLIEST_EVENING <= opening < _LATEST_EVENING and opening < closing < _NOON
    noon = opening < _EARLIEST_EVENING and opening < closing <= _LATEST_EVENING
    if not start.sure and not end.sure and (evening or noon):  # `five till ten` is no morning
        opening, closing = opening + _NOON, closing + _NOON
    long = closing - opening > _LONGEST
    if not start.sure and opening < _EARLIEST_DAY and long and closing >= _EVENING:
        opening += _NOON  # `five till eleven at night`
    later = last >= 0 and opening <= last and opening + _NOON < closing
    if not start.sure and opening < _NOON <= closing and later:
        opening += _NOON
    if not start.sure and not end.sure and last >= 0 and opening < last and opening < _NOON:
        opening, closing = opening + _NOON, closing + (_NOON if closing < _NOON else 0)
    if afternoon and opening < 8 * 60 and closing <= _NOON and closing > opening:
        opening, closing = opening + _NOON, closing + _NOON
    return opening, closing


def _one_time(
    entry: HoursEntry, week: Mapping[str, Any]
) -> tuple[list[list[str]] | None, tuple[str, str] | None]:
    """A single hour moves the closing, or the opening, of the days it is about."""
    token = entry.times[0]
    numbers = entry.days or [day.weekday() for day in entry.dates]
    days = [WEEKDAYS[day] for day in numbers]
    usual = next((week[day] for day in (*days, *WEEKDAYS) if week.get(day)), None)
    if usual is None:
        return None, None if not entry.days else ("incomplete", "")
    moved = [list(pair) for pair in usual]
    minutes = int(token.value)
    if entry.part == "opening":
        moved[0][0] = _clock(minutes)
    else:
        if not token.sure and minutes <= _minutes(moved[-1][0]):
            minutes += _NOON
        moved[-1][1] = _clock(minutes)
    return moved, None


def _apply(
    entry: HoursEntry,
    intervals: list[list[str]],
    week: dict[str, Any],
    known: Mapping[str, Any] | None,
) -> None:
    if entry.dates:
        kept = [one for one in week.get("exceptions", ()) if not _is_on(one, entry.dates)]
        kept += [{"date": day.isoformat(), "slots": intervals} for day in entry.dates]
        kept.sort(key=lambda one: str(one["date"]))
        week["exceptions"] = kept[:_MOST_EXCEPTIONS]
        return
    days = entry.days or [day for day in range(7) if (known or {}).get(WEEKDAYS[day])] or range(7)
    for day in days:
        week[WEEKDAYS[day]] = [list(pair) for pair in intervals]


def _is_on(exception: Mapping[str, Any], dates: list[date]) -> bool:
    return date.fromisoformat(str(exception["date"])) in dates


def _clock(minutes: int) -> str:
    minutes %= _DAY_END
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
