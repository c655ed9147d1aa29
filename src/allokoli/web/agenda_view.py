"""The agenda as its page shows it: days with their bookings, in the owner's clock."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date

from allokoli.core import clock
from allokoli.platform.agenda.models import Booking, DayException
from allokoli.web.formats import hour_of

View = Literal["day", "week"]
_WEEK = 7
# Where a language is spoken, for the day its weeks begin on.
_COUNTRY = {"fr": "FR", "en": "GB", "he": "IL"}


@dataclass(frozen=True, slots=True)
class Span:
    """The days a page shows.

    Attributes:
        view: one day, or a week from the first weekday of the language.
        day: the one asked for.
        first: the first shown.
        count: how many are shown.
        zone: the clock they are on.
    """

    view: View
    day: date
    first: date
    count: int
    zone: ZoneInfo

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=offset) for offset in range(self.count)]

    @property
    def begins(self) -> datetime:
        """In UTC."""
        return datetime.combine(self.first, time(), self.zone).astimezone(UTC)

    @property
    def ends(self) -> datetime:
        """In UTC; days of a clock change are longer or shorter."""
        after = self.first + timedelta(days=self.count)
        return datetime.combine(after, time(), self.zone).astimezone(UTC)

    @property
    def before(self) -> date:
        """The day to go back to."""
        return self.day - timedelta(days=self.count)

    @property
    def after(self) -> date:
        """The day to go on to."""
        return self.day + timedelta(days=self.count)


def span_of(view: str, day: str, zone: ZoneInfo, locale: str) -> Span:
    """The days asked for; today's where nothing sensible was."""
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        chosen = clock.now().astimezone(zone).date()
    # Far from both ends of the calendar, so that there is always a day before and after.
    chosen = min(max(chosen, date(2000, 1, 1)), date(2200, 1, 1))
    if view == "day":
        return Span("day", chosen, chosen, 1, zone)
    offset = (chosen.weekday() - Locale(locale, _COUNTRY[locale]).first_week_day) % _WEEK
    return Span("week", chosen, chosen - timedelta(days=offset), _WEEK, zone)


def days_shown(
    span: Span,
    bookings: Iterable[Booking],
    exceptions: Sequence[DayException],
    resources: Mapping[UUID, str],
    stays: AbstractSet[UUID],
    locale: str,
) -> list[dict[str, Any]]:
    """Each day with its bookings; a stay is shown on the day it begins, or on the first shown.

    `resources` are names; bookings of those in `stays` last for nights.
    """
    rows: dict[date, list[dict[str, Any]]] = {day: [] for day in span.days}
    for booking in bookings:
        begins = booking.starts_at.astimezone(span.zone).date()
        rows[max(begins, span.first)].append(_row(booking, span.zone, resources, stays, locale))
    today = clock.now().astimezone(span.zone).date()
    unlike = {one.day: one for one in exceptions if one.resource_id is None}
    return [
        {
            "day": day,
            "title": format_date(day, "EEEE d MMMM", locale=locale),
            "today": day == today,
            "exception": unlike.get(day),
            "rows": rows[day],
            "people": sum(row["people"] for row in rows[day] if row["status"] != "cancelled"),
        }
        for day in span.days
    ]


def _row(
    booking: Booking,
    zone: ZoneInfo,
    resources: Mapping[UUID, str],
    stays: AbstractSet[UUID],
    locale: str,
) -> dict[str, Any]:
    begins, ends = booking.starts_at.astimezone(zone), booking.ends_at.astimezone(zone)
    first, last = hour_of(begins.time(), locale), hour_of(ends.time(), locale)
    nights = (ends.date() - begins.date()).days if booking.resource_id in stays else 0
    if nights:
        first, last = (format_date(end, "d MMM", locale=locale) for end in (begins, ends))
    elif ends.date() - begins.date() > timedelta(days=1):
        last = format_date(ends, "d MMM", locale=locale)
    return {
        "id": booking.id,
        "begins": first,
        "ends": last,
        "date": begins.date().isoformat(),
        "time": begins.strftime("%H:%M"),
        "nights": nights,
        "name": booking.name,
        "party_size": booking.party_size,
        "people": booking.party_size or 1,
        "service": booking.service,
        "resource": resources.get(booking.resource_id, ""),
        "phone": booking.phone,
        "email": booking.email,
        "reference": booking.reference,
        "status": booking.status,
        "by_call": booking.source == "call",
        "details": [str(value) for value in booking.details.values() if value not in (None, "")],
    }
