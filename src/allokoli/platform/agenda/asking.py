"""What somebody asks of an agenda, and what is answered."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, Protocol
from uuid import UUID

from allokoli.dialogue.text import fold
from allokoli.platform.agenda.sectors import Counts

Reason = Literal["full", "closed", "past"]


class Bookable(Protocol):
    """What is known of a resource; see `models.Resource`."""

    id: UUID
    counts: Counts
    capacity: int
    step_minutes: int
    duration_minutes: int
    buffer_minutes: int
    service_minutes: dict[str, int]
    by_night: bool
    ends_within_hours: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A booking that stands: of which resource, from and until, and how much of it."""

    resource_id: UUID
    start: datetime
    end: datetime
    units: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for.

    Attributes:
        day: local.
        at: local hour; None for any.
        people: how many.
        service: what for.
        nights: of a stay.
        not_before, not_after: local hours that suit; what is near them comes before the rest.
    """

    day: date
    at: time | None = None
    people: int = 1
    service: str | None = None
    nights: int = 1
    not_before: time | None = None
    not_after: time | None = None

    def suits(self, at: time) -> bool:
        """Whether an hour lies within the limits."""
        early = self.not_before is not None and at < self.not_before
        late = self.not_after is not None and at > self.not_after
        return not (early or late)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the agenda, in UTC; `free_at` counts the buffer."""

    resource_id: UUID
    start: datetime
    end: datetime
    free_at: datetime
    units: int


@dataclass(frozen=True, slots=True)
class Found:
    """The answer: the spot asked for when it is free, else why not, and near ones."""

    spot: Spot | None
    near: tuple[datetime, ...]
    reason: Reason | None

    @property
    def free(self) -> bool:
        return self.spot is not None


def minutes_of(resource: Bookable, service: str | None) -> int | None:
    """How long a service takes at a resource; None when it does not offer it."""
    if not service or not resource.service_minutes:
        return resource.duration_minutes
    wanted = fold(service)
    for name, minutes in resource.service_minutes.items():
        known = fold(name)
        if known and (known in wanted or wanted in known):
            return minutes
    return None


def units_of(resource: Bookable, wanted: Wanted) -> int:
    """How much of a resource it takes."""
    return max(1, wanted.people) if resource.counts == "seats" else 1
