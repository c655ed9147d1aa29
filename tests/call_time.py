"""The time of calls by voice in tests: slow while something works, fast while nothing does.

A call goes on in real time. A machine too busy to follow hears words late and takes one turn for
two, and a test fails for what no caller meets where the machine keeps up. So the clocks of the test
process follow the work: what is heard, understood and said is then the same on any machine. How
fast a machine is, `bench/` measures; tests with processes and browsers keep real time.

Python's clocks are replaced where this module is imported: before the product, some of which keeps
the clock it finds. They differ from the machine's only `at_the_calls_pace`.
"""

import asyncio
import contextlib
import selectors
import time
from collections.abc import Iterator
from typing import Any

_machine_s = time.monotonic
_AT_WORK = 1 / 4
"""Not less: words recognized in no time would end a turn in the middle of a sentence."""
_IDLE = 8.0
"""Not more: the decoder's thread and the database work unseen, and have to keep up."""


class _Clock:
    """Seconds that pass at a pace."""

    def __init__(self) -> None:
        self._set_s = self._read_s = _machine_s()
        self._pace = 1.0

    def now_s(self) -> float:
        return self._set_s + (_machine_s() - self._read_s) * self._pace

    def go_at(self, pace: float, at_most_s: float = float("inf")) -> None:
        """Change pace; of what passed at the one before, at most `at_most_s` counts."""
        read_s = _machine_s()
        self._set_s += min((read_s - self._read_s) * self._pace, at_most_s)
        self._read_s, self._pace = read_s, pace


_clock = _Clock()
_hurrying = False


class _Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type] - differs by platform
    """Waits as long as the clock says, not the machine."""

    at_work = 0

    def select(self, timeout: float | None = None) -> list[Any]:
        if not _hurrying or timeout is None or timeout <= 0:
            return super().select(timeout)
        pace = _AT_WORK if self.at_work else _IDLE
        _clock.go_at(pace)
        try:
            return super().select(timeout / pace)
        finally:
            _clock.go_at(_AT_WORK, at_most_s=timeout)


class Loop(asyncio.SelectorEventLoop):
    """Knows when its threads work, for the clock."""

    def __init__(self) -> None:
        self._watch = _Selector()
        super().__init__(self._watch)

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        work = super().run_in_executor(executor, func, *args)
        self._watch.at_work += 1
        work.add_done_callback(self._done)
        return work

    def _done(self, _work: Any) -> None:
        self._watch.at_work -= 1


@contextlib.contextmanager
def at_the_calls_pace() -> Iterator[None]:
    """Let time follow the work until left. It never goes back, so it stays ahead or behind."""
    global _hurrying  # noqa: PLW0603 - a process has one time
    _hurrying = True
    _clock.go_at(_AT_WORK)
    try:
        yield
    finally:
        _hurrying = False
        _clock.go_at(1.0)


def _follow(clock: str) -> None:
    since = getattr(time, clock)() - _machine_s()
    ns_per_s = 1_000_000_000

    def seconds() -> float:
        return _clock.now_s() + since

    def nanoseconds() -> int:
        return int(seconds() * ns_per_s)

    setattr(time, clock, seconds)
    setattr(time, f"{clock}_ns", nanoseconds)


for _name in ("monotonic", "perf_counter", "time"):
    _follow(_name)
