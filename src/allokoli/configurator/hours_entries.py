"""Which times go with which days, in a sentence about opening hours."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from allokoli.configurator.hours_tokens import Token, day_run

_WEEK = 7


@dataclass(slots=True)
class HoursEntry:
    """Some days and what was said of them.

    Attributes:
        days: weekdays, empty for whatever days are open.
        dates: particular days.
        times: tokens, in the order said.
        closed: whether they are closed.
        excepted: whether they came after `except`.
        nonstop: open day and night.
        part: `opening` or `closing`, for a time said alone.
        afternoon: whether the afternoon was named.
        morning: whether the morning was.
        midday: whether lunchtime was.
        comma: how many of the days came before the last comma.
        trailing: whether its days came after its times.
        group: how many of the days came before those named last.
        shut: whether it was said to be closed before its days were.
    """

    days: list[int] = field(default_factory=list)
    dates: list[date] = field(default_factory=list)
    times: list[Token] = field(default_factory=list)
    closed: bool = False
    excepted: bool = False
    nonstop: bool = False
    part: str | None = None
    afternoon: bool = False
    morning: bool = False
    midday: bool = False
    comma: int = 0
    trailing: bool = False
    group: int = 0
    shut: bool = False

    @property
    def half(self) -> bool:
        """Whether it is about one half of its days, and tells no hours."""
        early = self.morning or self.midday
        return bool(self.days) and not self.times and early != self.afternoon


def hours_entries(tokens: Sequence[Token]) -> list[HoursEntry]:
    """The days a sentence speaks of, each with its times.

    Args:
        tokens: of the sentence, in order.
    """
    grouping = _Grouping()
    for token in tokens:
        grouping.take(token)
    told = _with_days_after(grouping.found)
    return sorted(told, key=lambda entry: entry.half)  # half days are halves of what is told


def _with_days_after(entries: list[HoursEntry]) -> list[HoursEntry]:
    """`9 h-18 h, du mardi au samedi`: the times' days, though a comma came between."""
    kept: list[HoursEntry] = []
    for entry in entries:
        told = entry.days and not (entry.times or entry.closed or entry.excepted or entry.nonstop)
        last = kept[-1] if kept else None
        if last is not None and told and last.times and not (last.days or last.dates):
            last.days = list(entry.days)
        else:
            kept.append(entry)
    return kept


