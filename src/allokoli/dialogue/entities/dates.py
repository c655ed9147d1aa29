"""Dates as people say them (`samedi en huit`, `le 14`, `tomorrow`), read in the future."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from allokoli.dialogue.entities.days import Parts, resolve
from allokoli.dialogue.entities.when import When
from allokoli.dialogue.entities.when_patterns import when_rules
from allokoli.dialogue.lexicon import language, lexicon, load
from allokoli.dialogue.matching import either, find_phrase
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Span, Utterance

_MAX_FALLBACK_CHARS = 40
_MAX_AHEAD_DAYS = 730
_ABOUT_DAYS = 10
_EXACT = frozenset({"day_month", "day_of_month"})
_NO_DAY = frozenset({"nothing", "unwanted"})


def find_date(
    utterance: Utterance, today: date, locale: str, *, past: bool = False, told: bool = False
) -> tuple[date, Span] | None:
    """The first date said, preferring the fullest wording at each place.

    Args:
        utterance: the sentence; spans already used are skipped.
        today: the day of the conversation, in the organization's time zone.
        locale: its language.
        past: only dates gone by, said with their year (a date of birth).
        told: also days that do not suit (`I'm away on Tuesday`, of what is called off).
    """
    said = _said(utterance, today, locale, past=past, told=told)
    precise = _precise(said if past else _less_events(said, utterance.mask(), locale))
    return (precise[0].at, precise[1]) if precise and precise[0].at else None


def find_vague_days(
    utterance: Utterance, today: date, locale: str
) -> tuple[When[date], Span] | None:
    """The last days said without naming one (`la semaine prochaine`, `fin mars`), and where.

    To read a weekday said later inside their limits, read it with `today` one day before
    `not_before`.
    """
    said = _said(utterance, today, locale, past=False)
    return next((item for item in reversed(said) if item[0].at is None), None)


def parse_written_date(text: str, today: date, locale: str) -> date | None:
    """A date in a wording our rules do not know, when it is all that was said."""
    if len(text) > _MAX_FALLBACK_CHARS or not any(c.isdigit() for c in text):
        return None
    import dateparser

    settings: Any = {
        "RELATIVE_BASE": _midnight(today),
        "PREFER_DATES_FROM": "future",
        "REQUIRE_PARTS": ["day", "month"],
    }
    found = dateparser.parse(text, languages=[locale], settings=settings)
    if found is None or not 0 <= (found.date() - today).days <= _MAX_AHEAD_DAYS:
        return None
    return found.date()


def another_year(day: str, folded: str) -> str | None:
    """A date of birth with the year that is said instead (`94, sorry, 93`); None without one.

    Args:
        day: the date as it was understood, ISO.
        folded: what is said instead.
    """
    years = re.findall(r"(?<!\d)((?:19|20) ?\d{2}|\d{2})(?!\d)", folded)
    years = [one for one in years if len(one) > 2][:1] or years  # noqa: PLR2004  (in full)
    if len(years) != 1:
        return None
    before = date.fromisoformat(day)
    year = int(years[0].replace(" ", ""))
    year += 0 if year > 99 else before.year // 100 * 100  # noqa: PLR2004  (two digits)
    try:
        return before.replace(year=year).isoformat()
    except ValueError:  # the 29th of February
        return None


def year_again(day: str, after: str, locale: str) -> str:
    """The date of birth with the year that is put right after it (`… 1942. No, forty-one`)."""
    words = lexicon(locale).words
    either = "|".join(re.escape(fold(one)) for one in (*words["phone_no"], *words["correction"]))
    no = re.match(rf"[\s.,…!-]*(?:{either})(?!\w)", after)
    return (another_year(day, after[no.end() :]) or day) if no else day


def _said(
    utterance: Utterance, today: date, locale: str, *, past: bool, told: bool = False
) -> list[tuple[When[date], Span]]:
    """The days said, in order; the longest wording wins where two overlap."""
    folded = utterance.mask()
    kept = _wordings(folded, today, locale, past=past, told=told)
    said: list[tuple[When[date], Span]] = []
    base, kinds, dropped = today, list[str](), set[date]()
    last = max((span for span, means, _ in kept if means["means"] not in _NO_DAY), default=None)
    for span, means, parts in sorted(kept, key=lambda item: item[0]):
        taken_back = span != last and _is_taken_back(folded[span[1] :], locale)
        since = today if means["means"] in _EXACT else base
        if means["means"] in _EXACT and kinds and kinds[-1] == "holiday" and said[-1][0].at:
            since = max(today, _day_before(said[-1][0].at, _ABOUT_DAYS))
        if means.get("after"):
            since = _day_said_before(span, utterance, today, locale) or since
        when = resolve(means, parts, since, locale)
        if when and when.at and taken_back:
            dropped.add(when.at)  # "Thursday, but no, Thursday's no good, Friday"
        if taken_back or _unwanted(folded[: span[0]], locale, told=told):
            continue
        if when and when.at in dropped and span != last:
            continue
        if when is None or not _suits(when, today, past=past):
            continue
        if when.at is None and when.not_before is not None:
            base = max(today, _day_before(when.not_before))
        if means["means"] in _EXACT and said and _tells_less(kinds[-1], said[-1][0], when):
            said.append((when, (said.pop()[1][0], span[1])))
            kinds.pop()
        else:
            said.append((when, span))
        kinds.append(str(means["means"]))
    return said


def _wordings(
    folded: str, today: date, locale: str, *, past: bool, told: bool
) -> list[tuple[Span, Mapping[str, Any], Parts]]:
    """Where days are said, and how; the longest wording wins where two overlap."""
    candidates: list[tuple[Span, Mapping[str, Any], Parts]] = [
        (match.span(), rule.means, match.groupdict())
        for rule in when_rules("dates", locale)
        if rule.means.get("past", past) == past
        if not (told and rule.means["means"] == "unwanted")
        for match in rule.pattern.finditer(folded)
        if not rule.means.get("same") or resolve(rule.means, match.groupdict(), today, locale)
    ]
    candidates.sort(key=lambda item: (item[0][0] - item[0][1], item[0][0]))
    kept: list[tuple[Span, Mapping[str, Any], Parts]] = []
    for item in candidates:
        if all(item[0][1] <= other[0] or other[1] <= item[0][0] for other, _, _ in kept):
            kept.append(item)
    return kept


def _day_said_before(span: Span, utterance: Utterance, today: date, locale: str) -> date | None:
    """The day that another is counted from (`from Thursday to the Sunday after it`)."""
    before = replace(utterance, used=[(span[0], len(utterance.text))])
    return next((one.at for one, _ in reversed(_said(before, today, locale, past=False))), None)


def _less_events(
    said: list[tuple[When[date], Span]], folded: str, locale: str
) -> list[tuple[When[date], Span]]:
    """The days wished, less those of what they are wished for (`her wedding is on Friday, so
    Thursday`, `my exam's on Monday, before then`)."""
    table = lexicon(locale).time
    events, before = table.get("events", ()), table.get("before_it", ())
    told = [item for item in said if events and _is_event(folded[: item[1][0]], events, locale)]
    others = [item for item in said if item not in told]
    if not told or any(item[0].at for item in others):
        return others or said
    after = folded[told[-1][1][1] :]
    eve = find_phrase(table.get("day_before", ()), after)
    if eve and told[-1][0].at:
        return [(When(told[-1][0].at - timedelta(days=1)), told[-1][1])]
    return [] if find_phrase(before, after) else said


def _is_event(before: str, events: Sequence[str], locale: str) -> bool:
    """Whether the clause that leads to a day tells of an event, and asks for no day itself."""
    clause = _clause_end(locale).split(before)[-1]
    words = lexicon(locale).words
    wish = find_phrase((*words.get("wants", ()), *words.get("requests", ())), clause)
    return wish is None and find_phrase(events, clause) is not None


@lru_cache
def _clause_end(locale: str) -> re.Pattern[str]:
    joins = either(load("allokoli.dialogue", language(locale), "background")["joins"])
    return re.compile(rf"[,.;:!?\0]\s|\s{joins}\s")


def _tells_less(kind: str, before: When[date], exact: When[date]) -> bool:
    """`next Thursday, so the 26th`, `for Christmas, from the 23rd`: the date says which day."""
    if kind == "holiday":
        return True
    same = before.at and exact.at and before.at.weekday() == exact.at.weekday()
    return kind in {"weekday", "week_weekday"} and bool(same)


def _unwanted(before: str, locale: str, *, told: bool) -> bool:
    """`pas lundi, mardi`: the day after these words is not the one meant.

    Where it is what is called off, that it does not suit (`I can't do Tuesday`) is why it is meant.
    """
    table = lexicon(locale).time
    tail = before.rstrip()

    def ends(key: str) -> bool:
        return any(
            re.search(rf"(?<!\w){re.escape(fold(one))}$", tail) for one in table.get(key, ())
        )

    if ends("not_suiting"):
        return not told
    return ends("not_wanted") and not ends("wanted_after_all")


def _is_taken_back(after: str, locale: str) -> bool:
    """`Tuesday… no, I'm away on Tuesday, Wednesday`: what was said first is not meant."""
    words = lexicon(locale).words
    either, leads = (
        "|".join(re.escape(word) for word in sorted(map(fold, said), key=len, reverse=True))
        for said in (words["phone_no"], (*words["hesitation"], *words.get("except", ())))
    )
    parts = "|".join(
        re.escape(fold(one)) for said in lexicon(locale).time["parts"].values() for one in said
    )
    pattern = rf"(?:\s+(?:{parts}))?[\s.,…!?-]*(?:(?:{leads})[\s,]+)?(?:{either})[\s.,]"
    return re.match(pattern, after) is not None


def _precise(said: list[tuple[When[date], Span]]) -> tuple[When[date], Span] | None:
    """The first day named, rather than the first of a week-end."""
    named = [item for item in said if item[0].at]
    return next((item for item in named if item[0].not_before is None), next(iter(named), None))


def _suits(when: When[date], today: date, *, past: bool) -> bool:
    day = when.at or when.not_after
    if day is None:
        return False
    return day < today if past else 0 <= (day - today).days <= _MAX_AHEAD_DAYS


def _day_before(day: date, by: int = 1) -> date:
    return date.fromordinal(max(day.toordinal() - by, 1))


def _midnight(day: date) -> Any:
    from datetime import datetime, time

    return datetime.combine(day, time())  # dateparser reads a naive base in its own zone
