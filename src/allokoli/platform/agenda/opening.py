"""When a resource is open: the local hours of a day as instants, whatever the season."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from allokoli.blueprint.blueprint import Hours, Interval


@dataclass(frozen=True, slots=True)
class Window:
    """An opening, from and until, in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Opening:
    """The hours of an agenda.

    Attributes:
        zone: where its local hours are.
        hours: what the owner told; None when they told nothing, and then nothing is closed.
        usual: hours proposed when the owner told none.
        exceptions: days unlike the others, by resource (None for all of them) and day.
    """

    zone: ZoneInfo
    hours: Hours | None = None
    usual: Sequence[Interval] = ()
    exceptions: Mapping[tuple[UUID | None, date], Sequence[Interval]] = field(default_factory=dict)

    def told(self, resource_id: UUID, day: date) -> Sequence[Interval] | None:
        """The hours of a day, as far as the owner told them; None when they did not."""
        for key in ((resource_id, day), (None, day)):
            if key in self.exceptions:
                return self.exceptions[key]
        if self.hours is None or not (self.hours.any_open() or self.hours.exceptions):
            return None
        if not self.hours.any_open() and not self.hours.on(day):
            closed = any(one.date == day for one in self.hours.exceptions)
            return () if closed else None
        return self.hours.on(day)

    def windows(self, resource_id: UUID, day: date) -> list[Window]:
        """The openings that begin on a day; the usual ones when the owner told none."""
        told = self.told(resource_id, day)
        return [self._window(day, one) for one in (self.usual if told is None else told)]

    def window_at(self, resource_id: UUID, moment: datetime) -> Window | None:
        """The opening a moment is in; a whole day where the owner told no hours."""
        day = moment.astimezone(self.zone).date()
        # An opening of the evening before may go on after midnight.
        for begun in (day - timedelta(days=1), day):
            if self.told(resource_id, begun) is None:
                continue
            for window in self.windows(resource_id, begun):
                if window.start <= moment < window.end:
                    return window
        if self.told(resource_id, day) is not None:
            return None
        midnight = self.instant(day, time())
        return Window(midnight, self.instant(day + timedelta(days=2), time()))

    def instant(self, day: date, at: time) -> datetime:
        """A local moment, in UTC; the first of the two when clocks go back."""
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def exists(self, day: date, at: time) -> bool:
        """Whether a local hour is on the clock that day: some are skipped in spring."""
        return self.instant(day, at).astimezone(self.zone).replace(tzinfo=None) == (
            datetime.combine(day, at)
        )

    def _window(self, day: date, interval: Interval) -> Window:
        opens, closes = (time.fromisoformat(one) for one in interval)
        closing_day = day + timedelta(days=1) if closes <= opens else day
        return Window(self.instant(day, opens), self.instant(closing_day, closes))
