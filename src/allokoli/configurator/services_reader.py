"""What the assistant does when it books nothing: take messages, inform, or both."""

from typing import Any

from allokoli.configurator.tables import by_meaning
from allokoli.dialogue.matching import find_phrase, phrase_pattern

_BOTH = ["message", "information"]
_SHORT_WORDS = 6


def read_services(data: dict[str, Any], folded: str, raw: str, *, asked: bool) -> list[str] | None:
    """The services told, `both` for the two that are offered.

    Args:
        data: the owner's data files.
        folded: what was said, less what is about something else.
        raw: the whole sentence.
        asked: whether they were just asked, so that their place in the question tells them.
    """
    tables, patterns = data["services"], data["patterns"]
    refused = [
        key
        for key in _BOTH
        for phrase in tables[key]["phrases"]
        for word in patterns["less_item"]
        if phrase_pattern(f"{word} {phrase}").search(folded)
    ]
    found = [
        key for key in _BOTH if key not in refused and find_phrase(tables[key]["phrases"], folded)
    ]
    only = find_phrase(patterns["only"], folded) or refused
    if find_phrase(tables["both"]["phrases"], folded) and not (found and only):
        return list(_BOTH)
    if found or not asked or raw.rstrip().endswith("?"):
        return found or None
    if len(folded.split()) <= _SHORT_WORDS:
        for key, place in zip(_BOTH[::-1], ("tone_second", "tone_first"), strict=True):
            if find_phrase(patterns[place], folded):
                return [key]
    meant = by_meaning({key: tables[key] for key in (*_BOTH, "both")}, raw)
    return list(_BOTH) if meant == "both" else [meant] if meant else None
