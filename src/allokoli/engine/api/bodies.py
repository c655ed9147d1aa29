"""Reads JSON bodies without trusting them."""

import json
import re
from typing import Any

from fastapi import Request

from allokoli.engine.api.errors import Invalid

_MAX_DEPTH = 100
# Far more than ten thousand contacts of a campaign hold, far less than what hurts to walk.
_MAX_MEMBERS = 100_000
_SUSPECT = re.compile(rb"\\u(0000|[dD][89a-fA-F])")


async def json_object(request: Request) -> dict[str, Any]:
    """The request's body, which must be a JSON object; an empty body is an empty object.

    Raises:
        Invalid: not JSON, not an object, nested too deeply, too many members, or text that no
            database can hold.
    """
    raw = await request.body()
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Invalid("The request's body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Invalid("The request's body must be a JSON object.")
    if raw.count(b",") >= _MAX_MEMBERS or raw.count(b"{") + raw.count(b"[") > _MAX_DEPTH:
        _refuse_costly(body)
    if _SUSPECT.search(raw):
        _refuse_unstorable(body)
    return body


def _refuse_costly(body: Any) -> None:
    """What nests, or counts, beyond any use would cost everyone who walks it.

    Level by level, not by calls.
    """
    level, members = [body], 0
    for _ in range(_MAX_DEPTH):
        members += sum(len(one) for one in level)
        if members > _MAX_MEMBERS:
            raise Invalid(f"The request's body holds more than {_MAX_MEMBERS} members.")
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return
    raise Invalid(f"The request's body is nested more than {_MAX_DEPTH} levels deep.")


def _refuse(name: str) -> float:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if number in {float("inf"), float("-inf")}:
        raise ValueError("out of range")
    return number


def _refuse_unstorable(value: Any) -> None:
    """NUL and lone surrogates are valid JSON, but no valid text."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid("The request's body holds text that is not valid Unicode.") from None
    if "\\u0000" in text.replace("\\\\", ""):
        raise Invalid("The request's body holds a null character.")
