"""How the tests write down the days and the hours that were read."""

from datetime import date

from allokoli.dialogue.entities.dates import find_date, find_vague_days
from allokoli.dialogue.entities.times import find_when
from allokoli.dialogue.utterance import Utterance

WEDNESDAY = date(2026, 11, 18)


def day_of(said, locale, today=WEDNESDAY):
    """`2026-11-21`, or `2026-11-23..2026-11-29` when only limits were said."""
    heard = Utterance.of(said, locale)
    named, vague = find_date(heard, today, locale), find_vague_days(heard, today, locale)
    if named:
        return str(named[0])
    return f"{vague[0].not_before}..{vague[0].not_after}" if vague else None


def hour_of(said, locale, earliest_hour=11, **known):
    """`20:00`, with its limits when some were said: `20:00 19:30-20:30`, `? 18:00-23:00`."""
    found = find_when(Utterance.of(said, locale), locale, earliest_hour=earliest_hour, **known)
    if found is None:
        return None
    when, _ = found
    hour = _written(when.at) or "?"
    limits = f"{_written(when.not_before)}-{_written(when.not_after)}"
    return hour if limits == "-" else f"{hour} {limits}"


def _written(moment):
    return moment.strftime("%H:%M") if moment else ""
