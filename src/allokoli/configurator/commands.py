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
        rest = f"{folded[: span[0]]} {folded[span[1] :]}"
        fillers = lexicon(locale).words["hesitation"]
        others = [word for word in re.findall(r"[\w']+", rest) if word not in fillers]
        if len(others) <= (0 if naming else _ROOM_WORDS):
            return command
    return None


def meant_command(raw: str, locale: str) -> str | None:
    """The command a turn means, in other words."""
    return by_meaning({key: owner_data(locale)["commands"][key] for key in COMMANDS}, raw)


def words_of(command: str, key: str, locale: str) -> Any:
    """A command's own sentences."""
    return owner_data(locale)["commands"][command][key]
