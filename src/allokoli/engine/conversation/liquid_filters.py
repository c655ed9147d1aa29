"""The filters of owners' templates: Liquid's own within bounds, and the ones Vapi adds."""

import itertools
import json
import math
import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import date, datetime
from functools import wraps
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil import parser as dates
from liquid import Undefined
from liquid.exceptions import FilterArgumentError

from allokoli.core import clock

MAX_CHARS = 200_000
MAX_ITEMS = 10_000
# What a date filter reads the call's time zone from.
ZONE = "zone__"
_MAX_BITS = 4096
_MAX_DATE_FORMAT = 200
_WIDTH = re.compile(r"%[-_0^#]*[0-9]+")

Filter = Callable[..., Any]

# On the clock of `time.monotonic`: when a template has to be done.
DEADLINE: ContextVar[float] = ContextVar("template deadline", default=math.inf)


def bounded(name: str, function: Filter) -> Filter:
    """A filter that refuses to make more than a template may.

    Args:
        name: as templates call it.
        function: as the library has it.
    """

    @wraps(function, updated=())
    def guarded(value: Any, *args: Any, **kwargs: Any) -> Any:
        if monotonic() > DEADLINE.get():
            raise FilterArgumentError(f"{name}: too slow", token=None)
        if any(_too_large(one) for one in (value, *args)) or _multiplies(name, value, args):
            raise FilterArgumentError(f"{name}: too large", token=None)
        return function(value, *args, **kwargs)

    for flag in ("with_context", "with_environment", "filter_async"):
        if hasattr(function, flag):
            setattr(guarded, flag, getattr(function, flag))
    return guarded


def _too_large(value: Any) -> bool:
    if isinstance(value, range):
        return len(value) > MAX_ITEMS
    if isinstance(value, int):
        return value.bit_length() > _MAX_BITS
    return isinstance(value, (str, list, tuple, dict)) and _size(value) > MAX_CHARS


def _multiplies(name: str, value: Any, args: tuple[Any, ...]) -> bool:
    """Whether a filter's result is much larger than what it is given."""
    if name.startswith("replace") and args and isinstance(args[-1], str):
        text, what = str(value), str(args[0])
        found = text.count(what) if what else len(text) + 1
        return found * len(args[-1]) > MAX_CHARS
    if name == "join" and args and hasattr(value, "__len__"):
        return len(str(args[0])) * len(value) > MAX_CHARS
    return False


def _size(value: Any) -> int:
    """Characters and items a value holds, counted no further than the limit."""
    total, waiting = 0, [value]
    while waiting and total <= MAX_CHARS:
        one = waiting.pop()
        if isinstance(one, str):
            total += len(one)
        elif isinstance(one, dict):
            total += len(one)
            waiting.extend(one.values())
        elif isinstance(one, (list, tuple)):
            total += len(one)
            waiting.extend(itertools.islice(one, MAX_CHARS))
    return total


def _json(value: Any) -> str:
    return json.dumps(None if isinstance(value, Undefined) else value, default=str)


def _first(value: Any, count: Any = None) -> Any:
    items = list(value) if isinstance(value, (list, tuple, range)) else []
    if count is None:
        return items[0] if items else None
    return items[: max(0, int(count))]


def _last(value: Any, count: Any = None) -> Any:
    items = list(value) if isinstance(value, (list, tuple, range)) else []
    if count is None:
        return items[-1] if items else None
    return items[max(0, len(items) - max(0, int(count))) :]


class _Date:
    """`date`: a moment, written by a format, in a time zone when one is named."""

    with_context = True
    __name__ = "date"

    def __call__(self, value: Any, *args: Any, context: Any) -> str:
        if isinstance(value, Undefined):
            return ""
        written = str(args[0]) if args and not isinstance(args[0], Undefined) else ""
        if len(written) > _MAX_DATE_FORMAT or _WIDTH.search(written):
            raise FilterArgumentError("date: format too wide", token=None)
        own = context.resolve(ZONE, default=None)
        zone = _zone(args[1]) if len(args) > 1 else own
        moment = _moment(value, own)
        if moment is None or not written:
            return str(value)
        if zone is not None:
            moment = moment.astimezone(zone)
        if written == "%s":
            return str(int(moment.timestamp()))
        return moment.strftime(written)


def _zone(named: Any) -> ZoneInfo:
    try:
        return ZoneInfo(str(named))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FilterArgumentError("date: unknown time zone", token=None) from None


def _moment(value: Any, zone: ZoneInfo | None) -> datetime | None:
    """What a date filter was given, aware; None when it is no moment."""
    if isinstance(value, datetime):
        found: datetime | None = value
    elif isinstance(value, date):
        found = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - made aware below
    elif str(value) in {"now", "today"}:
        found = clock.now()
    else:
        found = _read(str(value))
    if found is not None and found.tzinfo is None:
        return found.replace(tzinfo=zone or ZoneInfo("UTC"))
    return found


def _read(written: str) -> datetime | None:
    try:
        if written.lstrip("-").isdigit():
            seconds = int(written[:20])
            # Milliseconds, as JavaScript writes `now`, are told from seconds by their size.
            return datetime.fromtimestamp(
                seconds / 1000 if math.fabs(seconds) > 10**11 else seconds, tz=ZoneInfo("UTC")
            )
        return datetime.fromisoformat(written)
    except ValueError:
        return _guessed(written)
    except (OverflowError, OSError):
        return None


def _guessed(written: str) -> datetime | None:
    try:
        found = dates.parse(written[:100])
    except (ValueError, OverflowError, OSError):
        return None
    return found if isinstance(found, datetime) else None


OWN: dict[str, Filter] = {"date": _Date(), "json": _json, "first": _first, "last": _last}
