"""What the caller's form asks of the agenda: is it free, book it, move it, call it off."""

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any

from allokoli.blueprint import agenda_results, agenda_tools
from allokoli.blueprint.wording import speak_date, speak_time
from allokoli.dialogue import Known, Lookup, Refusal
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.state import LIMITS

Values = Mapping[str, Any]
Check = Callable[[Values, Known], Refusal | Lookup | Values | None]
Commit = Callable[[Values, Known], Refusal | Lookup | Values]
_SIZES = ("party_size", "guests")
_OWN = frozenset({"date", "time", "name", "phone", "email", "nights", *_SIZES})
_NOT_ANSWERS = frozenset({"booking", "confirmation", LIMITS, "message"})


class Agenda:
    """The agenda as one caller's form sees it.

    Args:
        tools: names of the functions that can be called.
        keys: the keys of the form's fields.
        words: the sentences of the caller's language.
        locale: that language.
    """

    def __init__(
        self, tools: frozenset[str], keys: frozenset[str], words: dict[str, Any], locale: str
    ) -> None:
        self._tools = tools
        self._keys = keys
        self._words = words
        self._locale = locale

    @property
    def kept(self) -> bool:
        """Whether there is one."""
        return agenda_tools.BOOK_SLOT in self._tools

    def is_free(self, values: Values, known: Known) -> Refusal | Lookup | None:
        """Refuses a moment that is taken, with the nearest one that is not."""
        wanted = ("date", *(key for key in ("time", *_SIZES, "nights") if key in self._keys))
        if any(values.get(key) is None for key in wanted):
            return None
        booking = values.get("booking") or {}
        if booking.get("date") == values["date"] and booking.get("time") == values.get("time"):
            return None
        given = {**_given(values, "date", "time", "nights"), **_limits(values)}
        asked = Lookup(agenda_tools.FIND_SLOTS, given)
        found = known.get(asked.key)
        if found is None:
            return asked
        if _failed(found) or found.get("free") is not False:
            return None
        return self._taken(values, found)

    def book(self, values: Values, known: Known) -> Refusal | Lookup | Values:
        """Books what was agreed, and sends a confirmation when one was asked for."""
        given = _given(values, "date", "time", "name", "phone", "email", "nights")
        service = values.get("reason")
        if service:
            given["service"] = str(service)[:200]
        details = {
            key: value
            for key, value in values.items()
            if key not in _OWN | _NOT_ANSWERS and value is not None
        }
        if details:
            given["details"] = details
        asked = Lookup(agenda_tools.BOOK_SLOT, given)
        done = known.get(asked.key)
        if done is None:
            return asked
        if not _failed(done) and done.get("booked") is False:
            return self._taken(values, done)
        if _failed(done) or done.get("booked") is not True:
            return {"noted": True}
        return self._confirmed(values, {"booked": True, "id": done.get("id")}, known)

    def own_booking(self, values: Values, known: Known) -> Lookup | Values | None:
        """Finds the booking the caller speaks of, by the number it was made with."""
        if "booking" in values or not values.get("phone"):
            return None
        asked = Lookup(agenda_tools.FIND_BOOKING, {"phone": values["phone"]})
        found = known.get(asked.key)
        if found is None:
            return asked
        bookings = [] if _failed(found) else agenda_results.bookings(found)
        that_day = [one for one in bookings if one.get("date") == values.get("date")]
        return {"booking": next(iter([*that_day, *bookings]), None)}

    def to_cancel(self, values: Values, known: Known) -> Lookup | Values | None:
        """The booking to call off; its day need not be asked then."""
        found = self.own_booking(values, known)
        booking = found.get("booking") if isinstance(found, Mapping) else None
        if isinstance(found, Lookup) or not booking:
            return found
        return {"booking": booking, **_when(booking)}

    def to_change(self, values: Values, known: Known) -> Refusal | Lookup | Values | None:
        """The booking to move, and whether the new moment is free."""
        found = self.own_booking(values, known)
        if found is not None:
            return found
        booking = values.get("booking")
        if not booking:
            return None
        kept = _unchanged(values, booking)
        return kept or self.is_free(values, known)

    def cancel(self, values: Values, known: Known) -> Lookup | Values:
        """Calls the booking off."""
        booking = values.get("booking")
        if not booking:
            return {"unknown": True}
        asked = Lookup(agenda_tools.CANCEL_BOOKING, {"id": str(booking.get("id"))})
        done = known.get(asked.key)
        if done is None:
            return asked
        cancelled = not _failed(done) and done.get("cancelled") is True
        return {"cancelled": True} if cancelled else {"unknown": True}

    def change(self, values: Values, known: Known) -> Refusal | Lookup | Values:
        """Moves the booking."""
        booking = values.get("booking")
        if not booking:
            return {"unknown": True}
        moved = {"id": str(booking.get("id")), **_given(values, "date", "time")}
        moved.setdefault("time", booking.get("time"))
        asked = Lookup(agenda_tools.CHANGE_BOOKING, moved)
        done = known.get(asked.key)
        if done is None:
            return asked
        if not _failed(done) and done.get("booked") is False:
            return self._taken(values, done)
        if _failed(done) or done.get("booked") is not True:
            return {"unknown": True}
        return self._confirmed(values, {"changed": True, "id": booking.get("id")}, known)

    def _confirmed(self, values: Values, result: dict[str, Any], known: Known) -> Lookup | Values:
        to = values.get("email") or values.get("phone")
        wanted = values.get("confirmation") and agenda_tools.SEND_CONFIRMATION in self._tools
        if not wanted or not to or not result.get("id"):
            return result
        channel = "email" if values.get("email") else "sms"
        asked = Lookup(
            agenda_tools.SEND_CONFIRMATION,
            {"id": str(result["id"]), "channel": channel, "to": str(to)},
        )
        sent = known.get(asked.key)
        if sent is None:
            return asked
        return {**result, "sent": not _failed(sent) and sent.get("sent") is True}

    def _taken(self, values: Values, found: Mapping[str, Any]) -> Refusal:
        near = next(iter(agenda_results.moments(found)), {})
        words = self._words["agenda"]
        reason = agenda_results.reason(found)
        said = str(words.get(reason, words["full"])).format(when=self._say(values))
        if near:
            said += " " + str(words["near"]).format(when=self._say(near))
        else:
            said += " " + str(words["nothing_near"])
        taken = tuple(key for key in ("date", "time") if key in self._keys)
        return Refusal(
            said, near or None, taken[-1:] if near.get("date") == values["date"] else taken
        )

    def _say(self, values: Mapping[str, Any]) -> str:
        says = lexicon(self._locale).time["says"]
        parts = [
            str(says.get("on", "{date}")).format(
                date=speak_date(date.fromisoformat(values["date"]), self._locale)
            )
        ]
        if values.get("time"):
            moment = speak_time(time.fromisoformat(values["time"]), self._locale)
            parts.append(str(says["at"]).format(time=moment))
        return " ".join(parts)


