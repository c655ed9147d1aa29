from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ARRAY, Date, String, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from allokoli.core.database import Base
from allokoli.platform.agenda.sectors import Counts
from allokoli.platform.columns import CreatedAt, Id, Moment, UpdatedAt

BookingStatus = Literal["booked", "cancelled", "honored", "missed"]
Channel = Literal["email", "sms"]


class Agenda(Base):
    """An organization's agenda. Its row is locked by whoever books, so that nobody books twice.

    Attributes:
        sector: what its first resource was made for.
        untouched: whether it is still as it was made: another sector may replace it then.
        horizon_days: how far ahead callers may book.
        notice_minutes: how long before its beginning a booking must be made.
        feed_token_hash: SHA-256 of the calendar feed's secret; None when there is no feed.
    """

    __tablename__ = "agendas"

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    sector: Mapped[str]
    untouched: Mapped[bool] = mapped_column(default=True)
    horizon_days: Mapped[int]
    notice_minutes: Mapped[int]
    feed_token_hash: Mapped[bytes | None]
    feed_token_sealed: Mapped[bytes | None]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class Resource(Base):
    """What is booked: a room, a chair, a group of tables, a person.

    Attributes:
        counts: `seats` when a booking takes one for each person, `bookings` when it takes one.
        capacity: seats, or bookings, at the same time.
        step_minutes: bookings begin every so many minutes from opening.
        duration_minutes: of a booking whose service has none of its own.
        buffer_minutes: kept free after each booking.
        service_minutes: durations by service; when given, it is booked for these alone.
        by_night: a booking is a stay of some nights.
        ends_within_hours: whether a booking must be over at closing time.
    """

    __tablename__ = "agenda_resources"

    id: Mapped[Id]
    org_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(80))
    counts: Mapped[Counts] = mapped_column(String)
    capacity: Mapped[int]
    step_minutes: Mapped[int]
    duration_minutes: Mapped[int]
    buffer_minutes: Mapped[int] = mapped_column(default=0)
    service_minutes: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict)
    by_night: Mapped[bool] = mapped_column(default=False)
    ends_within_hours: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class DayException(Base):
    """A day unlike the others, of the whole agenda or of one resource; closed without slots."""

    __tablename__ = "agenda_exceptions"

    id: Mapped[Id]
    org_id: Mapped[UUID]
    resource_id: Mapped[UUID | None]
    day: Mapped[date] = mapped_column(Date)
    slots: Mapped[list[list[str]]] = mapped_column(JSONB, default=list)
    label: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[CreatedAt]


class Booking(Base):
    """A booking.

    Attributes:
        reference: a short code people can say.
        status: `booked` until it took place (`honored`), did not (`missed`), or was cancelled.
        free_at: when the resource is free again, its buffer included.
        units: seats or bookings it takes.
        phone: E.164; who changes or cancels by telephone gives it.
        source: a `call`, or the `owner`.
        revision: how often it was changed.
    """

    __tablename__ = "agenda_bookings"

    id: Mapped[Id]
    org_id: Mapped[UUID]
    resource_id: Mapped[UUID]
    reference: Mapped[str] = mapped_column(String(12))
    status: Mapped[BookingStatus] = mapped_column(String, default="booked")
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    free_at: Mapped[Moment]
    units: Mapped[int]
    party_size: Mapped[int | None]
    service: Mapped[str | None] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(254))
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    source: Mapped[Literal["call", "owner"]] = mapped_column(String)
    assistant_id: Mapped[UUID | None]
    call_platform_id: Mapped[str | None]
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class Confirmation(Base):
    """A written confirmation a caller asked for, and what became of it."""

    __tablename__ = "agenda_confirmations"

    id: Mapped[Id]
    org_id: Mapped[UUID]
    booking_id: Mapped[UUID]
    channel: Mapped[Channel] = mapped_column(String)
    recipient: Mapped[str] = mapped_column(String(254))
    locale: Mapped[str]
    status: Mapped[Literal["queued", "sent", "failed"]] = mapped_column(String)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]


class ToolCall(Base):
    """What a call asked of the agenda and was answered: the same request is answered alike.

    Attributes:
        booking_ids: the bookings this call was shown, and may therefore change.
    """

    __tablename__ = "agenda_tool_calls"

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    call_platform_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    tool_call_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    result: Mapped[dict[str, Any]] = mapped_column(JSONB)
    booking_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    created_at: Mapped[Moment]
