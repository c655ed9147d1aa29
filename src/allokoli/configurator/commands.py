"""What an owner may ask at any time: undo, and where the conversation stands."""

import re
from typing import Any

from allokoli.configurator.owner_data import owner_data
from allokoli.configurator.tables import by_meaning
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.text import fold

COMMANDS = ("undo", "standing")
_ROOM_WORDS = 4
_FEW_WORDS = 2


def said_command(raw: str, locale: str, *, naming: bool) -> str | None:
    """The command a turn is, by its words.

    Args:
        raw: the turn.
        locale: its language.
        naming: whether any words may be the answer, so that only the command alone counts.
    """
    folded = fold(raw)
    for command in COMMANDS:
        span = find_phrase(owner_data(locale)["commands"][command]["phrases"], folded)
        if span is None:
            continue
        if _words_besides(folded, span, locale) <= (0 if naming else _ROOM_WORDS):
            return command
    return None


def plainly(raw: str, locale: str, *, agreeing: bool) -> str | None:
    """What a turn says in the plainest words: `banco` is a yes, `m'en fous` is `as you like`.

    Args:
        raw: the turn.
        locale: its language.
        agreeing: whether something is to be agreed to.
    """
    for kind in ("agree",) if agreeing else ("as_you_like",):
        entry = owner_data(locale)["commands"][kind]
        span = find_phrase(entry["phrases"], fold(raw))
        if span and _words_besides(fold(raw), span, locale) <= _FEW_WORDS:
            return str(entry["means"])
    return None


def declines(raw: str, locale: str) -> str | None:
    """A plain no, when a turn leaves an optional question aside (`laissez tomber`)."""
    entry = owner_data(locale)["commands"]["stop_asking"]
    span = find_phrase(entry["phrases"], fold(raw))
    if span and _words_besides(fold(raw), span, locale) <= _FEW_WORDS:
        return str(entry["means"])
    return None


def meant_plainly(raw: str, locale: str, *, agreeing: bool) -> str | None:
    """The same, by meaning."""
    kinds = ("agree",) if agreeing else ("as_you_like",)
    commands = owner_data(locale)["commands"]
    kind = by_meaning({key: commands[key] for key in kinds}, raw)
    return str(commands[kind]["means"]) if kind else None


def _words_besides(folded: str, span: tuple[int, int], locale: str) -> int:
    fillers = lexicon(locale).words["hesitation"]
    rest = f"{folded[: span[0]]} {folded[span[1] :]}"
    return sum(1 for word in re.findall(r"[\w']+", rest) if word not in fillers)


def meant_command(raw: str, locale: str) -> str | None:
    """The command a turn means, in other words."""
    return by_meaning({key: owner_data(locale)["commands"][key] for key in COMMANDS}, raw)


def words_of(command: str, key: str, locale: str) -> Any:
    """A command's own sentences."""
    return owner_data(locale)["commands"][command][key]
