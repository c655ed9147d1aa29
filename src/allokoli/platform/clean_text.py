"""Text that PostgreSQL can keep: neither NUL nor half of a surrogate pair."""

from typing import Any

from fastapi import Request

from allokoli.core.errors import InvalidInput

_DEEPEST = 60


def cleaned(value: Any, depth: int = 0) -> Any:
    """The same JSON value with such characters removed; what is nested too deep is dropped."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "ignore").decode()
    if isinstance(value, dict):
        return {cleaned(name): cleaned(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [cleaned(inner, depth + 1) for inner in value]
    return value


async def refuse_unclean_text(request: Request) -> None:
    """Refuse a JSON body that holds such characters, on every route.

    Raises:
        InvalidInput: it does.
    """
    body = await request.body()
    if b"\\u" not in body and b"\x00" not in body:
        return
    try:
        value = await request.json()
    except (ValueError, RecursionError):
        return
    if cleaned(value) != value:
        raise InvalidInput("Ce texte contient des caractères qui ne peuvent pas être enregistrés.")
