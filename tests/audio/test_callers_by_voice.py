"""French callers of the conversation suite, aloud: over a quiet line, in noise, by telephone.

A sample is had each time; all thirty with `make bench-calls`, which prints what each line costs.
"""

import asyncio
import os
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "engine"))

from bench.conversations.judging import judge
from bench.conversations.playing import Played, play
from bench.conversations.reporting import Judged, transcript
from bench.conversations.written import DEV, conversations
from calling import http_of
from serving import on_a_port, serve
from spoken_caller import NOW, Desk, SpokenCaller, at_that_time
from spoken_lines import LINES, SNR_DB, Line

from allokoli.core import clock
from allokoli.engine.app import create_app
from allokoli.engine.speech import ensure_models
from allokoli.engine.speech.voice import Voices

pytestmark = [pytest.mark.audio, pytest.mark.timeout(3600)]
CHOSEN = tomllib.loads(Path(__file__).with_name("spoken_callers.toml").read_text("utf-8"))
ALL = bool(os.environ.get("ALLOKOLI_ALL_CALLS"))
ONLY = os.environ.get("ALLOKOLI_CALLS", "").split() or CHOSEN["sample"]
"""Had when not all are: names of conversations."""
AT_ONCE = 2
LOST_AT_MOST = {False: 2, True: 3}
"""Calls of the sample of six, of the thirty (ten points), that speech may cost."""


@pytest.fixture
async def engine_app(settings, engine_port, monkeypatch):
    """The engine with its voice, on the day of the calls."""
    monkeypatch.setattr(settings, "engine_port", engine_port)
    monkeypatch.setattr(settings, "engine_internal_url", f"http://127.0.0.1:{engine_port}")
    monkeypatch.setattr(settings, "public_url", f"http://127.0.0.1:{engine_port}/public")
    await asyncio.to_thread(ensure_models, settings.models_dir, settings.whisper_model)
    ahead = NOW.astimezone(UTC) - datetime.now(UTC)
    clock.set_source(lambda: datetime.now(UTC) + ahead)
    async with serve(create_app(), engine_port):
        yield
    clock.set_source(None)


@pytest.fixture
def say():
    """The caller's voice: `await say("Bonjour")`, 16-bit mono at 16 kHz."""
    voices, said = Voices(), {}

    async def speak(text: str) -> bytes:
        if text not in said:
            said[text] = b"".join([piece async for piece in voices.say(text, "fr")])
        return said[text]

    yield speak
    voices.close()


def test_each_line_has_a_third_of_the_calls():
    called = [key for line in LINES for key in CHOSEN[line]]
    assert [len(CHOSEN[line]) for line in LINES] == [10, 10, 10]
    assert len(set(called)) == 30
    assert set(called) <= {one.id for one in conversations("callers", "fr", (DEV,))}
    assert all(sum(key in CHOSEN[line] for key in CHOSEN["sample"]) == 2 for line in LINES)


async def test_callers_are_understood_aloud_as_in_writing(tenant, engine_port, say):
    by_id = {one.id: one for one in conversations("callers", "fr", (DEV,))}
    chosen = [(by_id[key], line) for line in LINES for key in CHOSEN[line] if ALL or key in ONLY]
    desk, free = Desk(), asyncio.Semaphore(AT_ONCE)
    async with on_a_port(desk) as desk.url, http_of(tenant) as http:
        url = f"http://127.0.0.1:{engine_port}/guided/v1"

        async def have(one, line: Line) -> Played:
            async with free:
                played = await SpokenCaller(http, say, desk, url).have(one, line)
            sys.stdout.write(f"{one.id} ({line}): {shown(judged(played))}\n")
            return played

        aloud = await asyncio.gather(*(have(one, line) for one, line in chosen))
    spoken = [judged(played) for played in aloud]
    written = [judged(play(at_that_time(one))) for one, _ in chosen]
    report(spoken, written, [line for _, line in chosen])
    lost = sum(one.right for one in written) - sum(one.right for one in spoken)
    wrong = "\n\n".join(transcript(one) for one in spoken if not one.right)
    assert lost <= LOST_AT_MOST[ALL], wrong


def judged(played: Played) -> Judged:
    return Judged(played, judge(played))


def shown(one: Judged) -> str:
    return "right" if one.right else f"wrong\n{transcript(one)}"


def report(spoken: list[Judged], written: list[Judged], lines: list[Line]) -> None:
    """Print how many of the calls of each line are fully right, aloud and in writing."""
    for line in LINES:
        rows = [index for index, one in enumerate(lines) if one == line]
        right = [sum(group[index].right for index in rows) for group in (written, spoken)]
        name = f"{line} ({SNR_DB} dB)" if line == "noisy" else line
        sys.stdout.write(
            f"{name:16} {len(rows):2} calls: {right[0]:2} right in writing, {right[1]:2} aloud\n"
        )
