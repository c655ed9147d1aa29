"""Conversations as they are written in `conversations/`: what people say, and what must come of it.

A file holds `[[conversation]]` tables. Its folder tells the side and the language
(`callers/fr`), its name the set: `dev_*.toml` may be tuned on, `held_out*.toml` may not.
"""

import tomllib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from allokoli.blueprint import Blueprint
from allokoli.blueprint.blueprint import STANDARD_TYPES
from allokoli.blueprint.catalog import template
from allokoli.configurator.form import owner_form

ROOT = Path(__file__).resolve().parents[2] / "conversations"
LANGUAGES = ("fr", "en", "he")
Side = Literal["callers", "owners"]
SIDES: tuple[Side, ...] = ("callers", "owners")
DEV, HELD_OUT = "dev", "held_out"
MOMENTS = ("confirm", "correct", "offer", "proposal", "anything")
"""What a person may be asked besides a slot: the recap, what to correct in it, whether to take a
message, whether another moment suits, and nothing in particular."""
_ALSO_ASKED = ("message", *STANDARD_TYPES)
Said = Annotated[list[str], Field(min_length=1)]


class MalformedConversation(Exception):
    """A file of conversations that cannot be played; its message says where and why."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Booked(_Strict):
    """A booking that the agenda holds before the call."""

    name: str
    phone: str
    date: date
    time: time
    party_size: int | None = None


class Agenda(_Strict):
    """What is taken when the call begins: moments (or whole days) that are full, and bookings."""

    full: list[datetime | date] = Field(default_factory=list)
    bookings: list[Booked] = Field(default_factory=list)


class Expected(_Strict):
    """The outcome.

    Attributes:
        intent, outcome: callers only.
        fields: answers of the caller by key, or paths in the owner's blueprint; "" is nothing,
            a list is any of these for a single value, all of these for a list.
        said, never: pieces of sentences heard at some point, or never.
        agenda: moments booked in the agenda once the call is over.
        turns: the most turns this may take.
    """

    intent: str | None = None
    outcome: str | list[str] | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    said: list[str] = Field(default_factory=list)
    never: list[str] = Field(default_factory=list)
    agenda: list[datetime] | None = None
    turns: int | None = Field(default=None, ge=1)


class Conversation(_Strict):
    """One conversation.

    Attributes:
        id: unique.
        about: what it is about, in a few words.
        assistant: a caller's: the template that answers.
        now: local time of the business.
        says: the first turns, whatever is asked.
        answers: then, what is said when a slot is asked; each asking takes the next, the last one
            is repeated.
        blueprint: keys of the template's blueprint to replace.
        agenda: of the business.
        expect: what must come of it.
        side, language, set: where it was found.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    about: str
    assistant: str | None = None
    template: str | None = None
    now: datetime
    says: list[str] = Field(default_factory=list)
    answers: dict[str, Said] = Field(default_factory=dict)
    blueprint: dict[str, Any] = Field(default_factory=dict)
    agenda: Agenda = Field(default_factory=Agenda)
    expect: Expected
    side: Side
    language: str
    set: str

    def made(self) -> Blueprint:
        """The blueprint of the assistant that is called."""
        found = template(self.assistant or "", self.language)
        if found is None:
            raise ValueError(f"no template is called {self.assistant!r}")
        return Blueprint.model_validate(found.blueprint.model_dump() | self.blueprint)

    @model_validator(mode="after")
    def _can_be_played(self) -> Self:
        known = {*MOMENTS, *_ALSO_ASKED}
        if self.side == "callers":
            known |= {field.key for field in self.made().fields}
        else:
            if self.assistant or self.blueprint or self.expect.intent or self.expect.outcome:
                raise ValueError("an owner has no assistant, blueprint, intent nor outcome yet")
            known |= {slot.key for slot in owner_form(self.language, {}).slots}
            known |= {"services", "direction", "must_not_say"}
        asked = {key for joint in self.answers for key in joint.split("+")}
        if asked - known:
            raise ValueError(f"nothing asks for {', '.join(sorted(asked - known))}")
        return self


def conversations(
    side: Side, language: str, which: Sequence[str] = (DEV, HELD_OUT), root: Path = ROOT
) -> list[Conversation]:
    """The conversations of one side in one language, in the order of their files.

    Raises:
        MalformedConversation: for the first one that cannot be played.
    """
    found: dict[str, Conversation] = {}
    for path in sorted((root / side / language).glob("*.toml")):
        kind = next((name for name in (DEV, HELD_OUT) if path.stem.startswith(name)), None)
        if kind is None:
            raise MalformedConversation(f"{path}: a file is named {DEV}_*.toml or {HELD_OUT}*.toml")
        for one in _read(path, side, language, kind) if kind in which else ():
            if one.id in found:
                raise MalformedConversation(f"{path}: {one.id} is there twice")
            found[one.id] = one
    return list(found.values())


def _read(path: Path, side: Side, language: str, kind: str) -> Iterator[Conversation]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MalformedConversation(f"{path}: {error}") from error
    entries = data.get("conversation")
    if set(data) != {"conversation"} or not isinstance(entries, list):
        raise MalformedConversation(f"{path}: holds [[conversation]] tables, and nothing else")
    for number, entry in enumerate(entries, start=1):
        place = {"side": side, "language": language, "set": kind}
        try:
            yield Conversation.model_validate({**entry, **place})
        except ValidationError as error:
            where = f"{path}: {entry.get('id') or f'conversation {number}'}"
            raise MalformedConversation(f"{where}: {_why(error)}") from error


def _why(error: ValidationError) -> str:
    return "; ".join(
        ".".join(str(part) for part in item["loc"]) + (": " if item["loc"] else "") + item["msg"]
        for item in error.errors(include_url=False)
    )
