"""The calls this engine process carries, and its sign of life."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, TypeVar
from uuid import UUID, uuid4

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from allokoli.core import events
from allokoli.core.database import session
from allokoli.core.errors import InvalidInput
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Busy, Invalid
from allokoli.engine.calls import recordings, repository, written_orders
from allokoli.engine.calls.backstage import CallBackstage
from allokoli.engine.calls.control import (
    obey,
    of_caller,
)
from allokoli.engine.calls.conversing import conversation_of
from allokoli.engine.calls.live_call import LiveCall
from allokoli.engine.calls.models import ENDED, QUEUED, TEXT, Call
from allokoli.engine.calls.news import News
from allokoli.engine.calls.reaping import reap
from allokoli.engine.calls.server_messages import Outbox
from allokoli.engine.calls.voice import Voice, VoiceFactory, VoiceRequest
from allokoli.engine.conversation.ended_reasons import CANCELED, SHUT_DOWN

RINGING = "ringing"
_BEAT_S = 5.0
_BEAT_RETRY_S = 1.0
_CLOSING_S = 15.0
_DEFAULT_DURATION_S = 600.0
_SILENCE_S = 30.0
_MAX_ORDER = 7_000  # PostgreSQL carries notifications of up to 8,000 bytes

T = TypeVar("T")

_log = structlog.get_logger()


class Switchboard:
    """Carries voice calls.

    Args:
        voice: makes a call's audio; None where none can be carried.
    """

    def __init__(self, voice: VoiceFactory | None = None) -> None:
        self.instance_id = uuid4()
        self.outbox = Outbox()
        self.news = News(self.outbox)
        self._voice = voice
        self._live: dict[UUID, LiveCall] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._beating: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Give the first sign of life and begin to finish what dead processes left."""
        await self._beat()
        self._beating = asyncio.create_task(self._keep_beating())
        self._follow(self._reap())

    async def close(self) -> None:
        """End the calls still running, with an honest reason, and leave."""
        hang_ups = [
            live.voice.hang_up(SHUT_DOWN) for live in self._live.values() if live.voice is not None
        ]
        await asyncio.gather(*hang_ups, return_exceptions=True)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_CLOSING_S)
        await self.outbox.close()
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        with contextlib.suppress(SQLAlchemyError, OSError):
            async with session(Identity.job(None)) as opened:
                await opened.execute(text("select engine.leave(:id)"), {"id": self.instance_id})

    async def answer(
        self, identity: Identity, call_id: UUID, sdp: str, kind: str
    ) -> dict[str, str]:
        """Connect a browser to its call.

        Args:
            identity: acts for the call's organization.
            call_id: a web call nobody answered yet.
            sdp: the browser's offer.
            kind: its type, "offer".

        Returns:
            The answer: `sdp`, `type`, `pc_id`.

        Raises:
            Busy: the call was answered, or has ended.
            Invalid: the offer cannot be understood.
        """
        try:
            return await self.carry(identity, call_id, lambda voice: voice.answer_webrtc(sdp, kind))
        except InvalidInput as error:
            if isinstance(error, Invalid):
                raise
            raise Invalid("The WebRTC offer cannot be understood, or has no audio.") from None

    async def carry(
        self, identity: Identity, call_id: UUID, connect: Callable[[Voice], Awaitable[T]]
    ) -> T:
        """Take a call nobody answered yet and follow it to its end, in the background.

        Args:
            identity: acts for the call's organization.
            call_id: a queued call.
            connect: attaches a transport to the call's voice; what it returns is returned.

        Raises:
            Busy: the call was answered, or has ended.
            Exception: what `connect` raises; the call can then be answered again.
        """
        if self._voice is None:
            raise Busy("This engine carries no audio.")
        async with session(identity) as opened:
            call = await repository.find(opened, call_id, lock=True)
            if call.status not in {QUEUED, RINGING} or call.instance_id is not None:
                raise Busy("This call was answered already, or has ended.")
            call.instance_id = self.instance_id
        live: LiveCall | None = None
        try:
            live = LiveCall(call, conversation_of(call, []), self.outbox)
            voice = self._voice(self._request(live))
            connected = await connect(voice)
        except BaseException as error:
            _log.warning("call_not_connected", call=str(call_id), error=type(error).__name__)
            if live is not None:
                await live.abandon()
            await self._release(identity, call_id)
            raise
        self._live[call_id] = live
        self._follow(self._carry(live, voice))
        return connected

    def listen(self, call: Call) -> AsyncIterator[bytes | dict[str, Any]]:
        """A running call as it is heard from now on; see `Voice.listen`.

        Raises:
            Busy: it is not running, or another engine carries it.
        """
        live = self._live.get(call.id)
        if call.status == ENDED or live is None or live.voice is None:
            why = "has ended" if call.status == ENDED else "is not carried by this engine now"
            raise Busy(f"This call {why}.")
        return live.voice.listen()

    async def order(self, identity: Identity, call_id: UUID, order: dict[str, Any]) -> None:
        """Have a checked order carried out in a running call.

        Raises:
            Missing: no such call.
            Invalid: it has ended, or was not answered yet.
        """
        async with session(identity) as opened:
            call = await repository.find(opened, call_id)
            if call.status == ENDED:
                raise Invalid("This call has ended.")
            if live := self._live.get(call_id):
                self._follow(obey(live, order))
                return
            if call.transport != TEXT:
                if len(json.dumps(order)) > _MAX_ORDER:
                    raise Invalid("This order is too long for the engine that carries the call.")
                await events.publish(opened, topic(call_id), control=order)
                if call.instance_id is None and order["type"] == "end-call":
                    await repository.mark_ended(opened, call_id, CANCELED)
                return
        await written_orders.obey(identity, call_id, order, self.news)

    async def _carry(self, live: LiveCall, voice: Voice) -> None:
        orders = asyncio.create_task(self._take_orders(live))
        try:
            await live.run(voice)
        except Exception as error:  # noqa: BLE001 - the reaper finishes what could not be
            _log.error("call_unfinished", call=str(live.call.id), error=type(error).__name__)
        finally:
            self._live.pop(live.call.id, None)
            orders.cancel()

    async def _take_orders(self, live: LiveCall) -> None:
        """Live control reaches the process that carries the call, wherever it was asked."""
        async with events.subscribe(topic(live.call.id)) as orders:
            async for order in orders:
                if isinstance(control := order.get("control"), dict):
                    await obey(live, control)

    def _request(self, live: LiveCall) -> VoiceRequest:
        assistant = live.conversation.assistant  # whole: the row's is without its secrets
        return VoiceRequest(
            conversation=live.conversation,
            listener=live,
            recording_path=recordings.running_path(live.call),
            assistant=assistant,
            max_duration_s=float(assistant.get("maxDurationSeconds") or _DEFAULT_DURATION_S),
            silence_timeout_s=_SILENCE_S,
            on_client_message=lambda message: self._browser_asks(live, message),
            around=CallBackstage(live.call),
        )

    def _browser_asks(self, live: LiveCall, message: dict[str, Any]) -> None:
        """The web client's own controls; what is not understood is no reason to end a call."""
        with contextlib.suppress(Invalid):
            self._follow(obey(live, of_caller(message)))

    async def _release(self, identity: Identity, call_id: UUID) -> None:
        """Let the browser try again with a better offer."""
        async with session(identity) as opened:
            call = await repository.find(opened, call_id, lock=True)
            if call.status in {QUEUED, RINGING}:
                call.instance_id = None

    async def _reap(self) -> None:
        for call_id in await reap():
            _log.warning("call_reaped", call=str(call_id))

    async def _keep_beating(self) -> None:
        while True:
            try:
                await self._beat()
                await asyncio.sleep(_BEAT_S)
            except (SQLAlchemyError, OSError) as error:
                _log.warning("beat_failed", error=type(error).__name__)
                await asyncio.sleep(_BEAT_RETRY_S)

    async def _beat(self) -> None:
        async with session(Identity.job(None)) as opened:
            await opened.execute(text("select engine.beat(:id)"), {"id": self.instance_id})

    def _follow(self, carrying: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(carrying)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def topic(call_id: UUID) -> str:
    """The event topic of a call's live control."""
    return f"call:{call_id}"
