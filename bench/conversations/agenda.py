"""A small agenda in memory, which answers the functions of `allokoli.blueprint.agenda_tools`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import jsonschema
from bench.conversations.written import Agenda

from allokoli.blueprint import Blueprint
from allokoli.blueprint.agenda_tools import (
    BOOK_SLOT,
    CANCEL_BOOKING,
    CHANGE_BOOKING,
    FIND_BOOKING,
    FIND_SLOTS,
    declaration,
)

_STEP = timedelta(minutes=30)
_MOST_SLOTS = 3
_DAYS_AHEAD = 14
Json = dict[str, Any]


@dataclass(slots=True)
class _Booking:
    phone: str
    moment: datetime
    party_size: int | None


class AgendaInMemory:
    """What is free: the hours of the business, less what was written as full."""

    def __init__(self, blueprint: Blueprint, written: Agenda, now: datetime) -> None:
        self._hours = blueprint.hours
        self._now = now
        self._full = {one for one in written.full if isinstance(one, datetime)}
        self._full_days = {one for one in written.full if not isinstance(one, datetime)}
        self._bookings: dict[str, _Booking] = {}
        for one in written.bookings:
            self._keep(one.phone, datetime.combine(one.date, one.time), one.party_size)

    @property
    def moments(self) -> list[datetime]:
        """When something is booked; midnight for what has a day alone."""
        return [one.moment for one in self._bookings.values()]

    def answer(self, name: str, arguments: Mapping[str, Any]) -> Json:
        """The result of a function.

        Raises:
            jsonschema.ValidationError: for arguments that its declaration refuses.
        """
        jsonschema.validate(dict(arguments), declaration(name)["parameters"])
        if name == FIND_SLOTS:
            return self._find_slots(arguments)
        if name == BOOK_SLOT:
            return self._book(None, arguments)
        if name == FIND_BOOKING:
            return self._find_booking(arguments)
        if name == CHANGE_BOOKING:
            return self._book(str(arguments["id"]), arguments)
        if name == CANCEL_BOOKING:
            return {"cancelled": self._bookings.pop(str(arguments["id"]), None) is not None}
        return {"sent": True}

    def _find_slots(self, asked: Mapping[str, Any]) -> Json:
        day = date.fromisoformat(asked["date"])
        reason = self._why_not(day, asked.get("time"))
        return {"free": reason is None, "slots": self._near(day, asked), "reason": reason}

    def _book(self, which: str | None, asked: Mapping[str, Any]) -> Json:
        day = date.fromisoformat(asked["date"])
        reason = self._why_not(day, asked.get("time"))
        if which is not None and which not in self._bookings:
            return {"booked": False, "slots": [], "reason": None}
        if reason:
            return {"booked": False, "slots": self._near(day, asked), "reason": reason}
        moment = datetime.combine(day, time.fromisoformat(asked.get("time") or "00:00"))
        if which is None:
            which = self._keep(str(asked.get("phone")), moment, asked.get("party_size"))
        else:
            self._bookings[which].moment = moment
        return {"booked": True, "id": which, "reference": which[:6].upper()}

    def _find_booking(self, asked: Mapping[str, Any]) -> Json:
        found = [
            (which, one)
            for which, one in self._bookings.items()
            if one.phone == asked["phone"]
            and asked.get("date") in {None, one.moment.date().isoformat()}
        ]
        return {
            "bookings": [
                {"id": which, **_shown(one.moment), "party_size": one.party_size}
                for which, one in found[:_MOST_SLOTS]
            ]
        }

    def _keep(self, phone: str, moment: datetime, party_size: int | None) -> str:
        which = str(uuid5(NAMESPACE_OID, f"booking {len(self._bookings)}"))
        self._bookings[which] = _Booking(phone, moment, party_size)
        return which

    def _why_not(self, day: date, at: str | None) -> str | None:
        moment = datetime.combine(day, time.fromisoformat(at)) if at else None
        if day < self._now.date() or (moment and moment <= self._now):
            return "past"
        if not self._open(day, at):
            return "closed"
        return "full" if day in self._full_days or moment in self._full else None

    def _open(self, day: date, at: str | None) -> bool:
        if not self._hours or not self._hours.any_open():
            return True
        intervals = self._hours.on(day)
        return (
            bool(intervals)
            if at is None
            else any(
                start <= at < end if start < end else at >= start or at < end
                for start, end in intervals
            )
        )

    def _near(self, day: date, asked: Mapping[str, Any]) -> list[Json]:
        """The free moments nearest to the one asked, that day or else the next days."""
        wanted = datetime.combine(day, time.fromisoformat(asked.get("time") or "12:00"))
        for ahead in range(_DAYS_AHEAD):
            start = datetime.combine(day + timedelta(days=ahead), time())
            steps = (start + _STEP * step for step in range(48))
            free = [one for one in steps if not self._why_not(one.date(), one.strftime("%H:%M"))]
            if free:
                low, high = asked.get("not_before", "00:00"), asked.get("not_after", "23:59")
                suiting = [one for one in free if low <= one.strftime("%H:%M") <= high]
                nearest = sorted(suiting or free, key=lambda one: abs(one - wanted))[:_MOST_SLOTS]
                return [_shown(one) for one in nearest]
        return []


def _shown(moment: datetime) -> Json:
    return {"date": moment.date().isoformat(), "time": moment.strftime("%H:%M")}
