"""Values that PostgreSQL can keep as JSON: no NUL, no half of a surrogate pair, no infinity."""

import math
import re
from typing import Any
from unicodedata import category

from fastapi import Request

from allokoli.core.errors import InvalidInput

_DEEPEST = 60
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs"})
# Some scripts and pictures are written with them.
_JOINERS = "\u200c\u200d"
# What such values are written with; a body without any of it is not read twice.
_SUSPECT = re.compile(rb"\\u|\x00|Infinity|NaN|[eE]\+?\d{3}|\d{300}")


def cleaned(value: Any, depth: int = 0) -> Any:
    """The same JSON value with such characters removed; a number without end, and what is nested
    too deep, is None."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "ignore").decode()
    if isinstance(value, dict):
        return {cleaned(name): cleaned(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [cleaned(inner, depth + 1) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def one_line(text: str, longest: int) -> str:
    """A text as one line of what can be seen: nothing in it breaks a line, turns the direction of
    what follows, or hides; "" when nothing is left.

    Args:
        text: as somebody wrote it.
        longest: characters kept.
    """
    spaced = " ".join(text.split())
    seen = (one for one in spaced if one in _JOINERS or category(one) not in _UNSEEN)
    return " ".join("".join(seen).split())[:longest].strip(_JOINERS + " ")


async def refuse_unclean_text(request: Request) -> None:
    """Refuse a JSON body that holds such values, on every route.

    Raises:
        InvalidInput: it does.
    """
    body = await request.body()
    if not _SUSPECT.search(body):
        return
    try:
        value = await request.json()
    except (ValueError, RecursionError):
        return
    if cleaned(value) != value:
        raise InvalidInput("Ce texte contient des caractères qui ne peuvent pas être enregistrés.")
