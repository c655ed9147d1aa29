"""Bookings as iCalendar (RFC 5545): the owner's feed, and what confirmations carry."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, timedelta
from uuid import UUID

from icalendar import Calendar, Event, vText

from allokoli.core.i18n import translator
from allokoli.core.plain_line import one_line
from allokoli.platform.agenda.models import Booking

MEDIA_TYPE = "text/calendar; charset=utf-8"
_PRODUCT = "-//AlloKoli//Agenda//FR"
_REFRESH = timedelta(minutes=15)
_LONGEST = 300


def feed(
    bookings: Iterable[Booking], *, title: str, resources: Mapping[UUID, str], locale: str
) -> bytes:
    """The owner's calendar.

    Args:
        bookings: those to show; a cancelled one is shown as such, so that programs remove it.
        title: of the calendar.
        resources: names by id.
        locale: language of the words around.
    """
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", one_line(title, _LONGEST))
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", _REFRESH)
    gettext = translator(locale).gettext
    for row in bookings:
        event = _event(row, _summary(row, gettext))
        event.add("location", one_line(resources.get(row.resource_id, ""), _LONGEST))
        lines = [_line(gettext("Référence"), row.reference)]
        if row.phone:
            lines.append(_line(gettext("Téléphone"), row.phone))
        event.add("description", "\n".join(lines))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def invitation(row: Booking, *, title: str, place: str) -> bytes:
    """One booking for the person who made it: nothing of anybody else is in it.

    Args:
        row: the booking.
        title: of the event, in their language.
        place: name of the business.
    """
    calendar = _calendar("PUBLISH")
    event = _event(row, title)
    event.add("location", one_line(place, _LONGEST))
    event.add("description", row.reference)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _event(row: Booking, title: str) -> Event:
    event = Event()
    event.add("uid", vText(f"{row.id}@allokoli"))
    event.add("summary", one_line(title, _LONGEST))
    # In UTC, which needs no description of a time zone and is shown in the reader's own.
    event.add("dtstart", row.starts_at.astimezone(UTC))
    event.add("dtend", row.ends_at.astimezone(UTC))
    event.add("dtstamp", row.updated_at.astimezone(UTC))
    event.add("last-modified", row.updated_at.astimezone(UTC))
    event.add("sequence", row.revision)
    event.add("status", "CANCELLED" if row.status == "cancelled" else "CONFIRMED")
    return event


def _summary(row: Booking, gettext: Callable[[str], str]) -> str:
    parts = [row.name]
    if row.party_size:
        parts.append(gettext("%(count)s personnes") % {"count": row.party_size})
    if row.service:
        parts.append(row.service)
    return " · ".join(parts)


def _line(label: str, value: str) -> str:
    return f"{label}\u00a0: {value}"
