"""What is free, and what is free near it; pure functions over what was read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

from allokoli.platform.agenda.asking import (
    Bookable,
    Found,
    Reason,
    Spot,
    Taken,
    Wanted,
    minutes_of,
    units_of,
)
from allokoli.platform.agenda.opening import Opening, Window

_State = Literal["free", "full", "off_grid", "past", "closed"]

MOST_SLOTS = 3
DAYS_AHEAD = 30
DAYS_BACK = 7
_ARRIVAL, _DEPARTURE = time(15), time(11)
_NOON_S = 12 * 3600
_BEST_FIRST: tuple[_State, ...] = ("free", "full", "off_grid", "past", "closed")
_REASONS: Mapping[_State, Reason] = {"full": "full", "past": "past", "closed": "closed"}


class Search:
    """Looks for room in an agenda.

    Args:
        resources: those in use, in their order.
        opening: its hours.
        taken: bookings that stand, at least of the days that are looked at.
        first: earliest beginning allowed, aware.
        last: last day allowed, local.
    """

    def __init__(
        self,
        resources: Sequence[Bookable],
        opening: Opening,
        taken: Iterable[Taken],
        *,
        first: datetime,
        last: date,
    ) -> None:
        self._resources = resources
        self._opening = opening
        self._first = first.astimezone(UTC)
        self._last = last
        self._taken: dict[tuple[UUID, date], list[Taken]] = {}
        for one in taken:
            for day in _days(one.start, one.end):
                self._taken.setdefault((one.resource_id, day), []).append(one)

    def look(self, wanted: Wanted) -> Found:
        """Whether what is wanted is free, and what is near it when it is not.

        Without an hour, it is free when any hour of the day is; some of them are given.
        """
        suitable = self._suitable(wanted)
        if wanted.at is None and not any(one.by_night for one in suitable):
            return self._look_at_day(wanted, suitable)
        state, spot = self._best(wanted, suitable)
        if spot is not None:
            return Found(spot, (spot.start,), None)
        return Found(None, self._near(wanted, suitable), _REASONS.get(state))

    def room_at(self, resource: Bookable, start: datetime, wanted: Wanted) -> Spot | None:
        """A spot at a moment, whatever the hours: the owner may book when closed."""
        spot = self._spot(resource, start, wanted)
        return spot if self._has_room(resource, spot) else None

    def _suitable(self, wanted: Wanted) -> list[Bookable]:
        """Resources large enough that offer the service, the smallest first."""
        offered = [one for one in self._resources if minutes_of(one, wanted.service) is not None]
        # A service nobody declared takes the ordinary duration of those that declare none.
        offered = offered or [one for one in self._resources if not one.service_minutes]
        fitting = [one for one in offered if one.capacity >= units_of(one, wanted)]
        return sorted(fitting, key=lambda one: one.capacity if one.counts == "seats" else 0)

    def _look_at_day(self, wanted: Wanted, suitable: list[Bookable]) -> Found:
        starts = self._free_starts(wanted.day, wanted, suitable)
        if starts:
            chosen = _spread(sorted(starts))
            return Found(starts[chosen[0]], chosen, None)
        return Found(None, self._near(wanted, suitable), self._why_not(wanted, suitable))

    def _why_not(self, wanted: Wanted, suitable: list[Bookable]) -> Reason | None:
        today = self._first.astimezone(self._opening.zone).date()
        if wanted.day < today:
            return "past"
        if wanted.day > self._last:
            return None
        windows = [
            window
            for one in suitable or self._resources
            for window in self._opening.windows(one.id, wanted.day)
        ]
        if not windows:
            return "closed"
        return "past" if all(window.end <= self._first for window in windows) else "full"

    def _best(self, wanted: Wanted, suitable: list[Bookable]) -> tuple[_State, Spot | None]:
        if not suitable:
            return "full", None
        judged = [self._judge(one, wanted.day, wanted) for one in suitable]
        return min(judged, key=lambda one: _BEST_FIRST.index(one[0]))

    def _judge(self, resource: Bookable, day: date, wanted: Wanted) -> tuple[_State, Spot | None]:
        at = _ARRIVAL if resource.by_night else wanted.at or time()
        start = self._opening.instant(day, at)
        if start < self._first or day > self._last:
            late = start < self._first
            return ("past" if late else "off_grid"), None
        if not self._opening.exists(day, at):
            return "off_grid", None
        if resource.by_night:
            return self._judge_stay(resource, day, start, wanted)
        return self._judge_hour(resource, start, wanted)

    def _judge_stay(
        self, resource: Bookable, day: date, start: datetime, wanted: Wanted
    ) -> tuple[_State, Spot | None]:
        told = self._opening.exceptions
        if any(key in told and not told[key] for key in ((resource.id, day), (None, day))):
            return "closed", None
        return self._judge_room(resource, start, wanted)

    def _judge_hour(
        self, resource: Bookable, start: datetime, wanted: Wanted
    ) -> tuple[_State, Spot | None]:
        window = self._opening.window_at(resource.id, start)
        if window is None:
            return "closed", None
        if not _on_grid(resource, start, window):
            return "off_grid", None
        if resource.ends_within_hours and self._spot(resource, start, wanted).end > window.end:
            return "closed", None
        return self._judge_room(resource, start, wanted)

    def _judge_room(
        self, resource: Bookable, start: datetime, wanted: Wanted
    ) -> tuple[_State, Spot | None]:
        spot = self._spot(resource, start, wanted)
        return ("free", spot) if self._has_room(resource, spot) else ("full", None)

    def _spot(self, resource: Bookable, start: datetime, wanted: Wanted) -> Spot:
        if resource.by_night:
            day = start.astimezone(self._opening.zone).date()
            end = self._opening.instant(day + timedelta(days=wanted.nights), _DEPARTURE)
        else:
            minutes = minutes_of(resource, wanted.service) or resource.duration_minutes
            end = start + timedelta(minutes=minutes)
        free_at = end + timedelta(minutes=resource.buffer_minutes)
        return Spot(resource.id, start, end, free_at, units_of(resource, wanted))

    def _has_room(self, resource: Bookable, spot: Spot) -> bool:
        """Whether capacity is left at every moment of a spot."""
        overlapping = {
            id(one): one
            for day in _days(spot.start, spot.free_at)
            for one in self._taken.get((resource.id, day), ())
            if one.start < spot.free_at and one.end > spot.start
        }.values()
        moments = [spot.start, *(one.start for one in overlapping if one.start > spot.start)]
        most = max(
            sum(one.units for one in overlapping if one.start <= moment < one.end)
            for moment in moments
        )
        return most + spot.units <= resource.capacity

    def _near(self, wanted: Wanted, suitable: list[Bookable]) -> tuple[datetime, ...]:
        """Free beginnings, the nearest first: the same day's, then one of each day around it."""
        aim_s = _seconds(wanted.at) if wanted.at else _NOON_S
        same_day = self._nearest(wanted.day, aim_s, wanted, suitable)
        found = same_day[:MOST_SLOTS]
        for offset in _offsets():
            if len(found) >= MOST_SLOTS:
                break
            found += self._nearest(wanted.day + timedelta(days=offset), aim_s, wanted, suitable)[:1]
        return tuple(found)

    def _nearest(
        self, day: date, aim_s: int, wanted: Wanted, suitable: list[Bookable]
    ) -> list[datetime]:
        """The free beginnings of a day, the nearest to an hour first, the later when as near."""
        zone = self._opening.zone
        aim = self._opening.instant(day, time()) + timedelta(seconds=aim_s)
        starts = self._free_starts(day, wanted, suitable)
        if wanted.at is None:
            return list(_spread(sorted(starts)))
        nearest = sorted(
            (one for one in starts if one.astimezone(zone).date() == day),
            key=lambda one: (
                not wanted.suits(one.astimezone(zone).time()),
                abs(one - aim),
                aim - one,
            ),
        )
        if wanted.not_before or wanted.not_after:
            return nearest
        # One on each side of the wanted hour says more than two neighbors.
        across = [one for one in nearest[1:] if (one > aim) != (nearest[0] > aim)][:1]
        return [*nearest[:1], *across, *(one for one in nearest[1:] if one not in across)]

    def _free_starts(
        self, day: date, wanted: Wanted, suitable: list[Bookable]
    ) -> dict[datetime, Spot]:
        """Every free beginning of a day, with the first spot that offers it."""
        if day > self._last or self._opening.instant(day + timedelta(days=2), time()) < self._first:
            return {}
        found: dict[datetime, Spot] = {}
        for resource in suitable:
            for start, window in self._starts(resource, day):
                if start < self._first or start in found:
                    continue
                spot = self._spot(resource, start, wanted)
                if resource.ends_within_hours and not resource.by_night and spot.end > window.end:
                    continue
                if self._has_room(resource, spot):
                    found[start] = spot
        return found

    def _starts(self, resource: Bookable, day: date) -> Iterable[tuple[datetime, Window]]:
        if resource.by_night:
            start = self._opening.instant(day, _ARRIVAL)
            if self._judge(resource, day, Wanted(day))[0] != "closed":
                yield start, Window(start, start)
            return
        step = timedelta(minutes=resource.step_minutes)
        for window in self._opening.windows(resource.id, day):
            start = window.start
            while start < window.end:
                yield start, window
                start += step


def _on_grid(resource: Bookable, start: datetime, window: Window) -> bool:
    return (start - window.start) % timedelta(minutes=resource.step_minutes) == timedelta()


def _days(start: datetime, end: datetime) -> Iterable[date]:
    day, last = start.astimezone(UTC).date(), end.astimezone(UTC).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _offsets() -> Iterable[int]:
    """Tomorrow, the day before, …"""
    for distance in range(1, DAYS_AHEAD + 1):
        yield distance
        if distance <= DAYS_BACK:
            yield -distance


def _spread(starts: Sequence[datetime]) -> tuple[datetime, ...]:
    """A few beginnings over a whole day: the first, one in the middle, the last."""
    if len(starts) <= MOST_SLOTS:
        return tuple(starts)
    return starts[0], starts[len(starts) // 2], starts[-1]


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60
