"""One voice call, from the caller's connection to the reason it ended."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import structlog
from pipecat.frames.frames import ErrorFrame
from starlette.websockets import WebSocket

from allokoli.engine.audio.assembly import Assembly
from allokoli.engine.audio.backgrounds import background_of
from allokoli.engine.audio.client_orders import obey
from allokoli.engine.audio.departure import Departure
from allokoli.engine.audio.failures import reason_of
from allokoli.engine.audio.limits import Limits, Patience
from allokoli.engine.audio.listeners import Heard, Listeners
from allokoli.engine.audio.recording import Recording
from allokoli.engine.audio.silence import Silence
from allokoli.engine.audio.spoken_conversation import SpokenConversation
from allokoli.engine.audio.surroundings import Nowhere, Surroundings
from allokoli.engine.audio.transports.line import Line, LineAudio, LineEvents
from allokoli.engine.audio.transports.twilio import TwilioLine
from allokoli.engine.audio.transports.webrtc import WebRtcLine, accept
from allokoli.engine.audio.transports.websocket import WebSocketLine
from allokoli.engine.calls.voice import AudioFormat, Forward, Side
from allokoli.engine.conversation import ended_reasons as ended
from allokoli.engine.conversation.events import Event, Transfer
from allokoli.engine.conversation.listener import CallListener
from allokoli.engine.speech.speech import Speech

_TICK_S = 0.1
_CONNECT_TIMEOUT_S = 20.0
_LAST_MESSAGE_S = 0.1
_TEARDOWN_S = 5.0

_log = structlog.get_logger(__name__)


class VoiceCall:
    """Carries a conversation over audio. One instance, one call.

    Args:
        conversation: text in, events out.
        listener: follows the call; its methods must return at once.
        recording_path: stereo WAV file written as the call runs.
        limits: the call's bounds.
        speech: recognizer and voices shared by the process.
        assistant: who speaks first, as Vapi writes it: its plans count here.
        around: what is around the call; nothing when None.
        on_client_message: told the client's messages not handled here.
        connect_timeout_s: how long the caller may take to connect after the answer.

    Raises:
        VoiceUnavailable: no local voice speaks the conversation's language.
    """

    def __init__(
        self,
        conversation: SpokenConversation,
        listener: CallListener,
        recording_path: Path,
        limits: Limits,
        speech: Speech,
        *,
        assistant: dict[str, Any] | None = None,
        around: Surroundings | None = None,
        on_client_message: Callable[[dict[str, Any]], None] | None = None,
        connect_timeout_s: float = _CONNECT_TIMEOUT_S,
    ) -> None:
        speech.voices.require(conversation.language)
        self._conversation = conversation
        self._listener = listener
        self._limits = limits
        self._speech = speech
        self._assistant = assistant or {}
        self._recording_path = recording_path
        self._on_client_message = on_client_message
        self._connect_timeout_s = connect_timeout_s
        self._around = around or Nowhere()
        self._audio = LineAudio(background=background_of(self._assistant.get("backgroundSound")))
        self._listeners = Listeners()
        self._connected = asyncio.Event()
        self._ending = asyncio.Event()
        self._reason: str | None = None
        self._line: Line | None = None
        self._forward: Forward | None = None
        self._parts: Assembly | None = None
        self._recording: Recording | None = None
        self._run: asyncio.Task[str] | None = None
        self._departure: Departure | None = None
        self._patience: Patience | None = None

    async def answer_webrtc(self, sdp: str, type: str) -> dict[str, str]:  # noqa: A002 - WebRTC's name
        """Answer a browser's offer and start the call in the background.

        Returns:
            The answer: `sdp`, `type` and `pc_id`.

        Raises:
            InvalidOffer: the offer cannot be understood, or carries no audio.
            RuntimeError: this call was answered before.
        """
        self._require_unanswered()
        line = WebRtcLine(await accept(sdp, type), self._audio)
        self._start(line)
        return line.answer

    async def answer_websocket(self, websocket: WebSocket, audio_format: AudioFormat) -> None:
        """Start the call in the background on an accepted WebSocket that carries raw audio.

        Raises:
            RuntimeError: this call was answered before.
        """
        self._require_unanswered()
        self._start(WebSocketLine(websocket, audio_format, self._audio))

    async def answer_twilio(
        self, websocket: WebSocket, start_message: dict[str, Any], forward: Forward | None = None
    ) -> None:
        """Start the call in the background on an accepted Twilio media stream.

        Args:
            websocket: whose `start` message was read.
            start_message: that message, whole.
            forward: connects the caller to a destination; None where that cannot be done.

        Raises:
            InvalidInput: the message names no stream.
            RuntimeError: this call was answered before.
        """
        self._require_unanswered()
        line = TwilioLine(websocket, start_message, self._audio)
        self._forward = forward
        self._start(line)

    async def wait(self) -> str:
        """Wait for the end of the call.

        Returns:
            Vapi's `endedReason`. The recording is complete by then.
        """
        if self._run is None:
            raise RuntimeError("the call was not answered")
        return await asyncio.shield(self._run)

    async def hang_up(self, reason: str) -> None:
        """End the call at once.

        Args:
            reason: Vapi's `endedReason`; the first one given stays.
        """
        self._end(reason)
        if self._run:
            await asyncio.wait({self._run})

    async def say(
        self,
        text: str,
        *,
        then_end: str | None = None,
        interruptible: bool = True,
        at_once: bool = False,
    ) -> None:
        """Say something out of turn.

        Args:
            text: words to voice.
            then_end: hang up once they are heard, with this `endedReason`.
            interruptible: whether the caller may cut them.
            at_once: cut what the assistant is saying instead of waiting for its end.
        """
        events = self._conversation.say_out_of_turn(text, end=then_end, interruptible=interruptible)
        await self.perform(events, at_once=at_once)

    async def perform(self, events: AsyncIterator[Event], *, at_once: bool = False) -> None:
        """Voice what the conversation answers to something other than the caller's voice.

        Args:
            events: of the conversation.
            at_once: cut what the assistant is saying instead of waiting for its end.
        """
        if self._parts and self._connected.is_set():
            if at_once:
                await self._parts.dialogue.cut()
            await self._parts.dialogue.answer(events)

    async def transfer(self, destination: dict[str, Any], words: str = "") -> None:
        """Say words, then forward the caller, or end the call where the line cannot.

        Args:
            destination: Vapi's, of type `number` or `sip`.
            words: said first; may be empty.
        """

        async def events() -> AsyncIterator[Event]:
            async for event in self._conversation.say_out_of_turn(words):
                yield event
            yield Transfer(destination)

        await self.perform(events())

    async def mute(self, side: Side, *, on: bool) -> None:
        """Silence a side of the call, or let it be heard again."""
        mute = self._audio.assistant_mute if side == "assistant" else self._audio.caller_mute
        mute.on = on

    async def press(self, digits: str) -> None:
        """The caller pressed keys, told by the client or the carrier."""
        if self._parts and self._connected.is_set():
            for digit in digits:
                await self._parts.keypad.press(digit)

    def listen(self) -> AsyncIterator[Heard]:
        """The call as it is heard from now on; see `calls.voice.Voice`."""
        return self._listeners.listen()

    def send(self, message: dict[str, Any]) -> None:
        """Send a message to the client, and to those who listen."""
        self._listeners.tell(message)
        if self._line and not self._ending.is_set():
            self._line.send(message)

    def _require_unanswered(self) -> None:
        if self._line is not None:
            raise RuntimeError("a call is answered once")

    def _start(self, line: Line) -> None:
        self._line = line
        self._run = asyncio.create_task(self._carry(line))

    async def _carry(self, line: Line) -> str:
        """Run the pipeline until something ends the call; returns the reason."""
        watch: asyncio.Task[None] | None = None
        runner: asyncio.Task[None] | None = None
        try:
            self._recording = Recording(self._recording_path, on_both=self._listeners.tell)
            self._parts = parts = Assembly(
                self._conversation, self._listener, self._speech, self._assistant, self._around
            )
            self._departure = Departure(line, self._forward, self._end)
            pipeline = await parts.pipeline_over(
                line, self._recording, self._departure.begin, self._end
            )
            parts.floor.on_spoke = self._caller_spoke
            pipeline.worker.add_event_handler("on_pipeline_error", self._pipeline_error)
            line.attach(LineEvents(self._caller_connected, self._caller_gone, self._client_message))
            runner = asyncio.create_task(pipeline.run())
            runner.add_done_callback(lambda _: self._end(ended.PIPELINE_BROKE))
            watch = asyncio.create_task(self._watch(parts))
            await self._ending.wait()
            line.send({"type": "status-update", "status": "ended", "endedReason": self._reason})
            await asyncio.sleep(_LAST_MESSAGE_S)
            await pipeline.worker.cancel()
        except Exception as error:  # noqa: BLE001 - a call always ends with a reason
            _log.error("voice_call_failed", error=type(error).__name__)
            self._end(ended.PIPELINE_BROKE)
        finally:
            if self._parts:
                self._parts.keypad.close()
            if watch:
                watch.cancel()
            if self._departure:
                self._departure.cancel()
            if runner:
                await asyncio.wait({runner}, timeout=_TEARDOWN_S)
            await line.close()
            if self._recording:
                await self._recording.close()
            self._listeners.close()
        return self._reason or ended.PIPELINE_BROKE

    async def _watch(self, parts: Assembly) -> None:
        """Apply the call's limits."""
        try:
            await asyncio.wait_for(self._connected.wait(), self._connect_timeout_s)
        except TimeoutError:
            self._end(ended.NEVER_CONNECTED)
            return
        self._patience = patience = Patience(self._limits, time.monotonic())
        silence = Silence(self._conversation, parts.dialogue)
        while not self._ending.is_set():
            waiting = not parts.dialogue.busy and not parts.floor.caller_speaking
            await silence.tick(time.monotonic(), waiting=waiting)
            match patience.tick(time.monotonic(), waiting=waiting):
                case "too long":
                    self._end(ended.TOO_LONG)
                case "silent":
                    self._end(ended.SILENCE)
                case "prompt":
                    await parts.dialogue.caller_is_silent()
            await asyncio.sleep(_TICK_S)

    def _end(self, reason: str) -> None:
        if self._reason is None:
            self._reason = reason
        self._ending.set()

    def _caller_spoke(self) -> None:
        if self._patience:
            self._patience.caller_spoke()

    async def _caller_connected(self) -> None:
        if self._connected.is_set() or not self._parts or not self._recording:
            return
        self._connected.set()
        self._recording.start()
        self._listener.connected()
        await self._parts.dialogue.open()

    def _caller_gone(self, reason: str | None) -> None:
        if self._departure and self._departure.forwarding:
            return
        connected = self._connected.is_set()
        self._end((reason or ended.CALLER_HUNG_UP) if connected else ended.NEVER_CONNECTED)

    async def _client_message(self, message: Any) -> None:
        if isinstance(message, dict) and not await obey(self, message) and self._on_client_message:
            self._on_client_message(message)

    async def _pipeline_error(self, _worker: object, frame: ErrorFrame) -> None:
        parts = self._parts
        if parts and (reason := reason_of(frame, parts.reasons)):
            if frame.processor in parts.ears.reasons:
                parts.ears.failed(reason)
            else:
                self._end(reason)
