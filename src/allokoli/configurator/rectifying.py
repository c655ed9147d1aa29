"""What an owner corrects at the recap, and the words that say it anew (`non, le ton : calme`)."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from allokoli.configurator.clauses import TOPICS
from allokoli.configurator.owner_data import owner_data
from allokoli.dialogue.matching import as_phrase, phrase_pattern
from allokoli.dialogue.text import fold

_AROUND = " ,;.!…-–—"
_MOST_LINKS = 6
_ONE_OF_SEVERAL = frozenset({"sector", "name"})


def rectified(raw: str, values: Mapping[str, Any], locale: str) -> tuple[str, str] | None:
    """The part of the blueprint that a turn corrects, and what it says of it.

    Args:
        raw: the turn.
        values: the answers so far.
        locale: the language.

    Returns:
        The slot's key and the words that answer it; None when nothing is named at the head of
        the turn, or nothing follows.
    """
    rest = _after(_heads(locale), raw)
    old = str(values.get("name", ""))
    for key, pattern in _named(locale).items():
        match = pattern.match(fold(rest))
        if match is None:
            continue
        told = rest[match.end() :]
        told = (_without_old(told, old, locale) or told) if key == "name" else told
        told = _after(_links(locale), told)
        told = _after_refused(told, locale) if key in _ONE_OF_SEVERAL else told
        return (key, told) if re.search(r"\w", told) else None
    left = _without_old(raw, old, locale)
    if left is None:
        return None
    told = _after(_links(locale), _after(_heads(locale), left))
    return ("name", told) if re.search(r"\w", told) else None


def taken_away(raw: str, values: Mapping[str, Any], locale: str) -> str | None:
    """The topic that a turn takes out of the blueprint (`enlevez le transfert`).

    Args:
        raw: the turn.
        values: the answers so far.
        locale: the language.
    """
    rest = _after(_heads(locale), raw)
    removing = _any_of(owner_data(locale)["corrections"]["removing"]).match(fold(rest))
    if removing is None:
        return None
    rest = rest[removing.end() :].strip(_AROUND)
    topics = owner_data(locale)["topics"]
    for key in (one for one in TOPICS if one in values):
        named = owner_data(locale)["corrections"]["named"].get(key, [])
        if fold(rest) in {fold(name) for name in (*named, *topics[key]["point"])}:
            return key
    return None


def _after(pattern: re.Pattern[str], text: str) -> str:
    """The words after all that leads to them."""
    text = text.lstrip(_AROUND)
    for _ in range(_MOST_LINKS):
        match = pattern.match(fold(text))
        if match is None or not match.end():
            break
        text = text[match.end() :].lstrip(_AROUND)
    return text


def _after_refused(text: str, locale: str) -> str:
    """What follows what is turned down (`pas restaurant, c'est un hôtel`)."""
    words = owner_data(locale)["corrections"]
    no = _any_of(words["refusing"]).match(fold(text))
    if no is None:
        return text
    but = _any_of(words["but_this"]).search(fold(text), no.end())
    return text[but.end() :].lstrip(_AROUND) if but else text


def _without_old(text: str, old: str, locale: str) -> str | None:
    """The words less the old value and what turns it down; None when it is not turned down."""
    old, said = as_phrase(old), fold(text)
    if not old:
        return None
    for phrase in owner_data(locale)["corrections"]["old"]:
        match = phrase_pattern(phrase.replace("{old}", old)).search(said)
        if match:
            left = f"{text[: match.start()].strip(_AROUND)}, {text[match.end() :].strip(_AROUND)}"
            return left.strip(_AROUND)
    return None


@lru_cache
def _heads(locale: str) -> re.Pattern[str]:
    return _any_of(owner_data(locale)["corrections"]["heads"])


@lru_cache
def _links(locale: str) -> re.Pattern[str]:
    return _any_of(owner_data(locale)["corrections"]["links"])


@lru_cache
def _named(locale: str) -> dict[str, re.Pattern[str]]:
    """By slot, what names it, the longest names first."""
    named = owner_data(locale)["corrections"]["named"]
    return {key: _any_of(phrases) for key, phrases in named.items()}


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    longest = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    plain = [rf"\s*{re.escape(one)}" for one in longest if not re.search(r"\w", one)]
    worded = [phrase_pattern(one).pattern for one in longest if re.search(r"\w", one)]
    return re.compile("|".join([*worded, *plain]))
