from datetime import date, datetime, time
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from allokoli.blueprint.blueprint import Interval, Sector
from allokoli.core.plain_line import as_line
from allokoli.platform.agenda.asking import Reason
from allokoli.platform.agenda.contacts import email_of, phone_of
from allokoli.platform.agenda.models import BookingStatus
from allokoli.platform.agenda.sectors import Counts

_MOST_DETAILS = 20
_MOST_SERVICES = 50


ShortName = Annotated[
    str,
    BeforeValidator(as_line),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80),
]
Line = Annotated[
    str,
    BeforeValidator(as_line),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
]
Minutes = Annotated[int, Field(ge=5, le=1440)]
Buffer = Annotated[int, Field(ge=0, le=480)]
Capacity = Annotated[int, Field(ge=1, le=10_000)]
Position = Annotated[int, Field(ge=0, le=10_000)]
Services = Annotated[dict[Line, Minutes], Field(max_length=_MOST_SERVICES)]
People = Annotated[int, Field(ge=1, le=10_000)]
Nights = Annotated[int, Field(ge=1, le=60)]
Details = Annotated[dict[str, str | int | float | bool | None], Field(max_length=_MOST_DETAILS)]

# A class with a field of the same name cannot name the type.
# Its days stay far from where dates begin and end: those around them are counted.
Day = Annotated[date, Field(ge=date(1970, 1, 1), le=date(2999, 12, 31))]
Hour = time


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AgendaRead(BaseModel):
    """An agenda's settings. `feed_url` carries a secret; null when there is no feed, or for those
    who may only look."""

    sector: str
    timezone: str
    horizon_days: int
    notice_minutes: int
    feed_url: str | None


class AgendaUpdate(_Given):
    sector: Sector | None = None
    horizon_days: Annotated[int, Field(ge=1, le=366)] | None = None
    notice_minutes: Annotated[int, Field(ge=0, le=43_200)] | None = None


class FeedRead(BaseModel):
    """The calendar feed's address; whoever has it reads the bookings until it is changed."""

    url: str | None


class ResourceCreate(_Given):
    name: ShortName
    counts: Counts = "bookings"
    capacity: Capacity = 1
    step_minutes: Minutes = 15
    duration_minutes: Minutes = 30
    buffer_minutes: Buffer = 0
    service_minutes: Services = {}
    by_night: bool = False
    ends_within_hours: bool = True
    active: bool = True
    position: Position = 0


class ResourceUpdate(_Given):
    name: ShortName | None = None
    counts: Counts | None = None
    capacity: Capacity | None = None
    step_minutes: Minutes | None = None
    duration_minutes: Minutes | None = None
    buffer_minutes: Buffer | None = None
    service_minutes: Services | None = None
    by_night: bool | None = None
    ends_within_hours: bool | None = None
    active: bool | None = None
    position: Position | None = None


class ResourceRead(_Shown):
    id: UUID
    name: str
    counts: Counts
    capacity: int
    step_minutes: int
    duration_minutes: int
    buffer_minutes: int
    service_minutes: dict[str, int]
    by_night: bool
    ends_within_hours: bool
    active: bool
    position: int
    created_at: datetime
    updated_at: datetime


class ExceptionCreate(_Given):
    """A day unlike the others; closed without slots. Without a resource it is for all of them."""

    day: Day
    slots: Annotated[list[Interval], Field(max_length=6)] = []
    label: Line | None = None
    resource_id: UUID | None = None


class ExceptionRead(_Shown):
    id: UUID
    day: date
    slots: list[Interval]
    label: str | None
    resource_id: UUID | None


class _Contact(_Given):
    phone: str | None = None
    email: str | None = None

    @field_validator("phone")
    @classmethod
    def _read_phone(cls, value: str | None) -> str | None:
        if not value:
            return None
        found = phone_of(value, "FR")
        if found is None:
            raise ValueError("not a phone number")
        return found

    @field_validator("email")
    @classmethod
    def _read_email(cls, value: str | None) -> str | None:
        if not value:
            return None
        found = email_of(value)
        if found is None:
            raise ValueError("not an e-mail address")
        return found


class BookingCreate(_Contact):
    """A booking made by the owner: hours do not bind it, capacity does. Local day and hour."""

    date: Day
    time: Hour
    name: Line
    party_size: People | None = None
    nights: Nights = 1
    service: Line | None = None
    resource_id: UUID | None = None
    details: Details = {}

    @field_validator("time")
    @classmethod
    def _whole_minutes(cls, value: Hour) -> Hour:
        return _local(value)


class BookingUpdate(_Contact):
    """Only what is given changes; a phone number or an address of null is removed."""

    date: Day | None = None
    time: Hour | None = None
    name: Line | None = None
    party_size: People | None = None
    service: Line | None = None
    status: BookingStatus | None = None

    @field_validator("time")
    @classmethod
    def _whole_minutes(cls, value: Hour | None) -> Hour | None:
        return _local(value) if value else None


class BookingRead(_Shown):
    id: UUID
    reference: str
    status: BookingStatus
    resource_id: UUID
    starts_at: datetime
    ends_at: datetime
    party_size: int | None
    service: str | None
    name: str
    phone: str | None
    email: str | None
    details: dict[str, Any]
    source: str
    created_at: datetime
    updated_at: datetime


class BookingFilters(_Given):
    """Which bookings a list shows: those that touch the span."""

    after: AwareDatetime | None = None
    before: AwareDatetime | None = None
    status: BookingStatus | None = None
    resource_id: UUID | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.after and self.before and self.before <= self.after:
            raise ValueError("before must be later than after")
        return self


class SlotRead(BaseModel):
    """A local day and hour."""

    date: Day
    time: str


class SlotsRead(BaseModel):
    """Whether something is free, and what is near it; `reason` is null when it is."""

    free: bool
    slots: list[SlotRead]
    reason: Reason | None


def _local(value: Hour) -> Hour:
    if value.tzinfo is not None:
        raise ValueError("a local hour, without an offset")
    return value.replace(second=0, microsecond=0)
