"""How long a caller waits for an answer, at the caller's ear, over real WebRTC.

From the last audible sample the caller sends to the first audible sample the caller receives, with
a warm engine in its own process. Usage: `python bench/bench_voice.py [turns]`.
"""

import asyncio
import json
import statistics
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "audio"))

from caller import Caller

from allokoli.engine.speech.voice import Voices

UTTERANCES = [
    "Bonjour, je voudrais réserver une table.",
    "Pour quatre personnes.",
    "Demain soir à vingt heures trente.",
    "Je m'appelle Sophie Martin.",
    "C'est le zéro six, vingt-deux, trente-trois, quarante-quatre, cinquante-cinq.",
    "Non, aucune allergie.",
    "Oui, c'est parfait.",
    "Finalement nous serons cinq personnes.",
]
STAGES = ("endpointing_ms", "transcriber_ms", "model_ms", "voice_ms", "turn_ms")
TARGET_MB = 700


class Engine:
    """The engine's process, spoken to over its pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls) -> "Engine":
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                str(HERE / "voice_engine.py"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=1 << 20,
            )
        )

    async def read(self) -> dict[str, Any]:
        """The next JSON line; other lines are logs."""
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            if line.startswith(b"{"):
                return dict(json.loads(line))
        raise SystemExit("The engine stopped: run `allokoli models` first.")

    def write(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")

    async def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


async def main(turns: int) -> None:
    """Run the bench and print its figures."""
    voices = Voices()
    said = [[p async for p in voices.say(text, "fr")] for text in UTTERANCES]
    engine = await Engine.start()
    ready = await engine.read()
    caller = Caller()
    engine.write(await caller.offer())
    await caller.take(await engine.read())
    await caller.silence_after(await caller.sound_after(0), lasting_s=0.5)

    waits_ms = []
    for turn in range(turns + 1):
        spoke_s = await caller.microphone.speak(b"".join(said[turn % len(said)]))
        answered_s = await caller.sound_after(spoke_s)
        if turn:  # the first turn warms the path
            waits_ms.append(1000 * (answered_s - spoke_s))
        await caller.silence_after(answered_s, lasting_s=0.5)
    await caller.hang_up()
    ended = await engine.read()
    await engine.stop()
    voices.close()
    report(ready, ended, waits_ms)


def report(ready: dict[str, Any], ended: dict[str, Any], waits_ms: list[float]) -> None:
    """Print percentiles and memory."""
    print(f"turns measured              {len(waits_ms)} (understood as {len(ended['turns'])})")
    print(f"at the caller's ear    p50  {percentile(waits_ms, 50):6.0f} ms")
    print(f"                       p95  {percentile(waits_ms, 95):6.0f} ms")
    print("inside the engine           p50      p95")
    for stage in STAGES:
        values = [latency[stage] for latency in ended["latencies"][1:]]
        p50, p95 = percentile(values, 50), percentile(values, 95)
        print(f"  {stage.removesuffix('_ms'):24}{p50:6.0f}   {p95:6.0f} ms")
    idle_mb, used_mb = ready["idle_mb"], ended["used_mb"]
    print(f"memory, idle with models    {idle_mb:6} MB (target under {TARGET_MB})")
    print(f"memory, after the call      {used_mb:6} MB")


def percentile(values: list[float], rank: int) -> float:
    """The value under which `rank` per cent fall."""
    if len(values) < 2:
        return values[0] if values else float("nan")
    return statistics.quantiles(values, n=100, method="inclusive")[rank - 1]


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 16))
