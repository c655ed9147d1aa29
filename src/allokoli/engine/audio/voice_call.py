"""One voice call, from the browser's offer to the reason it ended."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from pipecat.frames.frames import ErrorFrame
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection

from allokoli.core import clock
from allokoli.engine.audio import ended_reasons as ended
from allokoli.engine.audio.dialogue_processor import DialogueProcessor, SpokenConversation
from allokoli.engine.audio.ear import Ear
from allokoli.engine.audio.failures import reason_of
from allokoli.engine.audio.latency import TurnClock
from allokoli.engine.audio.limits import Limits, Patience
from allokoli.engine.audio.pipeline import CallPipeline
from allokoli.engine.audio.recording import Recording
from allokoli.engine.audio.spoken import Spoken
from allokoli.engine.audio.transcriber import LocalTranscriber
from allokoli.engine.audio.voice import LocalVoice
from allokoli.engine.audio.webrtc import accept, discard, transport_over
from allokoli.engine.conversation.listener import CallListener
from allokoli.engine.speech.speech import Speech

_TICK_S = 0.1
_CONNECT_TIMEOUT_S = 20.0
# What was handed to the network still has to cross it and the caller's jitter buffer.
_LAST_WORDS_S = 0.4
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
        on_client_message: told the data-channel messages not handled here.
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
        on_client_message: Callable[[dict[str, Any]], None] | None = None,
        connect_timeout_s: float = _CONNECT_TIMEOUT_S,
    ) -> None:
        speech.voices.require(conversation.language)
        self._conversation = conversation
        self._listener = listener
        self._limits = limits
        self._speech = speech
        self._recording_path = recording_path
        self._on_client_message = on_client_message
        self._connect_timeout_s = connect_timeout_s
        self._spoken, self._turn_clock = Spoken(), TurnClock()
        self._connected = asyncio.Event()
        self._ending = asyncio.Event()
        self._reason: str | None = None
        self._connection: SmallWebRTCConnection | None = None
        self._dialogue: DialogueProcessor | None = None
        self._transcriber: LocalTranscriber | None = None
        self._recording: Recording | None = None
        self._run: asyncio.Task[str] | None = None
        self._caller_speaking = False
        self._patience: Patience | None = None
        self._turn_text = ""
        self._turn_started_at: datetime | None = None

    async def answer_webrtc(self, sdp: str, type: str) -> dict[str, str]:  # noqa: A002 - WebRTC's name
        """Answer a browser's offer and start the call in the background.

        Returns:
            The answer: `sdp`, `type` and `pc_id`.

        Raises:
            InvalidOffer: the offer cannot be understood, or carries no audio.
            RuntimeError: this call was answered before.
        """
        if self._connection is not None:
            raise RuntimeError("a call is answered once")
        self._connection = await accept(sdp, type)
        answer: dict[str, str] = self._connection.get_answer()  # type: ignore[no-untyped-call]
        self._run = asyncio.create_task(self._carry(self._connection))
        return answer

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

    async def say(self, text: str, *, then_end: str | None = None) -> None:
        """Say something out of turn.

        Args:
            text: words to voice, after those being said.
            then_end: hang up once they are heard, with this `endedReason`.
        """
        if self._dialogue and self._connected.is_set():
            await self._dialogue.say(text, then_end=then_end)

    def send(self, message: dict[str, Any]) -> None:
        """Send a message to the client, as a JSON string on the data channel."""
        if self._connection and not self._ending.is_set():
            self._connection.send_app_message(message)

    async def _carry(self, connection: SmallWebRTCConnection) -> str:
        """Run the pipeline until something ends the call; returns the reason."""
        watch: asyncio.Task[None] | None = None
        runner: asyncio.Task[None] | None = None
        try:
            self._recording = Recording(self._recording_path)
            pipeline = self._assemble(connection)
            runner = asyncio.create_task(pipeline.run())
            runner.add_done_callback(lambda _: self._end(ended.PIPELINE_BROKE))
            watch = asyncio.create_task(self._watch())
            await self._ending.wait()
            connection.send_app_message(
                {"type": "status-update", "status": "ended", "endedReason": self._reason}
            )
            await asyncio.sleep(_LAST_MESSAGE_S)
            await pipeline.worker.cancel()
        except Exception as error:  # noqa: BLE001 - a call always ends with a reason
            _log.error("voice call failed", error=type(error).__name__)
            self._end(ended.PIPELINE_BROKE)
        finally:
            if watch:
                watch.cancel()
            if runner:
                await asyncio.wait({runner}, timeout=_TEARDOWN_S)
            await discard(connection)
            if self._recording:
                await self._recording.close()
        return self._reason or ended.PIPELINE_BROKE

    def _assemble(self, connection: SmallWebRTCConnection) -> CallPipeline:
        recording = self._recording
        assert recording is not None  # noqa: S101 - made by the only caller
        language = self._conversation.language
        self._dialogue = dialogue = DialogueProcessor(
            self._conversation,
            self._listener,
            spoken=self._spoken,
            turn_clock=self._turn_clock,
            on_caller_audio=recording.caller,
            on_resumed=self._turn_resumed,
        )
        self._transcriber = LocalTranscriber(
            self._speech.recognizer,
            language,
            context=lambda: dialogue.last_said,
            on_heard=self._words_heard,
        )
        transport = transport_over(connection)
        pipeline = CallPipeline(
            language=language,
            transport=transport,
            transcriber=self._transcriber,
            dialogue=dialogue,
            voice=LocalVoice(self._speech.voices, language, self._spoken),
            ear=Ear(
                self._listener,
                spoken=self._spoken,
                turn_clock=self._turn_clock,
                on_audio=recording.assistant,
                on_played=dialogue.played,
                on_hang_up=self._hang_up_after_last_words,
            ),
        )
        transport.add_event_handler("on_client_connected", self._client_connected)
        transport.add_event_handler("on_client_disconnected", self._client_disconnected)
        transport.add_event_handler("on_app_message", self._client_message)
        pipeline.turns.add_event_handler("on_user_turn_started", self._turn_started)
        pipeline.turns.add_event_handler("on_user_turn_stopped", self._turn_stopped)
        pipeline.worker.add_event_handler("on_pipeline_error", self._pipeline_error)
        return pipeline

    async def _watch(self) -> None:
        """Apply the call's limits."""
        try:
            await asyncio.wait_for(self._connected.wait(), self._connect_timeout_s)
        except TimeoutError:
            self._end(ended.NEVER_CONNECTED)
            return
        self._patience = patience = Patience(self._limits, time.monotonic())
        dialogue = self._dialogue
        while dialogue and not self._ending.is_set():
            waiting = not dialogue.busy and not self._caller_speaking
            match patience.tick(time.monotonic(), waiting=waiting):
                case "too long":
                    self._end(ended.TOO_LONG)
                case "silent":
                    self._end(ended.SILENCE)
                case "prompt":
                    await dialogue.caller_is_silent()
            await asyncio.sleep(_TICK_S)

    def _end(self, reason: str) -> None:
        if self._reason is None:
            self._reason = reason
        self._ending.set()

    def _hang_up_after_last_words(self, reason: str) -> None:
        asyncio.get_running_loop().call_later(_LAST_WORDS_S, self._end, reason)

    async def _client_connected(self, _transport: object, _client: object) -> None:
        if self._connected.is_set() or not self._dialogue or not self._recording:
            return
        self._connected.set()
        self._recording.start()
        self._listener.connected()
        await self._dialogue.open()

    async def _client_disconnected(self, _transport: object, _client: object) -> None:
        self._end(ended.CALLER_HUNG_UP if self._connected.is_set() else ended.NEVER_CONNECTED)

    async def _client_message(self, _transport: object, message: Any, _sender: object) -> None:
        if not isinstance(message, dict):
            return
        text = message.get("message") or message.get("content")
        match message.get("type"):
            case "end-call":
                self._end(ended.CALLER_HUNG_UP)
            case "say" if isinstance(text, str) and text.strip():
                after = ended.SAID_LAST_MESSAGE if message.get("endCallAfterSpoken") else None
                await self.say(text, then_end=after)
            case _ if self._on_client_message:
                self._on_client_message(message)

    async def _turn_started(self, _turns: object, _strategy: object) -> None:
        self._caller_speaking = True
        self._turn_started_at = clock.now()
        if self._patience:
            self._patience.caller_spoke()
        self._listener.speech_update("user", "started")

    def _words_heard(self, text: str) -> None:
        self._turn_clock.transcribed()
        self._turn_text = text
        self._report_turn(final=False)

    async def _turn_stopped(self, _turns: object, _strategy: object) -> None:
        self._caller_speaking = False
        self._listener.speech_update("user", "stopped")
        text = self._turn_text
        if text:
            self._report_turn(final=True)
        self._turn_text = ""
        if self._transcriber:
            self._transcriber.turn_ended()
        if self._dialogue:
            await self._dialogue.caller_finished(text)

    def _turn_resumed(self) -> None:
        if self._transcriber:
            self._transcriber.turn_resumed()

    def _report_turn(self, *, final: bool) -> None:
        now = clock.now()
        self._listener.transcript(
            "user",
            self._turn_text,
            final=final,
            started_at=self._turn_started_at or now,
            ended_at=now,
        )

    async def _pipeline_error(self, _worker: object, frame: ErrorFrame) -> None:
        if reason := reason_of(frame):
            self._end(reason)
