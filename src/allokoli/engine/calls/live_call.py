"""A voice call while it runs: listens to its audio and writes everything down as it comes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Literal

import structlog
from sqlalchemy import delete, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.calls import counts, repository
from allokoli.engine.calls.ending import conclude
from allokoli.engine.calls.models import ENDED, IN_PROGRESS, Call, CallMessage
from allokoli.engine.calls.news import News
from allokoli.engine.calls.server_messages import Outbox
from allokoli.engine.calls.voice import Voice
from allokoli.engine.conversation.conversation import Conversation
from allokoli.engine.conversation.events import Event
from allokoli.engine.conversation.listener import Role, TurnLatency

_ATTEMPTS = 6
_FIRST_WAIT_S = 0.2

Write = Callable[[AsyncSession], Awaitable[Any]]
_log = structlog.get_logger()


class LiveCall:
    """A `CallListener` that keeps the call's record.

    Its methods return at once; a task of its own writes in order, and waits out a database that is
    away for a few seconds.

    Args:
        call: the row, as stored.
        conversation: what is being said.
        outbox: carries server messages.
    """

    def __init__(self, call: Call, conversation: Conversation, outbox: Outbox) -> None:
        self.call = call
        self.conversation = conversation
        self.voice: Voice | None = None
        self._identity = Identity.job(call.org_id)
        self._news = News(outbox, self._to_browser)
        self._messages: list[CallMessage] = []
        self._metrics: dict[str, Any] = {"turns": [], "interruptions": 0}
        self._writes: asyncio.Queue[Write | None] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write_down())

    async def run(self, voice: Voice) -> None:
        """Follow the call to its end, then write what is left, end it and conclude it."""
        self.voice = voice
        reason = await voice.wait()
        self._writes.put_nowait(None)
        await self._writer
        call, metrics = self.call, counts.added(self._metrics, self.conversation)

        async def last(opened: AsyncSession) -> None:
            await repository.mark_ended(opened, call.id, reason)
            await opened.execute(update(Call).where(Call.id == call.id).values(metrics=metrics))
            self.call = await repository.find(opened, call.id)

        await self._write(last)
        self._news.status(self.call)
        turns = [one["content"] for one in self.conversation.history if one["role"] == "user"]
        await self.conversation.aclose()
        await conclude(self._identity, call.id, turns)

    async def abandon(self) -> None:
        """The call could not be answered: nothing was said, nothing is kept."""
        self._writer.cancel()
        await self.conversation.aclose()

    # CallListener

    def connected(self) -> None:
        """The caller is there."""
        now = clock.now()
        self.call.status, self.call.started_at, self.call.updated_at = IN_PROGRESS, now, now
        self._news.status(self.call)
        self._news.started(self.call)
        statement = (
            update(Call)
            .where(Call.id == self.call.id, Call.status != ENDED)
            .values(status=IN_PROGRESS, started_at=now, updated_at=now)
        )
        self._writes.put_nowait(lambda opened: opened.execute(statement))

    def speech_update(self, role: Role, status: Literal["started", "stopped"]) -> None:
        """Somebody began or stopped speaking."""
        self._news.speech(self.call, role, status, 0)

    def transcript(
        self, role: Role, text: str, *, final: bool, started_at: datetime, ended_at: datetime
    ) -> None:
        """Somebody said, or is saying, something."""
        self._news.transcript(self.call, role, text, final=final)
        if not final or not text.strip():
            return
        last = self._messages[-1] if self._messages else None
        if last is not None and last.role == role == "assistant":
            last.text, last.ended_at = f"{last.text} {text.strip()}", ended_at
            self._rewrite(last)
        else:
            self._append(role, text.strip(), started_at, ended_at)
        self._news.conversation(self.call, self._messages)

    def interrupted(self) -> None:
        """The caller cut the assistant short."""
        self._metrics["interruptions"] += 1
        self._news.interrupted(self.call, 0)
        if self._messages and self._messages[-1].role == "assistant":
            self._messages[-1].interrupted = True
            self._rewrite(self._messages[-1])

    def resumed(self) -> None:
        """The caller's last turn was not over: it will come again, whole."""
        while self._messages and self._messages.pop().role != "user":
            pass
        statement = delete(CallMessage).where(
            CallMessage.call_id == self.call.id, CallMessage.seq >= len(self._messages)
        )
        self._writes.put_nowait(lambda opened: opened.execute(statement))

    def happened(self, event: Event) -> None:
        """The conversation did something other than speak."""

    def latency(self, latency: TurnLatency) -> None:
        """An answer became audible."""
        self._metrics["turns"].append(counts.turn(latency))

    def _append(self, role: str, text: str, started_at: datetime, ended_at: datetime) -> None:
        message = CallMessage(
            call_id=self.call.id,
            seq=len(self._messages),
            org_id=self.call.org_id,
            role=role,
            text=text,
            started_at=started_at,
            ended_at=ended_at,
            interrupted=False,
        )
        self._messages.append(message)
        self._rewrite(message)

    def _rewrite(self, message: CallMessage) -> None:
        """Store a message as it is now, whether or not it was stored before."""
        now = CallMessage(
            **{name: getattr(message, name) for name in CallMessage.__table__.columns.keys()}  # noqa: SIM118
        )
        self._writes.put_nowait(lambda opened: opened.merge(now))

    def _to_browser(self, message: dict[str, Any]) -> None:
        if self.voice is not None:
            self.voice.send(message)

    async def _write_down(self) -> None:
        while (write := await self._writes.get()) is not None:
            await self._write(write)

    async def _write(self, write: Write) -> None:
        for attempt in range(_ATTEMPTS):
            try:
                async with session(self._identity) as opened:
                    await write(opened)
            except (SQLAlchemyError, OSError) as error:
                _log.warning("call_write_failed", call=str(self.call.id), attempt=attempt,
                             error=type(error).__name__)  # fmt: skip
                await asyncio.sleep(_FIRST_WAIT_S * 2**attempt)
            else:
                return
        _log.error("call_write_lost", call=str(self.call.id))