@dataclass(slots=True)
class _Grouping:
    """The entries so far, and what the next days or times will mean.

    Attributes:
        found: entries, in the order said.
        current: the one being told.
        closing: whether the next days are closed.
        excepting: whether the next days came after `except`.
        fresh: whether the next days begin another entry.
        before: the token before.
    """

    found: list[HoursEntry] = field(default_factory=list)
    current: HoursEntry | None = None
    closing: bool = False
    excepting: bool = False
    fresh: bool = False
    before: Token | None = None

    def take(self, token: Token) -> None:
        """Hear one token; `à 17 h 30, pas 18 h`: a time after `not` is no time."""
        denied = token.kind == "time" and self.before is not None and self.before.kind == "not"
        if not denied:
            match token.kind:
                case "days":
                    self._days(token)
                case "dates":
                    self._dates(token)
                case "closed":
                    self._closed()
                case "except":
                    self.excepting = True
                case "time" | "nonstop":
                    self._time(token)
                case _:
                    self._mark(token)
        self.before = token

    def _add(self, entry: HoursEntry) -> HoursEntry:
        self.found.append(entry)
        self.current = entry
        return entry

    def _mark(self, token: Token) -> None:
        """Words that only say something of the days being told."""
        if token.kind in {"opening", "closing"}:
            entry = self.current or self._add(HoursEntry())
            if not entry.times:
                entry.part = token.kind
        elif self.current is not None and token.kind in {"afternoon", "morning", "midday"}:
            entry = self._of_last_days(self.current, token)
            entry.afternoon = entry.afternoon or token.kind == "afternoon"
            entry.morning = entry.morning or token.kind == "morning"
            entry.midday = entry.midday or token.kind == "midday"
        elif self.current is not None and token.kind == "comma":
            self.current.comma = len(self.current.days)

    def _of_last_days(self, entry: HoursEntry, token: Token) -> HoursEntry:
        """`nine to five Monday to Friday and Saturday mornings`: of Saturday only."""
        after_days = self.before is not None and self.before.kind == "days"
        trailing = entry.trailing and bool(entry.times)
        closed = token.kind == "midday" and (entry.closed or entry.excepted)
        if not after_days or not entry.group or not (trailing or closed):
            return entry
        last, entry.days = entry.days[entry.group :], entry.days[: entry.group]
        entry.group = 0
        apart = HoursEntry(days=last)
        apart.closed, apart.excepted = closed and entry.closed, closed and entry.excepted
        return self._add(apart)

    def _days(self, token: Token) -> None:
        told = {day for entry in self.found for day in entry.days}
        if not token.value and not told:
            return
        if not token.value:  # the other days
            token = replace(token, value=[day for day in range(_WEEK) if day not in told])
            self.fresh = True
        before = self.current
        if before is not None and before.half and (before.closed or before.excepted):
            beside = self._add(HoursEntry(days=list(token.value)))
            beside.closed, beside.excepted = before.closed, before.excepted
            self.closing = self.excepting = self.fresh = False
            return
        entry = self._open_entry()
        if entry is None:
            entry = self._add(HoursEntry(days=list(token.value)))
        else:
            run = entry.days and self.before is not None and self.before.kind == "range"
            days = day_run(entry.days[-1], token.value[0]) if run else token.value
            entry.group = entry.group if run else len(entry.days)
            entry.days += [day for day in days if day not in entry.days]
        entry.closed = entry.closed or self.closing
        entry.shut = entry.shut or self.closing
        entry.excepted = entry.excepted or self.excepting
        self.closing = self.excepting = self.fresh = False

    def _open_entry(self) -> HoursEntry | None:
        """The entry that more days may join: `9 h-18 h du lundi au vendredi` names them after."""
        entry, before = self.current, self.before
        if entry is None or entry.dates or self.fresh or self.excepting:
            return None
        if entry.times and not entry.days:
            cut = before is not None and before.kind in {"comma", "except"}
            entry.trailing = not cut and not entry.nonstop
        near = before is not None and before.kind in {"range", "days"}
        joins = not entry.times or (entry.trailing and (near or not entry.days))
        return entry if joins else None

    def _dates(self, token: Token) -> None:
        before = self.current
        again = before is not None and bool(before.dates) and not before.times and before.closed
        closed = self.closing or self.excepting or (again and not self.fresh)
        self._add(HoursEntry(dates=list(token.value), closed=closed))
        self.closing = self.excepting = self.fresh = False

    def _closed(self) -> None:
        """`le lundi, c'est fermé` closes the days before it; otherwise those that follow."""
        entry = self.current
        after_comma = self.before is not None and self.before.kind == "comma"
        if entry is not None and not entry.times and not entry.closed and not after_comma:
            entry.closed = True
        else:
            self.closing = True
        self.fresh = True

    def _time(self, token: Token) -> None:
        entry = self.current
        if entry is not None and entry.excepted and not entry.times and len(self.found) > 1:
            whole = self.found[-2]
            if not whole.times and not whole.closed:
                # `tous les jours sauf lundi de 9 h à 18 h`: the hours are the other days'.
                entry.closed = True
                entry = self.current = whole
        if entry is not None and entry.closed and not entry.times:
            entry = self._reopened(entry)
        if entry is None or entry.trailing:
            # `8 h-18 h du lundi au vendredi et le samedi 9 h-12 h`: Saturday's own hours.
            led = self.before is not None and self.before.kind == "days"
            later = entry.days[entry.group :] if entry and led and entry.group else []
            if entry is not None and later:
                entry.days = entry.days[: entry.group]
            entry = self._add(HoursEntry(days=later))
        if token.kind == "nonstop":
            entry.nonstop = True
        else:
            entry.times.append(token)
        self.closing = False

    def _reopened(self, entry: HoursEntry) -> HoursEntry:
        """`fermé le dimanche, du mardi au samedi 9 h-19 h`: the days after the comma are open."""
        later = entry.days[entry.comma :] if entry.comma else []
        entry.days = entry.days[: entry.comma] if later else entry.days
        others = [day for day in range(_WEEK) if day not in entry.days]
        apart = entry.shut and entry.comma == len(entry.days) and bool(others) and not entry.dates
        days = later or (others if apart and entry.days else list(entry.days))
        return self._add(HoursEntry(days=days, dates=[] if later else entry.dates))
