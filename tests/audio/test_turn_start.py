"""What voice begins a turn: any over silence, over the assistant's words what its plan says."""

from types import SimpleNamespace

import pytest
from pipecat.frames.frames import (
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.turns.types import ProcessFrameResult

from allokoli.engine.audio.plans import SpeakingPlan
from allokoli.engine.audio.turn_start import CallerTurnStart

pytestmark = pytest.mark.audio
FRAME = InputAudioRawFrame(bytes(640), 16_000, 1)
HEARD = VADUserStartedSpeakingFrame(start_secs=0.13)
SILENT = VADUserStoppedSpeakingFrame()


async def begins(plan: dict, frames: list, *, speaking: bool) -> bool:
    """Whether these frames begin a turn."""
    dialogue = SimpleNamespace(speaking=speaking, interruptible=True)
    made = SpeakingPlan.of({"stopSpeakingPlan": plan})
    start = CallerTurnStart(dialogue, lambda: made, lambda: None)
    return ProcessFrameResult.STOP in [await start.process_frame(one) for one in frames]


@pytest.mark.parametrize("plan", [{}, {"voiceSeconds": 0.5}, {"numWords": 3}])
async def test_a_voice_over_silence_begins_a_turn_whatever_the_plan(plan):
    assert await begins(plan, [HEARD], speaking=False)


@pytest.mark.parametrize(
    ("plan", "frames", "cuts"),
    [
        ({}, [HEARD], True),
        ({"voiceSeconds": 0.5}, [HEARD, *[FRAME] * 18], False),
        ({"voiceSeconds": 0.5}, [HEARD, *[FRAME] * 19], True),
        ({"voiceSeconds": 0.5}, [HEARD, *[FRAME] * 10, SILENT, *[FRAME] * 30], False),
        ({"voiceSeconds": 0.5}, [*[FRAME] * 50, HEARD], False),
        ({"numWords": 2, "voiceSeconds": 0.1}, [HEARD, *[FRAME] * 50], False),
    ],
)
async def test_over_words_as_much_voice_as_the_plan_says_cuts_them(plan, frames, cuts):
    assert await begins(plan, frames, speaking=True) is cuts


def words(text: str, kind=TranscriptionFrame):
    return kind(text, "caller", "")


@pytest.mark.parametrize(
    ("frame", "speaking", "begin"),
    [
        (words("Attendez une minute"), True, True),
        (words("Attendez"), True, False),
        (words("Attendez une minute", InterimTranscriptionFrame), True, True),
        (words("Attendez", InterimTranscriptionFrame), True, False),
        (words("", InterimTranscriptionFrame), True, False),
        (words("Oui"), False, True),
        (words("Oui", InterimTranscriptionFrame), False, False),
    ],
)
async def test_enough_words_cut_the_assistant_even_provisional_ones(frame, speaking, begin):
    assert await begins({"numWords": 3}, [frame], speaking=speaking) is begin


@pytest.mark.parametrize(
    ("kind", "passed_over"), [(TranscriptionFrame, 1), (InterimTranscriptionFrame, 0)]
)
async def test_only_final_words_that_do_not_cut_count_for_nothing(kind, passed_over):
    told = []
    dialogue = SimpleNamespace(speaking=True, interruptible=True)
    plan = SpeakingPlan.of({"stopSpeakingPlan": {"numWords": 3}})
    start = CallerTurnStart(dialogue, lambda: plan, lambda: told.append(1))
    await start.process_frame(words("Oui", kind))
    assert len(told) == passed_over
