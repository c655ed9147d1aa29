"""Comparing what came of a conversation with what had to come of it, field by field."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.conversations.written import Conversation

from allokoli.dialogue.text import fold

_FREE_TEXT = frozenset({"text"})
_ITEMS: dict[str, Callable[[Any], tuple[str, ...]]] = {
    "fields": lambda field: (str(field["key"]), str(field["label"])),
    "faqs": lambda faq: (f"{faq['question']} {faq['answer']}",),
    "must_not_say": lambda line: (str(line),),
}
"""The words by which an item of a list in a blueprint is known."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing compared.

    Attributes:
        name: what (`date`, `intent`, `said "fermés"`).
        right: whether it is as expected.
        expected, found: both sides, to show.
    """

    name: str
    right: bool
    expected: Any
    found: Any


def plain(text: str) -> str:
    """A sentence's words alone, lower-case, without accents, one space between."""
    return " ".join(re.findall(r"\w+", fold(text)))


def same(expected: Any, found: Any, *, within: bool = False) -> bool:
    """Whether a value is the expected one, up to accents, case and punctuation.

    Args:
        expected: "" or False for nothing; a list for any of its values.
        found: the value.
        within: whether words around the expected ones do not matter.
    """
    if isinstance(expected, list):
        return any(same(one, found, within=within) for one in expected)
    if expected == "":
        return found is None or found == ""
    if isinstance(expected, str) and isinstance(found, str):
        wanted, got = plain(expected), plain(found)
        if within:  # Hebrew writes its prepositions onto the word
            return all(any(word in other for other in got.split()) for word in wanted.split())
        return wanted == got
    return type(expected) is type(found) and bool(expected == found)


def fields_checked(written: Conversation, found: Mapping[str, Any]) -> list[Check]:
    """Every field that is expected, right or wrong.

    Args:
        written: the conversation.
        found: the caller's structured data, or the owner's blueprint.
    """
    return (_caller_fields if written.side == "callers" else _owner_fields)(written, found)


def _caller_fields(written: Conversation, data: Mapping[str, Any]) -> list[Check]:
    kinds = {field.key: field.type for field in written.made().fields}
    checks = []
    for key, expected in written.expect.fields.items():
        found = data.get(key)
        within = kinds.get(key, "text") in _FREE_TEXT and key != "name"
        right = same(expected, found, within=within and key not in {"phone", "email"})
        checks.append(Check(key, right, expected, found))
    return checks


def _owner_fields(written: Conversation, blueprint: Mapping[str, Any]) -> list[Check]:
    return [
        Check(path, _owner_right(path, expected, found), expected, _shown(found))
        for path, expected in written.expect.fields.items()
        for found in (_at(blueprint, path),)
    ]


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _owner_right(path: str, expected: Any, found: Any) -> bool:
    if path in _ITEMS:
        items = [_ITEMS[path](one) for one in found or ()]
        return len(items) == expected if isinstance(expected, int) else _each_in(expected, items)
    if path == "services":
        return set(expected) == set(found or ())
    if path == "hours.exceptions":
        return expected == [{"date": one["date"], "slots": one["slots"]} for one in found or ()]
    if path.startswith("hours") or path == "languages":
        return _plain_lists(expected) == _plain_lists(found or [])
    return same(expected, found)


def _each_in(expected: Sequence[str], found: Sequence[tuple[str, ...]]) -> bool:
    """Whether each expected one is found, by its key or by its words, and nothing else is."""
    left = list(found)
    for one in expected:
        match = next(
            (
                item
                for item in left
                if one == item[0] or any(same(one, text, within=True) for text in item)
            ),
            None,
        )
        if match is None:
            return False
        left.remove(match)
    return not left


def _plain_lists(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain_lists(item) for item in value]
    return value


def _shown(found: Any) -> Any:
    if isinstance(found, list) and found and isinstance(found[0], Mapping):
        return [one.get("key") or one.get("question") for one in found]
    return found
