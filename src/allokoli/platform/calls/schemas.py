from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

from allokoli.platform.calls.models import Call, Outcome, Recording
from allokoli.platform.messages.models import Message
from allokoli.platform.messages.schemas import MessageRead

CallType = Literal["inboundPhoneCall", "outboundPhoneCall", "webCall", "vapi.websocketCall", "text"]


def _aware(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_aware)]


class Transport(BaseModel):
    """`text` for a conversation in writing, `webrtc` for a call from the browser."""

    model_config = ConfigDict(extra="forbid")

    provider: Literal["text", "webrtc"]


class Customer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{5,14}$")]
    name: Annotated[str, StringConstraints(max_length=100)] | None = None


class CallCreate(BaseModel):
    """A text or web call with a transport; without one, a phone call to a customer."""

    model_config = ConfigDict(extra="forbid")

    assistant_id: UUID
    transport: Transport | None = None
    customer: Customer | None = None
    phone_number_id: UUID | None = None
    assistant_overrides: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.transport is None and (self.customer is None or self.phone_number_id is None):
            raise ValueError("give a transport, or a customer and a phone_number_id")
        return self


class CallFilters(BaseModel):
    """Which calls to list; dates without a time zone are in UTC."""

    model_config = ConfigDict(extra="forbid")

    created_after: Moment | None = None
    created_before: Moment | None = None
    type: CallType | None = None
    assistant_id: UUID | None = None
    outcome: Outcome | None = None
    status: Literal["live", "ended"] | None = None
    intent: Annotated[str, Query(pattern=r"^[a-z_]{1,40}$")] | None = None


class Analysis(BaseModel):
    summary: str | None
    structured_data: dict[str, Any]
    success_evaluation: str | None


class CallRead(BaseModel):
    id: UUID
    platform_id: str
    assistant_id: UUID | None
    assistant_name: str | None
    type: str | None
    transport: str | None
    status: str
    ended_reason: str | None
    customer_number: str | None
    intent: str | None
    outcome: Outcome | None
    started_at: datetime | None
    ended_at: datetime | None
    duration_s: float | None
    recording: Recording
    recording_url: str | None
    analysis: Analysis
    created_at: datetime
    updated_at: datetime


class CallDetail(CallRead):
    """A call with all that was said; `web_call_url` only when it has just been asked for."""

    messages: list[MessageRead]
    web_call_url: str | None = None


def shown(call: Call) -> CallRead:
    """A call as lists show it."""
    return CallRead(
        analysis=Analysis(
            summary=call.summary,
            structured_data=call.structured_data or {},
            success_evaluation=call.success_evaluation,
        ),
        recording_url=f"/api/v1/calls/{call.id}/recording" if call.recording == "stored" else None,
        **{name: getattr(call, name) for name in _COPIED},
    )


def detailed(call: Call, messages: list[Message], web_call_url: str | None = None) -> CallDetail:
    """A call with what was said in it."""
    said = [MessageRead.model_validate(message) for message in messages]
    return CallDetail(**shown(call).model_dump(), messages=said, web_call_url=web_call_url)


_COPIED = sorted(set(CallRead.model_fields) - {"analysis", "recording_url"})
