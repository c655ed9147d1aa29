"""What templates may name, and how they are filled."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from allokoli.engine.conversation.liquid import ROOT, BadTemplate, rendered, within
from allokoli.engine.conversation.liquid_filters import MAX_CHARS

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_MAX_DEPTH = 20
# For all templates of a setting together.
_MAX_S = 0.5
_MAX_VARIABLES = 500
_MAX_VALUE_CHARS = 20_000

Warn = Callable[[str], None]


def fill(
    text: str,
    values: dict[str, Any],
    *,
    zone: ZoneInfo | None = None,
    warn: Warn | None = None,
) -> str:
    """Fill a template; one that cannot be read stays as it is.

    Args:
        text: a first message, an instruction: Liquid.
        values: what is known, by name; what is not is empty.
        zone: the time zone `now` is told in.
        warn: told why a template stayed as it is.
    """
    try:
        return rendered(text, values, zone=zone)
    except BadTemplate as bad:
        if warn is not None:
            warn(f"A template was left as it is: {bad}.")
        return text


def filled(value: Any, values: dict[str, Any], *, warn: Warn | None = None, depth: int = 0) -> Any:
    """The same JSON with every string filled.

    Args:
        value: JSON.
        values: what templates may name.
        warn: told why a template stayed as it is.
        depth: how deep in the JSON this is.
    """
    if depth == 0:
        with within(_MAX_S):
            return filled(value, values, warn=warn, depth=1)
    if isinstance(value, str):
        return fill(value, values, warn=warn)
    if depth >= _MAX_DEPTH:
        return value
    if isinstance(value, dict):
        return {k: filled(one, values, warn=warn, depth=depth + 1) for k, one in value.items()}
    if isinstance(value, list):
        return [filled(one, values, warn=warn, depth=depth + 1) for one in value]
    return value


def standard_values(now: datetime, customer: dict[str, Any] | None) -> dict[str, Any]:
    """The variables every call has, as Vapi names them.

    Args:
        now: the call's start, aware, in the time zone to speak of.
        customer: the call's customer, if known.
    """
    return {
        "now": now.isoformat(timespec="seconds"),
        "date": now.date().isoformat(),
        "time": now.strftime("%H:%M"),
        "year": now.year,
        "month": now.strftime("%m"),
        "day": now.strftime("%d"),
        "customer": customer or {},
    }


def taken(plan: Any, answer: Any, values: dict[str, Any], warn: Warn) -> dict[str, Any]:
    """The variables a `variableExtractionPlan` takes from an answer.

    Args:
        plan: Vapi's plan: `schema`, `aliases`.
        answer: JSON.
        values: what aliases may name beside it (`tool.response`, other variables).
        warn: told why an alias could not be made.
    """
    if not isinstance(plan, dict):
        return {}
    with within(_MAX_S):
        return bounded(_taken(plan, answer, values, warn))


def _taken(plan: dict[str, Any], answer: Any, values: dict[str, Any], warn: Warn) -> dict[str, Any]:
    found = picked(plan.get("schema"), answer)
    known = values | (answer if isinstance(answer, dict) else {}) | found | {ROOT: answer}
    aliases = plan.get("aliases")
    for alias in aliases[:_MAX_VARIABLES] if isinstance(aliases, list) else ():
        key = alias.get("key") if isinstance(alias, dict) else None
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            warn("An alias of a variable has no valid key.")
            continue
        found[key] = fill(str(alias.get("value") or ""), known, warn=warn)
        known |= found
    return found


def picked(schema: Any, answer: Any) -> dict[str, Any]:
    """The part of an answer a schema names: an object's properties, or an array by its title."""
    if not isinstance(schema, dict):
        return {}
    properties = schema.get("properties")
    if isinstance(properties, dict) and isinstance(answer, dict):
        return {name: answer[name] for name in properties if name in answer}
    title = schema.get("title") or schema.get("name")
    if schema.get("type") != "object" and isinstance(title, str) and title:
        return {title: answer}
    return {}


def bounded(variables: dict[str, Any]) -> dict[str, Any]:
    """Without what is too long or too much to be kept with a call."""
    kept: dict[str, Any] = {}
    size = 0
    for name, value in list(variables.items())[:_MAX_VARIABLES]:
        try:
            written = len(json.dumps(value, ensure_ascii=False))
        except (TypeError, ValueError, RecursionError):
            continue
        size += written
        if written <= _MAX_VALUE_CHARS and size <= MAX_CHARS:
            kept[name] = value
    return kept