def _given(values: Values, *keys: str) -> dict[str, Any]:
    given = {key: values[key] for key in keys if values.get(key) is not None}
    size = next((values[key] for key in _SIZES if values.get(key) is not None), None)
    return given if size is None else {**given, "party_size": size}


def _limits(values: Values) -> dict[str, str]:
    """The earliest and the latest hour that suit, where they were said (`après 17 h`)."""
    limits = values.get(LIMITS) or (None, None)
    named = zip(("not_before", "not_after"), limits, strict=True)
    return {key: limit for key, limit in named if limit and values.get("time")}


def _unchanged(values: Values, booking: Mapping[str, Any]) -> dict[str, Any]:
    """What of the booking stays: its day where an hour is new, both where only the party is."""
    resized = any(values.get(key) is not None for key in _SIZES)
    same_day = values.get("date") in {None, booking.get("date")}
    kept = _when(booking) if resized and same_day else {}
    if values.get("time") and booking.get("date"):
        kept = {"date": booking["date"]}
    return {key: value for key, value in kept.items() if values.get(key) is None}


def _when(moment: Mapping[str, Any]) -> dict[str, Any]:
    return {key: moment[key] for key in ("date", "time") if moment.get(key)}


def _failed(result: Any) -> bool:
    """Whether the agenda was out of reach; the request is taken as noted then."""
    return not isinstance(result, Mapping) or "error" in result
