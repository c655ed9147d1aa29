"""Cleaning, folding and typesetting of sentences."""

import re
import unicodedata
from functools import lru_cache

MAX_TURN_CHARS = 2000
"""What a person says in one turn is read up to here; the rest is dropped."""

_TAG = re.compile(r"<[^<>]{0,200}>")
_SPACES = re.compile(r"\s+")
_CHAR_FOLDS = {
    "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "“": '"', "”": '"', "«": '"', "»": '"',
    "‐": "-", "‑": "-", "–": "-", "—": "-", "־": "-", "״": '"', "׳": "'",
}  # fmt: skip


def clean(text: object) -> str:
    """Make any input a plain one-line sentence of at most `MAX_TURN_CHARS` characters."""
    raw = text[: MAX_TURN_CHARS * 2] if isinstance(text, str) else ""
    raw = unicodedata.normalize("NFC", raw)
    raw = _TAG.sub(" ", raw)
    kept = "".join(
        " " if (category := unicodedata.category(c))[0] in "CZ" or category == "So" else c
        for c in raw
    )
    return _SPACES.sub(" ", kept).strip()[:MAX_TURN_CHARS].strip()


@lru_cache(maxsize=1024)  # each reader folds the same turn, and the same phrases
def fold(text: str) -> str:
    """Lower-case without accents, one character for one, so that positions stay true."""
    return "".join(_fold_char(c) for c in text)


def _fold_char(char: str) -> str:
    char = _CHAR_FOLDS.get(char, char)
    base = unicodedata.normalize("NFD", char)[:1].lower()
    return base if len(base) == 1 else char


def typeset(text: str, locale: str) -> str:
    """Give a sentence the typographic spaces of its language (French: before `? ! ; :` )."""
    if locale != "fr":
        return text
    text = re.sub(r" +([?!;»])", "\u202f\\1", text)
    text = re.sub(r"« +", "«\u202f", text)
    return re.sub(r"(?<=\w) +:(?=\s|$)", "\u00a0:", text)


def plain_spaces(text: str) -> str:
    """The same sentence with ordinary single spaces, for comparing."""
    return _SPACES.sub(" ", text).strip()


def capital(text: str) -> str:
    """The sentence with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def title(name: str) -> str:
    """A person's name as one writes it, when it was transcribed without capitals."""
    if name != name.lower() and name != name.upper():
        return name
    return re.sub(r"[^\W\d_]+", lambda m: m.group().capitalize(), name.lower())
