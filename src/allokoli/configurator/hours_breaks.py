"""Breaks within opening hours (`une pause de midi à 14 h`, `fermé entre midi et deux`)."""

from collections.abc import Sequence
from typing import Any

from allokoli.blueprint.blueprint import WEEKDAYS
from allokoli.configurator.hours_tokens import Token

Break = tuple[int, int]
_NOON = 12 * 60
_EARLIEST = 8 * 60
_TWO = 2


def without_breaks(tokens: Sequence[Token]) -> tuple[list[Token], list[Break]]:
    """The tokens of opening hours less those that tell breaks, and the breaks in minutes.

    Args:
        tokens: of the sentence, in order.
    """
    kept: list[Token] = []
    found: list[Break] = []
    skipped: set[int] = set()
    for at, token in enumerate(tokens):
        if at in skipped:
            continue
        if token.kind != "break":
            kept.append(token)
            continue
        told = _times_of(tokens, at)
        if told is None:
            continue
        found.append(told[0])
        skipped.update(told[1])
        if kept and kept[-1].kind in {"closed", "closing", "except"}:
            kept.pop()
    return kept, found


def _times_of(tokens: Sequence[Token], at: int) -> tuple[Break, list[int]] | None:
    """The hours of a break: its own, or the two that follow it."""
    if tokens[at].value:
        start, end = tokens[at].value
        return (start, end), []
    places: list[int] = []
    for place in range(at + 1, len(tokens)):
        if tokens[place].kind == "time":
            places.append(place)
        elif tokens[place].kind != "range":
            break
        if len(places) == _TWO:
            start, end = (int(tokens[one].value) for one in places)
            start += _NOON if start < _EARLIEST else 0  # `lunch from one to two`
            end = end + _NOON if end <= start and end <= _NOON else end
            return ((start, end), places) if start < end else None
    return None


def cut_breaks(week: dict[str, Any], breaks: Sequence[Break]) -> bool:
    """Cut breaks out of the days that are open around them; whether any was."""
    cut = False
    for day in WEEKDAYS:
        for start, end in breaks:
            intervals: list[list[str]] = []
            for opening, closing in week.get(day) or ():
                if opening < _clock(start) and _clock(end) < closing:
                    intervals += [[opening, _clock(start)], [_clock(end), closing]]
                    cut = True
                else:
                    intervals.append([opening, closing])
            if intervals:
                week[day] = intervals
    return cut


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
