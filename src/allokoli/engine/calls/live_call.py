"""A voice call while it runs: listens to its audio and writes everything down as it comes."""

import asyncio
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, literal, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.identity import Identity
from allokoli.engine.calls import counts, repository
from allokoli.engine.calls.call_log import log_of
from allokoli.engine.calls.conversing import learned
from allokoli.engine.calls.ending import conclude
from allokoli.engine.calls.happenings import as_message, marked, noted, speaker
from allokoli.engine.calls.kept import state_columns
from allokoli.engine.calls.models import ENDED, IN_PROGRESS, Call, CallMessage
from allokoli.engine.calls.news import News
from allokoli.engine.calls.server_messages import Outbox
from allokoli.engine.calls.voice import Voice
from allokoli.engine.calls.writer import Writer
from allokoli.engine.conversation.conversation import Conversation
from allokoli.engine.conversation.events import Event
from allokoli.engine.conversation.listener import Role, TurnLatency

# The assistant should have begun to answer after so long; its server is told when it has not.
_HANG_S = 5.0
_HOOKS_S = 30.0


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
        self._log = log_of(call.org_id, call.id)
        self._messages: list[CallMessage] = []
        self._metrics: dict[str, Any] = {"turns": [], "interruptions": 0}
        self._turn = 0
        self._tokens = (0, 0)
        self._hanging: asyncio.TimerHandle | None = None
        self._writer = Writer(self._identity, call.id)

    async def run(self, voice: Voice) -> None:
        """Follow the call to its end, then write what is left, end it and conclude it."""
        self.voice = voice
        reason = await voice.wait()
        self._answering()
        await self._perform_hooks(reason)
        await self._writer.finish()
        call = self.call
        values = {
            "metrics": counts.added(self._metrics, self.conversation),
            "artifacts": _with({"variableValues": learned(call, self.conversation)}),
            **state_columns(call, self.conversation.state),
        }

        async def last(opened: AsyncSession) -> None:
            await repository.mark_ended(opened, call.id, reason)
            await opened.execute(update(Call).where(Call.id == call.id).values(**values))
            self.call = await repository.find(opened, call.id)

        await self._writer.write(last)
        self._log.note("Call", "call ended", reason=reason)
        self._news.status(self.call)
        turns = [one["content"] for one in self.conversation.history if one["role"] == "user"]
        await self.conversation.aclose()
        await self._log.flush()
        await conclude(self._identity, call.id, turns)

    async def _perform_hooks(self, reason: str) -> None:
        """What the assistant does once the call is over; nobody hears it any more."""
        try:
            async with asyncio.timeout(_HOOKS_S):
                async for event in self.conversation.ending(reason):
                    self.happened(event)
        except TimeoutError:
            self._log.note("Call", "hooks took too long", level="error")

    async def abandon(self) -> None:
        """The call could not be answered: nothing was said, nothing is kept."""
        self._writer.cancel()
        await self.conversation.aclose()

    # CallListener

    def connected(self) -> None:
        """The caller is there."""
        now = clock.now()
        self.call.status, self.call.started_at, self.call.updated_at = IN_PROGRESS, now, now
        self._log.note("Call", "call started", transport=self.call.transport)
        for warning in self.call.warnings:
            self._log.note("Call", warning, level="warn")
        self._news.status(self.call)
        self._news.started(self.call)
        statement = (
            update(Call)
            .where(Call.id == self.call.id, Call.status != ENDED)
            .values(status=IN_PROGRESS, started_at=now, updated_at=now)
        )
        self._writer.put(lambda opened: opened.execute(statement))

    def speech_update(self, role: Role, status: Literal["started", "stopped"]) -> None:
        """Somebody began or stopped speaking."""
        if role == "assistant":
            self._answering()
        self._news.speech(self.call, role, status, self._turn)

    def transcript(
        self, role: Role, text: str, *, final: bool, started_at: datetime, ended_at: datetime
    ) -> None:
        """Somebody said, or is saying, something."""
        self._news.transcript(self.call, role, text, final=final)
        if not final or not text.strip():
            return
        whose: dict[str, Any] = {}
        if role == "assistant":
            whose = speaker(self.call, self.conversation)
            self._news.answered(self.call, text.strip(), self._turn, aloud=True)
        else:
            self._turn += 1
            self._await_answer()
        last = self._messages[-1] if self._messages else None
        if last is not None and last.role == role == "assistant" and last.extra == whose:
            last.text, last.ended_at = f"{last.text} {text.strip()}", ended_at
            self._rewrite(last)
        else:
            self._append(role, text.strip(), started_at, ended_at, whose)
        self._news.conversation(self.call, self._messages)

    def interrupted(self) -> None:
        """The caller cut the assistant short."""
        self._metrics["interruptions"] += 1
        self._news.interrupted(self.call, self._turn)
        last = next((one for one in reversed(self._messages) if one.role == "assistant"), None)
        if last is not None:
            last.interrupted = True
            self._rewrite(last)

    def resumed(self) -> None:
        """The caller's last turn was not over: it will come again, whole."""
        self._answering()
        while self._messages and self._messages.pop().role != "user":
            pass
        statement = delete(CallMessage).where(
            CallMessage.call_id == self.call.id, CallMessage.seq >= len(self._messages)
        )
        self._writer.put(lambda opened: opened.execute(statement))

    def happened(self, event: Event) -> None:
        """The conversation did something other than speak."""
        noted(self._log, event)
        now = clock.now()
        if message := as_message(event):
            role, text, extra = message
            self._append(role, text, now, now, extra)
        seq = len(self._messages)
        artifacts = marked(self.call.artifacts, event, self.conversation, seq)
        if artifacts is not self.call.artifacts:
            new = {
                name: one
                for name, one in artifacts.items()
                if one is not self.call.artifacts.get(name)
            }
            self.call.artifacts = artifacts
            statement = update(Call).where(Call.id == self.call.id).values(artifacts=_with(new))
            self._writer.put(lambda opened: opened.execute(statement))
        self._news.happened(self.call, event)
        self._writer.put(lambda _: self._log.flush())

    def latency(self, latency: TurnLatency) -> None:
        """An answer became audible."""
        before, self._tokens = self._tokens, self._counted()
        tokens: dict[str, Any] = {
            "promptTokens": self._tokens[0] - before[0],
            "completionTokens": self._tokens[1] - before[1],
        }
        turn: dict[str, Any] = counts.turn(latency) | tokens
        self._log.note("Provider", "turn answered", **turn)
        self._metrics = counts.with_turn(self._metrics, turn)

    def _counted(self) -> tuple[int, int]:
        return self.conversation.prompt_tokens, self.conversation.completion_tokens

    def _await_answer(self) -> None:
        self._answering()
        loop = asyncio.get_running_loop()
        self._hanging = loop.call_later(_HANG_S, lambda: self._news.hang(self.call))

    def _answering(self) -> None:
        if self._hanging is not None:
            self._hanging.cancel()
            self._hanging = None

    def _append(
        self,
        role: str,
        text: str,
        started_at: datetime,
        ended_at: datetime,
        extra: dict[str, Any],
    ) -> None:
        message = CallMessage(
            call_id=self.call.id,
            seq=len(self._messages),
            org_id=self.call.org_id,
            role=role,
            text=text,
            started_at=started_at,
            ended_at=ended_at,
            interrupted=False,
            extra=extra,
        )
        self._messages.append(message)
        self._rewrite(message)

    def _rewrite(self, message: CallMessage) -> None:
        """Store a message as it is now, whether or not it was stored before."""
        now = CallMessage(
            **{name: getattr(message, name) for name in CallMessage.__table__.columns.keys()}  # noqa: SIM118 - it iterates columns
        )
        self._writer.put(lambda opened: opened.merge(now))

    def _to_browser(self, message: dict[str, Any]) -> None:
        if self.voice is not None:
            self.voice.send(message)


def _with(new: dict[str, Any]) -> Any:
    """A call's artifacts with some more; telephony writes others meanwhile."""
    return Call.artifacts.op("||")(literal(new, JSONB))
