"""What the assistant must ask callers, as owners say it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from allokoli.blueprint.blueprint import STANDARD_TYPES
from allokoli.configurator.sector_words import sector_words
from allokoli.dialogue.entities.answers import find_answer, find_social
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Utterance

_MAX_FIELDS = 20
_MAX_LABEL = 60


def standard_fields(data: dict[str, Any], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The usual fields of the owner's sector."""
    keys = sector_words(data, values)["fields"]
    if values.get("booking") is False:
        keys = ["name", "phone", "reason"]
    return [field(data, key) for key in keys]


def field(data: dict[str, Any], key: str) -> dict[str, Any]:
    """A standard field."""
    entry = data["fields"][key]
    kind = STANDARD_TYPES[key]
    made: dict[str, Any] = {"key": key, "label": entry["label"], "type": kind, "required": True}
    if kind == "choice":
        made["choices"] = list(entry["choices"])
    return made


def read_fields(  # noqa: PLR0911  (one way out a case)
    data: dict[str, Any], heard: Utterance, asked: bool, values: Mapping[str, Any], locale: str
) -> list[dict[str, Any]] | None:
    """The fields after what was said: the usual ones, more, fewer, or a list of their own."""
    folded = heard.raw_folded
    patterns = data["patterns"]
    if not asked and not values.get("fields"):
        return None
    if asked and find_social(folded, locale) in {"anything", "repeat", "restart", "wait"}:
        return None
    current = [dict(item) for item in values.get("fields") or standard_fields(data, values)]
    more, less = _split(folded, patterns)
    dropped = _named(data, less) if less else []
    added_text = more if more is not None else ""
    extra = _named(data, added_text) if added_text else []
    if not asked:
        if (not extra and not dropped and more is None) or (more is not None and not extra):
            return None
        if more is not None and not _is_about_asking(folded, patterns):
            return None
        return _merged(data, current, extra, dropped, "")
    answer = find_answer(folded, locale)
    base = folded[: folded.find(added_text)] if added_text else folded
    listed = _named(data, base) if answer != "yes" and not less else []
    if answer == "no" and not listed and more is None:
        return None
    if listed and (len(listed) > 1 or find_phrase(patterns["only"], folded)):
        current = [field(data, key) for key in listed]
    elif listed and answer is None and more is None:
        extra = [*listed, *extra]
    elif answer is None and more is None and not dropped:
        return None
    own = _own_label(data, heard, added_text) if added_text and not extra else ""
    return _merged(data, current, extra, dropped, own)


def _is_about_asking(folded: str, patterns: Mapping[str, Sequence[str]]) -> bool:
    return find_phrase(patterns["more"], folded) is not None


def _split(folded: str, patterns: Mapping[str, Sequence[str]]) -> tuple[str | None, str]:
    """What comes after "and also", and what comes after "without"."""
    more, less = None, ""
    span = find_phrase(patterns["more"], folded)
    if span:
        more = folded[span[1] :].strip(" ,.;!")
    lack = find_phrase(patterns["less"], folded)
    if lack:
        less = folded[lack[1] :]
        if more and less in more:
            more = more.replace(less, "")
    return more, less


def _named(data: dict[str, Any], folded: str) -> list[str]:
    """The standard fields named, in the order said, the longest name winning."""
    hits: list[tuple[int, int, str]] = []
    words = "|".join(re.escape(fold(word)) for word in data["patterns"]["of"])
    qualified = re.compile(rf"\s+(?:{words})(?:\b|(?<='))")
    for key, entry in data["fields"].items():
        for phrase in entry["phrases"]:
            hits += [
                (match.start(), match.end(), key)
                for match in phrase_pattern(phrase).finditer(folded)
                if not qualified.match(folded, match.end())
            ]
    hits.sort(key=lambda hit: (hit[0] - hit[1], hit[0]))
    taken: list[tuple[int, int, str]] = []
    for hit in hits:
        if all(hit[1] <= other[0] or other[1] <= hit[0] for other in taken):
            taken.append(hit)
    return list(dict.fromkeys(key for _, _, key in sorted(taken)))


def _own_label(data: dict[str, Any], heard: Utterance, added: str) -> str:
    at = heard.raw_folded.find(added)
    text = heard.raw[at : at + len(added)].strip(" ,.;:!?")
    noise = sorted(data["patterns"]["field_noise"], key=len, reverse=True)
    changed = True
    while changed:
        changed = False
        for word in noise:
            gap = r"\s*" if word.endswith("'") else r"(?!\w)\s*"
            match = re.match(rf"{re.escape(fold(word))}{gap}", fold(text))
            if match and match.end():
                text, changed = text[match.end() :], True
    return text.strip()[:_MAX_LABEL]


def _merged(
    data: dict[str, Any],
    current: list[dict[str, Any]],
    extra: Sequence[str],
    dropped: Sequence[str],
    own: str,
) -> list[dict[str, Any]]:
    kept = [item for item in current if item["key"] not in dropped]
    known = {item["key"] for item in kept}
    kept += [field(data, key) for key in extra if key not in known]
    if own:
        slug = re.sub(r"[^a-z0-9]+", "_", fold(own)).strip("_")[:40].strip("_")
        key = slug if slug[:1].isalpha() else f"field_{len(kept) + 1}"
        if key not in {item["key"] for item in kept}:
            kept.append({"key": key, "label": own, "type": "text", "required": True})
    return kept[:_MAX_FIELDS]
