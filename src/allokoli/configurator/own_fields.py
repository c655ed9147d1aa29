"""Fields of the owner's own (`s'ils préfèrent la terrasse ou la salle`), with their type."""

import re
from typing import Any

from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.text import fold

_MAX_LABEL = 60
_MAX_KEY = 40
_MAX_CHOICES = 8
_MAX_CHOICE_WORDS = 4


def own_field(data: dict[str, Any], text: str) -> dict[str, Any] | None:
    """A field from the words that name it; None when they name nothing.

    Args:
        data: the owner's data files.
        text: the words.
    """
    choices = _choices(data, text)
    label = plain_label(data, text)
    if choices:
        label = f"{', '.join(choices[:-1])} {data['patterns']['or_words'][0]} {choices[-1]}"
    if len(label) < 2:  # noqa: PLR2004
        return None
    made: dict[str, Any] = {
        "key": field_key(label),
        "label": label,
        "type": "choice" if choices else _type(data, text),
        "required": find_phrase(data["patterns"]["optional"], fold(text)) is None,
    }
    if choices:
        made["choices"] = choices
    return made


def field_key(label: str) -> str:
    """A key made of a label's letters."""
    slug = re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[:_MAX_KEY].strip("_")
    if slug[:1].isalpha():
        return slug
    return f"field_{sum(ord(char) * place for place, char in enumerate(label, 1)) % 10_000}"


def plain_label(data: dict[str, Any], text: str) -> str:
    """The words without what only introduces them (`s'ils ont`, `le`, `demandez`)."""
    text = text.strip(" ,.;:!?")
    patterns = data["patterns"]
    noise = sorted((*patterns["field_noise"], *patterns["optional"]), key=len, reverse=True)
    changed = True
    while changed:
        changed = False
        for word in noise:
            gap = r"\s*" if word.endswith("'") else r"(?!\w)\s*"
            match = re.match(rf"{re.escape(fold(word))}{gap}", fold(text))
            if match and match.end():
                text, changed = text[match.end() :], True
    for word in patterns["optional"]:
        text = re.sub(rf"[\s,(]*{re.escape(word)}\)?$", "", text, flags=re.IGNORECASE)
    return text.strip(" ,.;:!?()")[:_MAX_LABEL]


def _choices(data: dict[str, Any], text: str) -> list[str]:
    """`terrasse`, `salle` in `s'ils préfèrent la terrasse ou la salle`."""
    words = "|".join(re.escape(word) for word in data["patterns"]["or_words"])
    sides = re.split(rf"\s(?:{words})\s", text)
    if len(sides) < 2:  # noqa: PLR2004
        return []
    first = re.split(r"[:,]\s*", sides[0])
    options = [plain_label(data, option) for option in (*first[-_MAX_CHOICES:], *sides[1:])]
    right = all(option and len(option.split()) <= _MAX_CHOICE_WORDS for option in options)
    return options[:_MAX_CHOICES] if right else []


def _type(data: dict[str, Any], text: str) -> str:
    patterns, folded = data["patterns"], fold(text)
    for kind in ("text", "number", "email", "phone", "date", "time", "yes_no"):
        if find_phrase(patterns[f"field_{kind}"], folded):
            return kind
    return "text"
