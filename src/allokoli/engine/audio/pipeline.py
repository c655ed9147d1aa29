"""Assembles one call's pipeline around a transport."""

import asyncio
import contextlib
from dataclasses import dataclass, field

from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.transports.base_transport import BaseTransport
from pipecat.turns.user_start import BaseUserTurnStartStrategy
from pipecat.turns.user_stop import BaseUserTurnStopStrategy
from pipecat.turns.user_turn_processor import UserTurnProcessor
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from allokoli.engine.audio import turn_models
from allokoli.engine.audio.dialogue_processor import DialogueProcessor
from allokoli.engine.audio.ear import Ear
from allokoli.engine.audio.plans import SpeakingPlan

SAMPLE_RATE = 16_000
# A turn in which nothing was understood (a cough) is closed after this silence.
_WORDLESS_TURN_S = 2.0


@dataclass(frozen=True, slots=True)
class CallPipeline:
    """The running parts of one call."""

    transport: BaseTransport
    ears: list[FrameProcessor]
    dialogue: DialogueProcessor
    voices: list[FrameProcessor]
    ear: Ear
    turn_start: BaseUserTurnStartStrategy
    turn_stop: BaseUserTurnStopStrategy
    plan: SpeakingPlan
    turns: UserTurnProcessor = field(init=False)
    worker: PipelineWorker = field(init=False)

    def __post_init__(self) -> None:
        turns = UserTurnProcessor(
            user_turn_strategies=UserTurnStrategies(start=[self.turn_start], stop=[self.turn_stop]),
            user_turn_stop_timeout=_WORDLESS_TURN_S + self.plan.longest_wait_s,
        )
        pipeline = Pipeline(
            [
                self.transport.input(),
                VADProcessor(vad_analyzer=turn_models.voice_activity()),
                *self.ears,
                turns,
                self.dialogue,
                *self.voices,
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
