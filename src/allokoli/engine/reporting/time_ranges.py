"""The stretch of time a report is about, and the steps it is cut into."""

import contextlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allokoli.core import clock
from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.wire import iso, moment

MAX_STEPS = 5_000
_DEFAULT_DAYS = 7
_RELATIVE = re.compile(r"-(\d{1,5})([dhwmy])")
_DAYS = {"d": 1.0, "h": 1 / 24, "w": 7.0, "m": 30.0, "y": 365.0}
# The shortest each step can be, in seconds: enough to bound how many there are.
_STEP_S = {
    "second": 1,
    "minute": 60,
    "hour": 3_600,
    "day": 82_800,
    "week": 600_000,
    "month": 2_400_000,
    "quarter": 7_700_000,
    "year": 31_000_000,
    "decade": 310_000_000,
    "century": 3_100_000_000,
    "millennium": 31_000_000_000,
}


@dataclass(frozen=True, slots=True)
class TimeRange:
    """From `start` to `end`, both included.

    Attributes:
        start: aware.
        end: aware, not before the start.
        timezone: IANA name; steps begin at its midnights.
        step: a unit PostgreSQL's `date_trunc` knows; None for no steps.
    """

    start: datetime
    end: datetime
    timezone: str
    step: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As Vapi writes it."""
        shown: dict[str, Any] = {
            "start": iso(self.start),
            "end": iso(self.end),
            "timezone": self.timezone,
        }
        return {"step": self.step, **shown} if self.step else shown

    def label(self, moment: datetime) -> str:
        """A step's beginning as ISO 8601 in the range's time zone."""
        return moment.astimezone(ZoneInfo(self.timezone)).isoformat()


def read_time_range(
    given: Any, *, path: str = "timeRange", step: str | None = None, stepped: bool = True
) -> TimeRange:
    """The range a request asks for; the last seven days by default.

    Args:
        given: `{start, end, timezone, step}`, each optional; moments are ISO 8601 or relative
            (`now`, `-7d`).
        path: where it stands in the request, for errors.
        step: the step when none is given.
        stepped: False to ignore any step.

    Raises:
        Invalid: a bad moment, time zone or step, or too many steps.
    """
    asked = given if isinstance(given, dict) else {}
    now = clock.now()
    end = _moment(asked.get("end"), now, f"{path}.end") or now
    start = _moment(asked.get("start"), now, f"{path}.start")
    if start is None:
        start = end - timedelta(days=_DEFAULT_DAYS)
    if start > end:
        raise Invalid([f"{path}.start must not be after {path}.end"])
    timezone = _timezone(asked.get("timezone"), f"{path}.timezone")
    wanted = (asked.get("step") or step) if stepped else None
    if wanted is not None:
        if wanted not in _STEP_S:
            raise Invalid(
                [f"{path}.step must be one of the following values: {', '.join(_STEP_S)}"]
            )
        if (end - start).total_seconds() / _STEP_S[wanted] > MAX_STEPS:
            raise Invalid(
                [f"{path} holds more than {MAX_STEPS} steps of a {wanted}; take a longer step"]
            )
    return TimeRange(start, end, timezone, wanted)


def _moment(given: Any, now: datetime, path: str) -> datetime | None:
    if given is None or given == "now":
        return None if given is None else now
    if isinstance(given, str):
        relative = _RELATIVE.fullmatch(given)
        if relative:
            with contextlib.suppress(OverflowError):
                return now - timedelta(days=int(relative[1]) * _DAYS[relative[2]])
        if found := moment(given):
            return found
    raise Invalid([f"{path} must be a valid ISO 8601 date string or a relative one such as -7d"])


def _timezone(given: Any, path: str) -> str:
    if given is None:
        return "UTC"
    try:
        if isinstance(given, str):
            return ZoneInfo(given).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise Invalid([f"{path} must be a time zone of the IANA database, such as Europe/Paris"])
