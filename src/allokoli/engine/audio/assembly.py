"""The parts of one call, made for its first assistant and changed for the next."""

from collections.abc import Callable
from typing import Any

from allokoli.engine.audio.call_voice import CallVoice
from allokoli.engine.audio.dialogue_processor import DialogueProcessor
from allokoli.engine.audio.ear import Ear
from allokoli.engine.audio.ears import Ears
from allokoli.engine.audio.endpointing import asked_endpointing
from allokoli.engine.audio.floor import Floor
from allokoli.engine.audio.frames import HangUpFrame
from allokoli.engine.audio.keypad import Keypad
from allokoli.engine.audio.latency import TurnClock
from allokoli.engine.audio.pauses import Pauses
from allokoli.engine.audio.pipeline import CallPipeline
from allokoli.engine.audio.plans import SpeakingPlan
from allokoli.engine.audio.recording import Recording
from allokoli.engine.audio.spoken import Spoken
from allokoli.engine.audio.spoken_conversation import SpokenConversation
from allokoli.engine.audio.surroundings import Surroundings
from allokoli.engine.audio.tongues import Tongues
from allokoli.engine.audio.transcriber import LocalTranscriber
from allokoli.engine.audio.transports.line import Line
from allokoli.engine.audio.turn_start import CallerTurnStart
from allokoli.engine.audio.turn_stop import ListenerTurnStop
from allokoli.engine.audio.voices import voicing
from allokoli.engine.conversation.listener import CallListener
from allokoli.engine.speech.speech import Speech


class Assembly:
    """Makes a call's parts and lets them know each other.

    Args:
        conversation: text in, events out.
        listener: follows the call.
        speech: recognizer and voices shared by the process.
        assistant: who speaks first, as Vapi writes it.
        around: what is around the call.

    Attributes:
        plan: how whoever speaks now takes turns.
        floor: the caller's turn.
        keypad: the keys the caller presses.
        dialogue: the conversation, voiced.
        ears: who understands the caller.
        reasons: the `endedReason` when a processor breaks.
    """

    def __init__(
        self,
        conversation: SpokenConversation,
        listener: CallListener,
        speech: Speech,
        assistant: dict[str, Any],
        around: Surroundings,
    ) -> None:
        self._assistant = assistant
        self._around = around
        self._conversation = conversation
        self._listener = listener
        self._speech = speech
        self._tongues = Tongues(conversation.language, around.warn)
        self._spoken, self._turn_clock, self._pauses = Spoken(), TurnClock(), Pauses()
        self.floor = Floor(listener, self._turn_clock)
        self.plan = SpeakingPlan()
        self.keypad = Keypad(
            self._key_pressed, self._keys_pressed, lambda: conversation.keypad_wait_s
        )
        self.take_plans(assistant)

    def take_plans(self, assistant: dict[str, Any]) -> None:
        """Take turns from now on as this assistant wants to."""
        self.plan = plan = SpeakingPlan.of(assistant)
        for warning in plan.warnings:
            self._around.warn(warning)
        self._pauses.after_caller_s = plan.wait_s
        self._pauses.after_interruption_s = plan.backoff_s

    async def pipeline_over(
        self,
        line: Line,
        recording: Recording,
        on_hang_up: Callable[[HangUpFrame], None],
        on_failed: Callable[[str], None],
    ) -> CallPipeline:
        """Assemble the pipeline of the call.

        Args:
            line: to the caller.
            recording: of both sides.
            on_hang_up: told once the last words were written to the line.
            on_failed: told the `endedReason` when nobody understands the caller any more.
        """
        self.dialogue = dialogue = DialogueProcessor(
            self._conversation,
            self._listener,
            spoken=self._spoken,
            turn_clock=self._turn_clock,
            pauses=self._pauses,
            on_caller_audio=recording.caller,
            on_resumed=self._turn_resumed,
            on_key=self.keypad.press,
            on_handed_over=self._handed_over,
        )
        local = LocalTranscriber(
            self._speech.recognizer,
            lambda: (self._tongues.now, self._tongues.among),
            context=lambda: dialogue.last_said,
            on_heard=self.floor.words,
        )
        self.ears = ears = Ears(local, self.floor.words, on_failed)
        await ears.follow(self._assistant.get("transcriber"), self._language(), self._around)
        voices, reasons = await voicing(
            self._assistant,
            self._tongues,
            lambda: dialogue.last_said,
            voices=self._speech.voices,
            spoken=self._spoken,
            around=self._around,
        )
        self.reasons = ears.reasons | reasons
        self._voice_follows = isinstance(voices[0], CallVoice)

        def played(pcm: bytes) -> None:
            recording.assistant(pcm)
            ears.played(pcm)

        pipeline = CallPipeline(
            transport=line.transport,
            ears=ears.processors,
            dialogue=dialogue,
            voices=voices,
            ear=Ear(
                self._listener,
                spoken=self._spoken,
                turn_clock=self._turn_clock,
                on_audio=played,
                on_played=dialogue.played,
                on_hang_up=on_hang_up,
            ),
            turn_start=CallerTurnStart(dialogue, lambda: self.plan, self._passed_over),
            turn_stop=ListenerTurnStop(self._language, self._endpointing),
            plan=self.plan,
        )
        pipeline.turns.add_event_handler("on_user_turn_started", self._turn_started)
        pipeline.turns.add_event_handler("on_user_turn_stopped", self._turn_stopped)
        return pipeline

    def _handed_over(self, assistant: dict[str, Any]) -> None:
        self.take_plans(assistant)
        if not self._voice_follows:
            self._tongues.take(assistant)

    def _language(self) -> str:
        return self._tongues.now

    async def _endpointing(self, words: str) -> float | None:
        """How long to wait for more after these words; None leaves it to the end-of-turn model."""
        plan = self.plan
        seconds = plan.rule_seconds(self.dialogue.last_said, words)
        if seconds is None and plan.asks_server:
            return await asked_endpointing(self._around, plan.endpointing_server, words)
        if seconds is None and plan.by_words is not None:
            return plan.by_words.seconds(words)
        return seconds

    async def _turn_started(self, _turns: object, _strategy: object) -> None:
        self.floor.started()

    async def _turn_stopped(self, _turns: object, _strategy: object) -> None:
        text = self.floor.stopped()
        self.ears.turn_ended()
        await self.dialogue.caller_finished(text)

    def _turn_resumed(self) -> None:
        self.ears.turn_resumed()

    def _passed_over(self) -> None:
        self.floor.passed_over()
        self.ears.turn_ended()

    async def _key_pressed(self, key: str) -> None:
        self.floor.on_spoke()
        await self.dialogue.answer(self._conversation.press(key))

    async def _keys_pressed(self) -> None:
        await self.dialogue.answer(self._conversation.pressed())
