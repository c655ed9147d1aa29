"""Values that PostgreSQL can keep as JSON: no NUL, no half of a surrogate pair, no infinity."""

import math
import re
from typing import Any

from fastapi import Request

from allokoli.core.errors import InvalidInput

_DEEPEST = 60
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
