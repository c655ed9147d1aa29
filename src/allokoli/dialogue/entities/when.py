"""A day or an hour that was said, with the limits said around it."""

from dataclasses import dataclass
from datetime import date, time
from typing import Generic, TypeVar

Moment = TypeVar("Moment", date, time)


@dataclass(frozen=True, slots=True)
class When(Generic[Moment]):
    """What was said of a day or of an hour.

    Attributes:
        at: the one meant (`après 17 h`: 17:00), or None when only limits were said
            (`dans la soirée`, `la semaine prochaine`).
        not_before: the earliest that suits, included, or None.
        not_after: the latest that suits, included, or None.
    """

    at: Moment | None
    not_before: Moment | None = None
    not_after: Moment | None = None
