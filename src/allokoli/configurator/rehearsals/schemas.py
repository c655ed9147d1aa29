from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from allokoli.blueprint.rehearsal import Kind
from allokoli.configurator.rehearsals.models import Rehearsal, Status

CallerStatus = Literal["waiting", "running", "passed", "failed", "unavailable"]


class Said(BaseModel):
    """A line of a simulated call."""

    role: Literal["user", "assistant"]
    text: str


class CallerRead(BaseModel):
    """A simulated caller.

    Attributes:
        kind: what is particular about them.
        status: `unavailable` when the voice platform did not answer, which judges nobody.
        missing: what did not come out right: fields, `answer` or `outcome`.
        transcript: what was said, the caller first.
    """

    kind: Kind
    status: CallerStatus
    missing: list[str] = []
    transcript: list[Said] = []


class RehearsalRead(BaseModel):
    """The latest rehearsal of an assistant.

    Attributes:
        passed: whether every caller passed; None until it is done, or when one could not be heard.
    """

    assistant_id: UUID
    status: Status
    passed: bool | None
    callers: list[CallerRead]
    created_at: datetime
    updated_at: datetime


def shown(row: Rehearsal) -> RehearsalRead:
    """A rehearsal as clients see it."""
    callers = [CallerRead.model_validate(one) for one in row.callers]
    found = {one.status for one in callers}
    judged = row.status == "done" and "unavailable" not in found
    return RehearsalRead(
        assistant_id=row.assistant_id,
        status=row.status,
        passed=found == {"passed"} if judged else None,
        callers=callers,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
