"""Assembles one call's pipeline around a transport."""

import asyncio
import contextlib
from dataclasses import dataclass, field

from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.transports.base_transport import BaseTransport
from pipecat.turns.user_start import TranscriptionUserTurnStartStrategy, VADUserTurnStartStrategy
from pipecat.turns.user_turn_processor import UserTurnProcessor
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from allokoli.engine.audio import turn_models
from allokoli.engine.audio.dialogue_processor import DialogueProcessor
from allokoli.engine.audio.ear import Ear
from allokoli.engine.audio.transcriber import LocalTranscriber
from allokoli.engine.audio.turn_stop import ListenerTurnStop
from allokoli.engine.audio.voice import LocalVoice

SAMPLE_RATE = 16_000
# A turn in which nothing was understood (a cough) is closed after this silence.
_WORDLESS_TURN_S = 2.0


@dataclass(frozen=True, slots=True)
class CallPipeline:
    """The running parts of one call."""

    language: str
    transport: BaseTransport
    transcriber: LocalTranscriber
    dialogue: DialogueProcessor
    voice: LocalVoice
    ear: Ear
    turns: UserTurnProcessor = field(init=False)
    worker: PipelineWorker = field(init=False)

    def __post_init__(self) -> None:
        turns = UserTurnProcessor(
            user_turn_strategies=UserTurnStrategies(
                start=[VADUserTurnStartStrategy(), TranscriptionUserTurnStartStrategy()],
                stop=[ListenerTurnStop(self.language)],
            ),
            user_turn_stop_timeout=_WORDLESS_TURN_S,
        )
        pipeline = Pipeline(
            [
                self.transport.input(),
                VADProcessor(vad_analyzer=turn_models.voice_activity()),
                self.transcriber,
                turns,
                self.dialogue,
                self.voice,
                self.transport.output(),
                self.ear,
            ]
        )
        worker = PipelineWorker(
            pipeline,
            params=PipelineParams(
                audio_in_sample_rate=SAMPLE_RATE, audio_out_sample_rate=SAMPLE_RATE
            ),
            idle_timeout_secs=None,
            enable_rtvi=False,
            enable_turn_tracking=False,
        )
        object.__setattr__(self, "turns", turns)
        object.__setattr__(self, "worker", worker)

    async def run(self) -> None:
        """Run until the worker is cancelled."""
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(self.worker)
        with contextlib.suppress(asyncio.CancelledError):
            await runner.run()
