"""What AlloKoliConfig writes, as it is said aloud."""

import re
from collections.abc import Mapping

from allokoli.dialogue.lexicon import language, load

_BULLET = re.compile(r"^\s*(?:[-–—•*·]|\d+[.)])\s+")
_ASIDE = re.compile(r"\s*\(([^()]*)\)")
_SENTENCE_ENDS = (".", "!", "?", "…", ":", ",")
_QUOTED = re.compile(r"(?<!\w)'([^']+)'(?!\w)")


def spoken(text: str, locale: str) -> str:
    """A reply as one says it: sentences, without the marks of a list.

    Args:
        text: as written.
        locale: its language.
    """
    lines = (_line(line) for line in text.splitlines())
    said = " ".join(line for line in lines if line)
    return _read_out(said, load("allokoli.configurator", language(locale), "voice")["read"])


def greeting(last_reply: str, locale: str, *, begun: bool) -> str:
    """What a call opens with: where the conversation stands, not its beginning.

    Args:
        last_reply: the last thing AlloKoliConfig said or wrote.
        locale: its language.
        begun: whether the owner has answered anything yet.
    """
    said = spoken(last_reply, locale)
    return f"{_sentence('resume', locale)} {said}" if begun else said


def elsewhere(locale: str) -> str:
    """What is said in a call that no longer leads its conversation."""
    return _sentence("elsewhere", locale)


def goodbye(locale: str) -> str:
    """The last words of a call whose conversation goes on in writing."""
    return _sentence("goodbye", locale)


def _line(line: str) -> str:
    """One line, closed as a sentence is."""
    bare = _BULLET.sub("", line).strip()
    bare = _ASIDE.sub(r", \1", _QUOTED.sub(r"\1", bare))
    bare = bare.replace(" ; ", ". ").replace(" ; ", ". ")
    return bare if not bare or bare.endswith(_SENTENCE_ENDS) else f"{bare}."


def _read_out(said: str, words: Mapping[str, str]) -> str:
    for written, read in words.items():
        said = re.sub(rf"(?<![\w@]){re.escape(written)}(?![\w@])", read, said)
    return said


def _sentence(key: str, locale: str) -> str:
    return str(load("allokoli.configurator", language(locale), "voice")[key])
