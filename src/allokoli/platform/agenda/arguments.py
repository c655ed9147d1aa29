"""What a model may give the agenda's functions, read with tolerance and within bounds."""

import json
import math
from datetime import date, time
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from allokoli.core.plain_line import one_line
from allokoli.platform.agenda.asking import Wanted
from allokoli.platform.agenda.models import Channel
from allokoli.platform.clean_text import cleaned

_LONGEST_VALUE = 500
_LONGEST_LINE = 200
_MOST_DETAILS = 20
MOST_NIGHTS = 60
# Far from where dates begin and end: days around the one asked are counted.
_FIRST_YEAR, _LAST_YEAR = 1970, 2999


def _day(value: Any) -> Any:
    given = date.fromisoformat(value.strip()) if isinstance(value, str) else None
    if given is not None and not _FIRST_YEAR <= given.year <= _LAST_YEAR:
        raise ValueError
    return given


def _hour(value: Any) -> Any:
    if value is None:
        return None
    at = time.fromisoformat(str(value).strip())
    return at.replace(second=0, microsecond=0, tzinfo=None)


def _shortened(value: Any) -> Any:
    plain = isinstance(value, (str, int)) and not isinstance(value, bool)
    return one_line(str(value), _LONGEST_LINE) or None if plain else None


def _none_when_empty(value: Any) -> Any:
    return None if value in ("", 0, "0") else value


def _bounded(value: Any) -> Any:
    """Answers by the key of their field; what is no plain value is kept as its JSON."""
    if not isinstance(value, dict):
        return {}
    kept = {}
    for key, one in list(value.items())[:_MOST_DETAILS]:
        plain = isinstance(one, (bool, int)) or one is None
        plain = plain or (isinstance(one, float) and math.isfinite(one))
        written = one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)
        kept[str(key)[:40]] = one if plain else written[:_LONGEST_VALUE]
    return kept


Day = Annotated[date, BeforeValidator(_day)]
Hour = Annotated[time | None, BeforeValidator(_hour), BeforeValidator(_none_when_empty)]
Few = Annotated[str | None, BeforeValidator(_shortened)]
People = Annotated[int | None, Field(ge=1, le=10_000), BeforeValidator(_none_when_empty)]
Nights = Annotated[int | None, Field(ge=1, le=MOST_NIGHTS), BeforeValidator(_none_when_empty)]
Details = Annotated[dict[str, Any], BeforeValidator(_bounded)]


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="ignore")


class FindSlots(_Arguments):
    date: Day
    time: Hour = None
    party_size: People = None
    service: Few = None
    nights: Nights = None
    not_before: Hour = None
    not_after: Hour = None

    def wanted(self) -> Wanted:
        """As the agenda takes it."""
        return Wanted(
            self.date,
            self.time,
            self.party_size or 1,
            self.service,
            self.nights or 1,
            self.not_before,
            self.not_after,
        )


class BookSlot(FindSlots):
    name: Annotated[str, BeforeValidator(_shortened)]
    phone: Few = None
    email: Few = None
    details: Details = {}

    def wanted(self) -> Wanted:
        """As the agenda takes it; the length of a stay may be among the details."""
        return Wanted(
            self.date, self.time, self.party_size or 1, self.service, self.nights or self._told()
        )

    def _told(self) -> int:
        """The nights among the details, one when they do not tell."""
        told = self.details.get("nights")
        return told if isinstance(told, int) and 1 <= told <= MOST_NIGHTS else 1


class FindBooking(_Arguments):
    phone: Few = None
    name: Few = None
    date: Annotated[Day | None, BeforeValidator(_none_when_empty)] = None


class ChangeBooking(_Arguments):
    id: UUID
    date: Day
    time: Hour = None
    party_size: People = None


class CancelBooking(_Arguments):
    id: UUID


class SendConfirmation(_Arguments):
    id: UUID
    channel: Channel
    to: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254)]


def read(given: Any) -> dict[str, Any]:
    """The arguments of a call of a function, an object or its JSON; empty when they are neither."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return {}
    return cleaned(given) if isinstance(given, dict) else {}
