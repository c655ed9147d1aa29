"""The figures of the conversation suite, and the transcripts of what went wrong."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from bench.conversations.comparing import Check
from bench.conversations.judging import judge
from bench.conversations.playing import Played, play
from bench.conversations.written import (
    DEV,
    HELD_OUT,
    LANGUAGES,
    SIDES,
    Conversation,
    Side,
    conversations,
)

from allokoli.blueprint.caller import warm


@dataclass(frozen=True, slots=True)
class Judged:
    """A conversation that was played, and what was compared."""

    played: Played
    checks: list[Check]

    @property
    def right(self) -> bool:
        """Whether all of it is as expected."""
        return all(check.right for check in self.checks)

    @property
    def at_once(self) -> bool:
        """Whether it is right without the person having had to rectify anything."""
        return self.right and not self.played.rectified

    @property
    def wrong(self) -> list[Check]:
        return [check for check in self.checks if not check.right]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a group of conversations came to.

    Attributes:
        side, language, which: the group.
        count: how many.
        success: share fully right, 0 to 1.
        at_once: share fully right that nobody had to rectify.
        accuracy: share of the things compared that are right, 0 to 1.
        turns, repetitions: means.
        p50_ms, p95_ms: computing one reply.
    """

    side: Side
    language: str
    which: str
    count: int
    success: float
    at_once: float
    accuracy: float
    turns: float
    repetitions: float
    p50_ms: float
    p95_ms: float


def run(written: Iterable[Conversation]) -> list[Judged]:
    """Play and judge, by a model that has learned beforehand what callers say, as in an engine."""
    _warm()
    return [Judged(played, judge(played)) for played in map(play, written)]


@cache
def _warm() -> None:
    warm()


def figures(side: Side, language: str, which: str, judged: Sequence[Judged]) -> Figures:
    """What a group, not empty, came to."""
    checks = [check for one in judged for check in one.checks]
    waits_ms = [1000 * wait_s for one in judged for wait_s in one.played.waits_s] or [0.0]
    cuts = statistics.quantiles([*waits_ms, *waits_ms[:1]], n=100, method="inclusive")
    return Figures(
        side,
        language,
        which,
        len(judged),
        statistics.mean(one.right for one in judged),
        statistics.mean(one.at_once for one in judged),
        statistics.mean([check.right for check in checks] or [True]),
        statistics.mean(one.played.turns for one in judged),
        statistics.mean(one.played.repetitions for one in judged),
        cuts[49],
        cuts[94],
    )


def groups() -> Iterable[tuple[Side, str, str, list[Conversation]]]:
    """Every side, language and set that has conversations."""
    for side in SIDES:
        for language in LANGUAGES:
            for which in (DEV, HELD_OUT):
                written = conversations(side, language, (which,))
                if written:
                    yield side, language, which, written


def table(rows: Sequence[Figures]) -> str:
    """The figures, a line a group."""
    head = (
        f"{'side':8} {'language':8} {'set':9} {'count':>5} {'success':>8} {'at once':>8} "
        f"{'fields':>8} {'turns':>6} {'repeated':>8} {'p50 ms':>7} {'p95 ms':>7}"
    )
    return "\n".join(
        [
            head,
            *(
                f"{row.side:8} {row.language:8} {row.which:9} {row.count:5} "
                f"{row.success:8.1%} {row.at_once:8.1%} "
                f"{row.accuracy:8.1%} {row.turns:6.1f} {row.repetitions:8.2f} {row.p50_ms:7.1f} "
                f"{row.p95_ms:7.1f}"
                for row in rows
            ),
        ]
    )


def transcript(judged: Judged) -> str:
    """What was said in a conversation, and what is wrong with it."""
    played = judged.played
    lines = [f"--- {played.written.id}: {played.written.about}"]
    for who, said in played.lines:
        lines.append(f"  {who[0].upper()}: {said or '(silence)'}")
    lines += [
        f"  {'!!' if not check.right else 'ok'} {check.name}: expected {check.expected!r}, "
        f"found {check.found!r}"
        for check in judged.checks
        if not check.right
    ]
    return "\n".join(lines)
