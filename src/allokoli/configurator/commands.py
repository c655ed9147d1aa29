"""What an owner may ask at any time: undo, and where the conversation stands."""

import re
from typing import Any

from allokoli.configurator.owner_data import owner_data
from allokoli.configurator.tables import by_meaning
from allokoli.dialogue.entities.answers import find_answer
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.text import fold

COMMANDS = ("undo", "standing")
_ROOM_WORDS = 4
_FEW_WORDS = 2


def said_command(raw: str, locale: str, *, naming: bool) -> str | None:
    """The command a turn is, by its words.

    Args:
        raw: the turn.
        locale: its language.
        naming: whether any words may be the answer, so that only the command alone counts.
    """
    folded = fold(raw)
    for command in COMMANDS:
        span = find_phrase(owner_data(locale)["commands"][command]["phrases"], folded)
        if span is None:
            continue
        if _words_besides(folded, span, locale) <= (0 if naming else _ROOM_WORDS):
            return command
    return None


def plainly(raw: str, locale: str, *, agreeing: bool) -> str | None:
    """What a turn says in the plainest words: `banco` is a yes, `m'en fous` is `as you like`.

    Args:
        raw: the turn.
        locale: its language.
        agreeing: whether something is to be agreed to.
    """
    for kind in ("agree",) if agreeing else ("as_you_like",):
        entry = owner_data(locale)["commands"][kind]
        span = find_phrase(entry["phrases"], fold(raw))
        if span and _words_besides(fold(raw), span, locale) <= _FEW_WORDS:
            return None if _objects(fold(raw), span, locale) else str(entry["means"])
    return None


def _objects(folded: str, span: tuple[int, int], locale: str) -> bool:
    """Whether the other words refuse, change or ask (`ok but no`, `cool, change the name`)."""
    words, patterns = lexicon(locale).words, owner_data(locale)["patterns"]
    rest = f"{folded[: span[0]]} {folded[span[1] :]}"
    against = (*words["no"], *words["correction"], *patterns["less"], *patterns["tone_not"])
    return find_phrase(against, rest) is not None


def declines(raw: str, locale: str) -> str | None:
    """A plain no, when a turn leaves an optional question aside (`laissez tomber`)."""
    entry = owner_data(locale)["commands"]["stop_asking"]
    span = find_phrase(entry["phrases"], fold(raw))
    if span and _words_besides(fold(raw), span, locale) <= _FEW_WORDS:
        return str(entry["means"])
    return None


def meaning_of(kind: str, locale: str) -> str:
    """What agreeing, or leaving the choice, is in the plainest words."""
    return str(owner_data(locale)["commands"][kind]["means"])


def _words_besides(folded: str, span: tuple[int, int], locale: str) -> int:
    fillers = lexicon(locale).words["hesitation"]
    rest = f"{folded[: span[0]]} {folded[span[1] :]}"
    return sum(1 for word in re.findall(r"[\w']+", rest) if word not in fillers)


def meant(raw: str, locale: str, *, agreeing: bool) -> str | None:
    """The command a turn means in other words: `undo`, `standing`, `agree` or `as_you_like`.

    Args:
        raw: the turn.
        locale: its language.
        agreeing: whether something is to be agreed to.
    """
    commands = owner_data(locale)["commands"]
    kinds = (*COMMANDS, "agree" if agreeing else "as_you_like")
    return by_meaning({key: commands[key] for key in kinds}, raw)


def leaves_it(raw: str, locale: str) -> bool:
    """Whether a turn only takes what is proposed (`oui, très bien comme ça`)."""
    words, commands = lexicon(locale).words, owner_data(locale)["commands"]
    phrases = (*commands["as_you_like"]["phrases"], *words["yes"], *words["hesitation"])
    folded = fold(raw)
    for phrase in sorted(phrases, key=len, reverse=True):
        folded = phrase_pattern(phrase).sub(" ", folded)
    return raw != "" and re.search(r"\w", folded) is None


def objection(raw: str, locale: str) -> str:
    """A turn without the yes before what it objects to (`ok mais changez le nom`)."""
    folded = fold(raw)
    if find_answer(folded, locale) != "yes":
        return raw
    patterns = owner_data(locale)["patterns"]
    span = find_phrase(patterns["but"], folded) or find_phrase(patterns["change"], folded)
    if span is None:
        return raw
    but = find_phrase(patterns["but"], folded)
    rest = raw[but[1] if but else span[0] :].strip(" ,.")
    return rest or raw


def elided(raw: str, locale: str) -> str:
    """The turn with the apostrophes that recognizers leave out (`c est ca`, `l heure`)."""
    words = owner_data(locale)["patterns"]["elided"]
    if not words or "'" in raw or "’" in raw:
        return raw
    return re.sub(
        rf"(?<![\w-])({'|'.join(words)}) (?=y\b|[aeiouyhàâéèêëîïôû]\w)",
        r"\1'",
        raw,
        flags=re.IGNORECASE,
    )


def words_of(command: str, key: str, locale: str) -> Any:
    """A command's own sentences."""
    return owner_data(locale)["commands"][command][key]
