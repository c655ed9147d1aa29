"""What must never be said, which way calls go, in which languages, and where the business is."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from allokoli.configurator.owner_data import owner_data
from allokoli.dialogue.entities.answers import looks_like_question
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.text import capital, fold

_MOST_RULES = 50
_FIRST_WORDS = 2
_MOST_CHARS = 200


def read_rules(
    clauses: Sequence[str], locale: str, known: Sequence[str] | None
) -> list[str] | None:
    """What must never be said: the rules told so far with those just told.

    Args:
        clauses: what was said of it, a rule each.
        locale: the language.
        known: the rules told before.
    """
    topic = owner_data(locale)["topics"]["must_not_say"]
    leads = sorted(topic["lead"], key=len, reverse=True)
    named = {fold(phrase) for phrase in topic["point"]}
    telling = [
        clause
        for clause in clauses
        if fold(clause).strip(" .,?!") not in named and not _chats(clause, topic)
    ]
    told = [rule for clause in telling if len(rule := _without_leads(clause, leads)) > 2]  # noqa: PLR2004
    if not told:
        return None
    return list(dict.fromkeys([*(known or ()), *told]))[:_MOST_RULES]


def _chats(clause: str, topic: Mapping[str, Any]) -> bool:
    """Whether a clause only chats around the rules (`let me think`, `obviously`)."""
    text = fold(clause).strip(" .,?!")
    if find_phrase(topic["cues"], text):
        return False
    return any(phrase_pattern(phrase).match(text) for phrase in topic["chat"])


def _without_leads(text: str, leads: Sequence[str]) -> str:
    text = text.strip(" ,.;:!?")
    changed = True
    while changed:
        changed = False
        for lead in leads:
            match = phrase_pattern(lead).match(fold(text))
            if match and match.end() < len(text):
                text, changed = text[match.end() :].strip(" ,.;:!?"), True
    return capital(text)[:_MOST_CHARS]


def read_direction(folded: str, locale: str) -> str | None:
    """`outbound` when the assistant is the one that calls, `inbound` when it answers."""
    topic = owner_data(locale)["topics"]["direction"]
    for direction in ("outbound", "inbound"):
        if find_phrase(topic[direction], folded):
            return direction
    return None


def read_languages(
    raw: str, locale: str, known: Sequence[str] | None, *, asked: bool
) -> list[str] | None:
    """The languages named, the first one first.

    A language named alone comes beside those known, unless it is said to be the only one.

    Args:
        raw: what was said.
        locale: its language.
        known: the languages so far.
        asked: whether languages were asked.
    """
    data = owner_data(locale)
    topic, folded = data["topics"]["languages"], fold(raw)
    begins = " ".join(folded.split()[:_FIRST_WORDS])
    if not asked and (raw.rstrip().endswith("?") or looks_like_question(raw, begins, locale)):
        return None
    current = list(known or [locale])
    if find_phrase(topic["three"], folded):
        return list(dict.fromkeys([*current, *data["languages"]]))
    spans = {
        key: max(starts)
        for key, entry in data["languages"].items()
        if (
            starts := [
                match.start()
                for phrase in entry["phrases"]
                for match in phrase_pattern(phrase).finditer(folded)
            ]
        )
    }
    named = sorted(spans, key=lambda key: spans[key])
    dropped = find_phrase(data["patterns"]["less"], folded)
    if dropped and named:
        left = [key for key in current if spans.get(key, -1) < dropped[0]]
        return left or None
    if not named:
        both = find_phrase(topic["two"], folded)
        return list(dict.fromkeys([*current, "en", "fr"]))[:2] if both else None
    if len(named) > 1 or find_phrase(data["patterns"]["only"], folded):
        return named
    return list(dict.fromkeys([*current, *named]))


def read_place(folded: str, locale: str) -> dict[str, str] | None:
    """The country and the time zone of the place named."""
    best: tuple[int, Mapping[str, Any]] | None = None
    for entry in owner_data(locale)["places"].values():
        span = find_phrase(entry["phrases"], folded)
        if span and (best is None or span[1] - span[0] > best[0]):
            best = span[1] - span[0], entry
    if best is None:
        return None
    return {"country": str(best[1]["country"]), "timezone": str(best[1]["timezone"])}


def quoted(raw: str) -> str | None:
    """What stands between quotation marks, when something does."""
    match = re.search(r"«\s*([^»]{2,500}?)\s*»|[\"“]\s*([^\"”]{2,500}?)\s*[\"”]", raw)
    return (match.group(1) or match.group(2)) if match else None
