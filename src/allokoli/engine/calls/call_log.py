"""What an engine did for a call, line by line: what its owner downloads as the call's log.

Lines tell what happened and how long it took; never what was said, nor a secret.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4
from weakref import WeakValueDictionary

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from allokoli.core import clock
from allokoli.core.database import Base, session
from allokoli.core.identity import Identity
from allokoli.engine.api.wire import iso

Kind = Literal["API", "Webhook", "Call", "Provider"]
MOST_LINES = 10_000

_log = structlog.get_logger()


class LogEntry(Base):
    """A line of the engine's log of an organization; `type` is one of Vapi's four."""

    __tablename__ = "logs"
    __table_args__ = {"schema": "engine"}  # noqa: RUF012 - SQLAlchemy's way

    id: Mapped[UUID] = mapped_column(primary_key=True)
    org_id: Mapped[UUID]
    call_id: Mapped[UUID | None]
    type: Mapped[str]
    time: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)


class CallLog:
    """Lines waiting to be written; one for a call in a process, see `log_of`."""

    def __init__(self, org_id: UUID, call_id: UUID) -> None:
        self._org_id = org_id
        self._call_id = call_id
        self._waiting: list[LogEntry] = []
        self._lines = 0
        self._last = datetime.min.replace(tzinfo=UTC)

    def note(self, kind: Kind, event: str, *, level: str = "info", **fields: Any) -> None:
        """Remember a line; the first `MOST_LINES` of a call are kept.

        Args:
            kind: what it is about: an answer of a server (Webhook), a model (Provider), …
            event: what happened, in a word or a sentence of the engine's own.
            level: `info`, `warn` or `error`.
            fields: numbers and short names.
        """
        self._lines += 1
        if self._lines > MOST_LINES:
            return
        _unwritten.add(self)
        # Lines of one instant keep their order.
        self._last = max(clock.now(), self._last + timedelta(microseconds=1))
        self._waiting.append(
            LogEntry(
                id=uuid4(),
                org_id=self._org_id,
                call_id=self._call_id,
                type=kind,
                time=self._last,
                body={"level": level, "event": event, **fields},
            )
        )

    async def flush(self) -> None:
        """Write what waits; a database that is away costs the lines, not the call."""
        _unwritten.discard(self)
        lines, self._waiting = self._waiting, []
        if not lines:
            return
        try:
            async with session(Identity.job(self._org_id)) as opened:
                opened.add_all(lines)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("call_log_lost", call=str(self._call_id), error=type(error).__name__)


_logs: WeakValueDictionary[UUID, CallLog] = WeakValueDictionary()
# What has lines to write is kept until they are; the end of its call sees to that.
_unwritten: set[CallLog] = set()


def log_of(org_id: UUID, call_id: UUID) -> CallLog:
    """The log of a call, the same one for all that carry it in this process."""
    found = _logs.get(call_id)
    if found is None:
        found = _logs[call_id] = CallLog(org_id, call_id)
    return found


async def forget(opened: AsyncSession, call_id: UUID) -> None:
    """Delete a call's log."""
    await opened.execute(delete(LogEntry).where(LogEntry.call_id == call_id))


async def lines_of(opened: AsyncSession, call_id: UUID) -> list[dict[str, Any]]:
    """A call's log, oldest line first."""
    statement = (
        select(LogEntry)
        .where(LogEntry.call_id == call_id)
        .order_by(LogEntry.time)
        .limit(MOST_LINES)
    )
    return [
        {"time": iso(line.time), "type": line.type, **line.body}
        for line in await opened.scalars(statement)
    ]
