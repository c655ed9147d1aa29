"""A call as its page shows it."""

from dataclasses import dataclass
from typing import Any

from allokoli.platform.calls.schemas import CallDetail
from allokoli.web import wording
from allokoli.web.templating import gettext

# Known already from the heading, or of no use to people.
_NOT_NOTED = {"intent"}


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said; `mine` is the caller's side."""

    mine: bool
    text: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A value the caller gave, under the label of the owner's field."""

    key: str
    label: str
    value: Any


def turns(call: CallDetail) -> list[Turn]:
    """What was said, in order, by the two people of the conversation."""
    return [
        Turn(message.role == "user", message.content)
        for message in call.messages
        if message.role in {"user", "assistant"}
    ]


def noted(call: CallDetail, blueprint: dict[str, Any] | None, locale: str) -> list[Noted]:
    """What the caller gave, in the order the assistant asks for it.

    Args:
        call: the call.
        blueprint: its assistant's, for the labels of the owner's own fields; None when it is gone.
        locale: language of the standard labels.
    """
    own = {field["key"]: field["label"] for field in (blueprint or {}).get("fields") or []}
    given = call.analysis.structured_data
    keys = [*own, *(key for key in given if key not in own)]
    return [
        Noted(key, _label(key, own, locale), given[key])
        for key in keys
        if key not in _NOT_NOTED and given.get(key) not in (None, "", [])
    ]


def _label(key: str, own: dict[str, str], locale: str) -> str:
    """Standard fields speak the reader's language, the owner's own keep their words."""
    standard = wording.FIELDS.get(key)
    if standard:
        return gettext(locale, standard)
    label = own.get(key, key)
    return label[:1].upper() + label[1:]
