"""Where a name begins and ends among the words of a sentence."""

import re
from functools import lru_cache

from allokoli.dialogue.entities.first_names import opens_a_name, tells_origin, without_letters
from allokoli.dialogue.entities.spelling import read_letters
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Span, Utterance

MOST_WORDS = 4
_GERESH = r"(?:(?<=[\u05d0-\u05ea])['’׳](?![^\W_]))?"  # `ג'ורג'`
WORD = re.compile(rf"[^\W\d_]+(?:['’׳.\-\"״][^\W\d_]+)*{_GERESH}|\d+|[^\w\s]")
"""A word as names are written, a number, or a sign."""


def words_of_name(
    utterance: Utterance, start: int, locale: str, *, skip_fillers: bool
) -> list[re.Match[str]]:
    """The words of the name, up to a stop word, a sign, digits, or letters being spelled."""
    words, fillers = lexicon(locale).words, filler_words(locale)
    stops = frozenset(words["name_stops"]) | fillers
    titles, joined = frozenset(words["name_titles"]), frozenset(words["name_joined"])
    ands = lexicon(locale).time.get("joined", ())  # `כהן והטלפון`
    taken: list[re.Match[str]] = []
    opened = False
    for match in WORD.finditer(utterance.raw, start):
        word = fold(match.group()).rstrip(".")
        if read_letters(utterance.raw, match.start(), locale):
            return taken or [match]
        opened = opened or (word in joined and _opens_a_name(match, utterance.raw, stops, joined))
        skippable = word in titles or (skip_fillers and word in fillers) or word in ",."
        blocked = _is_blocked(utterance, match)
        named = not taken and opens_a_name(word, utterance.raw[match.end() :], stops, locale)
        if not taken and not blocked and skippable and not (opened or named):
            continue
        particle = word in joined and (bool(taken) or opened)
        stopped = word in stops or word.rpartition("'")[2] in stops
        stopped = stopped or any(word.startswith(one) and word[1:] in stops for one in ands)
        stopped = stopped and not (taken and word in words["name_also"])
        stopped = (stopped and not named) or (bool(taken) and tells_origin(word, locale))
        stopped = stopped and not (taken and _ends_a_name(taken[-1], match, utterance.raw))
        stopped = stopped and (bool(taken) or not _opens_with(word, match, utterance.raw, locale))
        stopped = stopped or (bool(taken) and word in titles)
        if blocked or not word[:1].isalpha() or (stopped and not particle):
            break
        taken.append(match)
        if len(taken) == MOST_WORDS:
            break
    while taken and fold(taken[-1].group()) in joined:
        taken.pop()
    return taken


def said_in_full(taken: list[re.Match[str]], utterance: Utterance, locale: str) -> Span | None:
    """`Harrison, Tom Harrison`; `Tom, Tom Harrison`: the same name again, with its other part."""
    name = re.escape(without_letters(utterance.raw[taken[0].start() : taken[-1].end()], locale))
    other = r"[^\W\d_][\w'’-]*(?:\s+[^\W\d_][\w'’-]*){0,2}"
    again = re.compile(
        rf"\s*[,.…]+\s*({other}\s+{name}(?!\w)|{name}\s+{other}(?=\s*(?:[,.;]|$)))", re.IGNORECASE
    )
    match = again.match(utterance.raw, taken[-1].end())
    later = re.compile(rf"[,.…]\s*({name}\s+(?=[A-Z]){other}(?=\s*(?:[,.;]|$)))")
    match = match or later.search(utterance.raw, taken[-1].end())
    return match.span(1) if match else None


def _is_blocked(utterance: Utterance, match: re.Match[str]) -> bool:
    """Whether the word was read already, or is a number."""
    return utterance.is_used(utterance.from_raw(match.span())) or any(
        item.start <= match.start() < item.end for item in utterance.replacements
    )


def _ends_a_name(before: re.Match[str], word: re.Match[str], raw: str) -> bool:
    """`Jacques Long, 06…`: a word with a capital, after a name and before a pause."""
    both = before.group()[0].isupper() and word.group()[0].isupper() and len(word.group()) > 1
    return (
        both and raw[before.end() : word.start()] == " " and raw[word.end() :][:1] in {"", ",", "."}
    )


def _opens_with(word: str, match: re.Match[str], raw: str, locale: str) -> bool:
    """`Will Young, 07700…`: a word that is a name too, before another capital and a pause."""
    if word not in lexicon(locale).words.get("name_opens", ()) or not match.group()[0].isupper():
        return False
    return re.match(r" (?!I\b)[A-Z][\w'’-]+\s*(?:[,.]|$)", raw[match.end() :]) is not None


def _opens_a_name(
    match: re.Match[str], raw: str, stops: frozenset[str], joined: frozenset[str]
) -> bool:
    """`Le Gall`, `ben david`: a particle before another capital, or before a lone short rest."""
    after = raw[match.end() :]
    if after[:1] not in {" ", "'", "’"}:
        return False
    if match.group()[0].isupper() and after.lstrip()[:1].isupper():
        return True
    clause = re.split(r"[,.;:!?]", fold(after), maxsplit=1)[0].split()
    names = [word for word in clause if word not in joined]
    return len(names) > 0 and len(clause) < MOST_WORDS and not stops.intersection(names)


@lru_cache
def filler_words(locale: str) -> frozenset[str]:
    words = lexicon(locale).words
    return frozenset(word for key in ("hesitation", "hello") for word in words[key])
