"""What reading an answer depends on besides the sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from allokoli.dialogue.form import Form


@dataclass(slots=True)
class Context:
    """What reading depends on besides the sentence.

    Attributes:
        form: the form being filled.
        values: the answers so far.
        today: the day of the conversation, where the organization is.
        locale: the language spoken.
        part: part of the day said before.
        digits: digits of a phone number heard so far.
        correcting: whether answers are being corrected.
        agreed: whether the sentence says yes: what follows is politeness (`yes, that's lovely`).
        free: whether a free answer is awaited, which holds no correction of another.
        newest: whether the last of several days or hours counts.
        alone: whether a single thing was asked.
        now: the hour of the conversation, where the organization is.
        refused: the day or hour refused last: another that is said beside it is meant.
        limits: the earliest and the latest hour that suit, said with the hour that was read.
    """

    form: Form
    values: Mapping[str, Any]
    today: date
    locale: str
    part: str | None = None
    digits: str = ""
    correcting: bool = False
    agreed: bool = False
    free: bool = False
    newest: bool = False
    alone: bool = False
    now: time | None = None
    refused: str | None = None
    limits: tuple[str | None, str | None] | None = None
