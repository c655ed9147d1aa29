"""What the agenda's functions answered, as far as it can be used.

Answers come through a voice platform and, for an assistant with its own server, from elsewhere:
what is not of the declared shape is left aside, so that a call goes on without it.
"""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

_MOST = 3
_LONGEST_ID = 64
_REASONS = frozenset({"full", "closed", "past"})


def moments(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The free days and hours of `slots`, at most 3: `{date, time}`, `{date}` for a stay."""
    return [moment for one in _objects(result.get("slots")) if (moment := _moment(one))]


def bookings(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The bookings of `bookings`, at most 3: `{id, date, time, party_size}`."""
    found = []
    for one in _objects(result.get("bookings")):
        moment, known = _moment(one), one.get("id")
        if moment and isinstance(known, str) and 0 < len(known) <= _LONGEST_ID:
            size = one.get("party_size")
            people = {"party_size": size} if type(size) is int else {}
            found.append({"id": known, **moment, **people})
    return found


def reason(result: Mapping[str, Any]) -> str:
    """Why there is nothing free, empty when it is not told."""
    given = result.get("reason")
    return given if isinstance(given, str) and given in _REASONS else ""


def _objects(given: Any) -> list[Mapping[str, Any]]:
    listed = given[:_MOST] if isinstance(given, list) else []
    return [one for one in listed if isinstance(one, Mapping)]


def _moment(given: Mapping[str, Any]) -> dict[str, Any]:
    """A day and its hour; nothing when the day cannot be read."""
    try:
        day = date.fromisoformat(given["date"])
        at = time.fromisoformat(given["time"]) if given.get("time") else None
    except (KeyError, TypeError, ValueError):
        return {}
    moment: dict[str, Any] = {"date": day.isoformat()}
    return {**moment, "time": at.strftime("%H:%M")} if at else moment
