"""The one place that reads the time of day, so that tests can set it."""

from collections.abc import Callable
from datetime import UTC, datetime

_source: Callable[[], datetime] | None = None


def now() -> datetime:
    """The current moment, in UTC."""
    return _source() if _source else datetime.now(UTC)


def set_source(source: Callable[[], datetime] | None) -> None:
    """Replace the clock (tests), or restore the machine's with None."""
    global _source  # noqa: PLW0603 - one clock for the process is the point
    _source = source
