"""Liquid templates written by owners: what Vapi's filters and tags do, within bounds.

Whatever a template does, it takes little time and memory, and never breaks a call.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from liquid import BoundTemplate, Environment, Mode, Undefined
from liquid.builtin import DictLoader
from liquid.exceptions import LiquidError

from allokoli.engine.conversation.liquid_filters import (
    DEADLINE,
    MAX_CHARS,
    MAX_ITEMS,
    OWN,
    ZONE,
    bounded,
)

_MAX_TEMPLATE_CHARS = 60_000
_MAX_PIECES = 2_000
_MAX_PLACES = 100_000
_MAX_S = 0.5
_MAX_KEPT_CHARS = 10_000
# Loops of a template go round so many times that its parts are run this often at most.
_MAX_STEPS = 100_000
_ITERATIONS = (MAX_ITEMS, 1_000, 100, 10, 1)
# `$` is Vapi's name for the whole of a tool's answer.
ROOT = "answer_root__"
_ROOT = re.compile(r"(?<![\w$])\$(?=\s*(?:[\[.|}]|-?%))")
_PLAIN = re.compile(r"\{\{\s*([A-Za-z_][\w.\-]*)\s*\}\}")


class BadTemplate(Exception):
    """A template cannot be read, or asks for too much.

    Args:
        reason: for the assistant's owner; holds nothing of the values.
    """


def rendered(template: str, values: dict[str, Any], *, zone: ZoneInfo | None = None) -> str:
    """Fill a template.

    Args:
        template: text with `{{ }}` and `{% %}`.
        values: what it may name; what it names beyond is empty.
        zone: the time zone `now` is told in.

    Raises:
        BadTemplate: it cannot be read, or asks for too much.
    """
    if "{{" not in template and "{%" not in template:
        return template
    if len(template) > _MAX_TEMPLATE_CHARS or template.count("{{") > _MAX_PIECES:
        return _rendered_apart(template, values, zone)
    return _rendered(template, values, zone)


def _rendered_apart(template: str, values: dict[str, Any], zone: ZoneInfo | None) -> str:
    """A long text with a few places to fill: each is a template of its own."""
    if "{%" in template:
        raise BadTemplate("a template with tags is longer than 60,000 characters")
    filled: list[str] = []
    position = places = size = 0
    while (start := template.find("{{", position)) >= 0:
        end = template.find("}}", start)
        places += 1
        if end < 0 or places > _MAX_PLACES:
            raise BadTemplate("a template has a place that does not end, or too many of them")
        place = template[start : end + 2]
        plain = _PLAIN.fullmatch(place)
        if plain is None and places > _MAX_PIECES:
            raise BadTemplate("a template has too many places to fill")
        value = _named(values, plain.group(1)) if plain else _rendered(place, values, zone)
        size += len(value)
        if size > MAX_CHARS:
            raise BadTemplate("a template gives too much text")
        filled += (template[position:start], value)
        position = end + 2
    return "".join((*filled, template[position:]))


def _named(values: dict[str, Any], name: str) -> str:
    found: Any = values
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return "" if found is None else str(found)[:MAX_CHARS]


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give all templates filled inside so long together; those that come too late are refused.

    Args:
        seconds: for all of them.
    """
    deadline = DEADLINE.set(min(DEADLINE.get(), monotonic() + seconds))
    try:
        yield
    finally:
        DEADLINE.reset(deadline)


def _rendered(template: str, values: dict[str, Any], zone: ZoneInfo | None) -> str:
    if monotonic() > DEADLINE.get():
        raise BadTemplate("the templates before it took too long")
    with within(_MAX_S):
        return _tried(template, values, zone)


def _tried(template: str, values: dict[str, Any], zone: ZoneInfo | None) -> str:
    parse = _parsed if len(template) <= _MAX_KEPT_CHARS else _parsed.__wrapped__
    try:
        return parse(_ROOT.sub(ROOT, template)).render(**{**values, ZONE: zone})
    except LiquidError as error:
        raise BadTemplate(f"{type(error).__name__} in a template") from None
    except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError):
        raise BadTemplate("a filter cannot be applied to its value") from None
    except (RecursionError, MemoryError):
        raise BadTemplate("a template asks for too much") from None


@lru_cache(maxsize=128)
def _parsed(template: str) -> BoundTemplate:
    steps = 1 + template.count("{{") + template.count("{%") + template.count("\n")
    limit = next(limit for limit in _ITERATIONS if limit * steps <= _MAX_STEPS or limit == 1)
    return _environment(limit).from_string(template)


class _Environment(Environment):
    local_namespace_limit = 1_000_000
    output_stream_limit = MAX_CHARS
    context_depth_limit = 20
    string_first_and_last = True


@lru_cache(maxsize=len(_ITERATIONS))
def _environment(iterations: int) -> Environment:
    environment = _Environment(
        tolerance=Mode.STRICT, loader=DictLoader({}), undefined=Undefined, strict_filters=True
    )
    environment.loop_iteration_limit = iterations  # type: ignore[misc]
    for name in ("include", "render"):
        environment.tags.pop(name, None)
    for name, function in (environment.filters | OWN).items():
        environment.filters[name] = bounded(name, function)
    return environment
