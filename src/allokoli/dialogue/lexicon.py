"""The words of each language, from the data files beside this module."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from allokoli.dialogue.text import fold

LANGUAGES = ("fr", "en", "he")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What a language's `words.toml` and `time.toml` hold.

    Attributes:
        locale: the language.
        words: named lists of phrases (`yes`, `no`, `hesitation`, …).
        time: weekday and month names, and the rules for dates and times.
        numbers: number words, for languages no library covers.
    """

    locale: str
    words: Mapping[str, tuple[str, ...]]
    time: Mapping[str, Any]
    numbers: Mapping[str, int]


@lru_cache
def lexicon(locale: str) -> Lexicon:
    """The lexicon of a language; French when the language is unknown."""
    locale = language(locale)
    words = load("allokoli.dialogue", locale, "words")
    return Lexicon(
        locale=locale,
        words={
            key: tuple(fold(phrase) for phrase in phrases)
            for key, phrases in words.items()
            if isinstance(phrases, list)
        },
        time=load("allokoli.dialogue", locale, "time"),
        numbers=words.get("numbers", {}),
    )


def language(locale: str | None) -> str:
    """The language of ours that serves a locale (`fr-FR` → `fr`)."""
    short = (locale or "fr").lower().replace("_", "-").split("-")[0]
    return short if short in LANGUAGES else "fr"


@lru_cache
def load(package: str, locale: str, name: str) -> dict[str, Any]:
    """Read a wing's data: the file `data/<locale>/<name>.toml`, or the tables of every file in
    the folder `data/<locale>/<name>`."""
    place = files(package).joinpath("data", locale)
    folder = place.joinpath(name)
    if not folder.is_dir():
        return tomllib.loads(place.joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    tables: dict[str, Any] = {}
    for path in folder.iterdir():
        tables.update(tomllib.loads(path.read_text(encoding="utf-8")))
    return tables
