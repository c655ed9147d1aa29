"""The blueprint: everything the owner said about the assistant, structured."""

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from allokoli.core.plain_line import as_line, one_line
from allokoli.core.timezones import TimezoneName

Sector = Literal[
    "restaurant", "medical", "legal", "hospitality", "retail", "beauty", "trades", "support",
    "sales", "real_estate", "other",
]  # fmt: skip
Tone = Literal["formal", "friendly", "energetic", "calm"]
Language = Literal["fr", "en", "he"]
Service = Literal[
    "reservation", "appointment", "order", "message", "information", "qualification", "support",
    "transfer",
]  # fmt: skip
FieldType = Literal["text", "name", "phone", "email", "date", "time", "number", "choice", "yes_no"]
Intent = Literal[
    "book", "change", "cancel", "question", "message", "human", "urgent", "opt_out",
    "wrong_number", "other",
]  # fmt: skip
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

STANDARD_TYPES: dict[str, FieldType] = {
    "name": "name",
    "first_name": "name",
    "phone": "phone",
    "email": "email",
    "address": "text",
    "postcode": "text",
    "date": "date",
    "time": "time",
    "party_size": "number",
    "nights": "number",
    "guests": "number",
    "birth_date": "date",
    "reason": "text",
    "company": "text",
    "urgency": "choice",
    "allergies": "text",
    "message": "text",
}
"""The type of each standard field key."""


def _shows(value: str) -> str:
    if not one_line(value, 1):
        raise ValueError("nothing of it can be seen")
    return value


Line = Annotated[
    str,
    BeforeValidator(as_line),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
]
HourText = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Interval = tuple[HourText, HourText]
"""Opening and closing; a closing before the opening is after midnight."""


# One address and nothing beside it: neither a second one, nor a name, nor what cannot be seen.
_NOT_IN_EMAIL = r"@\s<>()\[\],;:\\\"\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_EMAIL = re.compile(rf"[^{_NOT_IN_EMAIL}]+@[^{_NOT_IN_EMAIL}]+\.[^{_NOT_IN_EMAIL}]+")
# A host, and neither a name nor a password before it.
_WEBHOOK = re.compile(r"https?://[^\s/?#@\x00-\x1f\x7f]+(?:[/?#][^\s\x00-\x1f\x7f]*)?")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CallerField(_Strict):
    """One thing to ask callers."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    label: Annotated[Line, StringConstraints(max_length=80)]
    type: FieldType = "text"
    required: bool = True
    choices: list[Line] | None = Field(default=None, max_length=20)

    @model_validator(mode="after")
    def _choices_go_with_choice(self) -> Self:
        if self.type == "choice" and not self.choices:
            raise ValueError("a choice needs its choices")
        return self


class HoursException(_Strict):
    """A day that is not like the others: closed when it has no slots."""

    date: date
    slots: list[Interval] = Field(default_factory=list, max_length=6)
    label: Line | None = None


class Hours(_Strict):
    """Opening hours, by weekday, local time."""

    mon: list[Interval] = Field(default_factory=list, max_length=6)
    tue: list[Interval] = Field(default_factory=list, max_length=6)
    wed: list[Interval] = Field(default_factory=list, max_length=6)
    thu: list[Interval] = Field(default_factory=list, max_length=6)
    fri: list[Interval] = Field(default_factory=list, max_length=6)
    sat: list[Interval] = Field(default_factory=list, max_length=6)
    sun: list[Interval] = Field(default_factory=list, max_length=6)
    exceptions: list[HoursException] = Field(default_factory=list, max_length=100)

    def on(self, day: date) -> list[Interval]:
        """The opening intervals of a day, exceptions included."""
        for exception in self.exceptions:
            if exception.date == day:
                return exception.slots
        week: dict[Weekday, list[Interval]] = {
            "mon": self.mon, "tue": self.tue, "wed": self.wed, "thu": self.thu,
            "fri": self.fri, "sat": self.sat, "sun": self.sun,
        }  # fmt: skip
        return week[WEEKDAYS[day.weekday()]]

    def any_open(self) -> bool:
        """Whether at least one weekday has hours."""
        return bool(
            self.mon or self.tue or self.wed or self.thu or self.fri or self.sat or self.sun
        )


class Faq(_Strict):
    """A question callers ask, and the owner's answer."""

    question: Line
    answer: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=600),
        AfterValidator(_shows),
    ]


class Escalation(_Strict):
    """Whom to turn to, and when."""

    phone: Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{6,14}$")] | None = None
    when: Line | None = None


class Notify(_Strict):
    """Where the owner wants to hear of calls."""

    email: Annotated[str, StringConstraints(max_length=254)] | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{6,14}$")] | None = None
    webhook: Annotated[str, StringConstraints(max_length=500)] | None = None

    @field_validator("email")
    @classmethod
    def _email_syntax(cls, value: str | None) -> str | None:
        if value is not None and not _EMAIL.fullmatch(value):
            raise ValueError("not an e-mail address")
        return value

    @field_validator("webhook")
    @classmethod
    def _webhook_syntax(cls, value: str | None) -> str | None:
        if value is not None and not _WEBHOOK.fullmatch(value):
            raise ValueError("not a web address")
        return value


def _french() -> list[Language]:
    return ["fr"]


class Blueprint(_Strict):
    """Everything the owner said about the assistant."""

    sector: Sector = "other"
    name: Annotated[Line, StringConstraints(max_length=40)]
    tone: Tone = "friendly"
    languages: list[Language] = Field(default_factory=_french, min_length=1, max_length=3)
    greeting: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
        AfterValidator(_shows),
    ]
    services: list[Service] = Field(default_factory=list, max_length=8)
    fields: list[CallerField] = Field(default_factory=list, max_length=20)
    hours: Hours | None = None
    faqs: list[Faq] = Field(default_factory=list, max_length=100)
    escalation: Escalation | None = None
    notify: Notify | None = None
    direction: Literal["inbound", "outbound"] = "inbound"
    must_not_say: list[Line] = Field(default_factory=list, max_length=50)
    timezone: TimezoneName = "Europe/Paris"
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "FR"

    @field_validator("fields")
    @classmethod
    def _unique_keys(cls, value: list[CallerField]) -> list[CallerField]:
        keys = [field.key for field in value]
        if len(keys) != len(set(keys)):
            raise ValueError("two fields have the same key")
        return value

    @property
    def language(self) -> Language:
        """The language the assistant answers in first."""
        return self.languages[0]

    def field(self, key: str) -> CallerField | None:
        return next((field for field in self.fields if field.key == key), None)
