"""Yes, no, none, "as you like", and the other short things people answer."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, phrase_pattern

Answer = Literal["yes", "no"]
_NEAR_START_CHARS = 14
_SHORT_WORDS = 6
_SOCIAL = ("restart", "repeat", "refuse", "anything", "wait", "goodbye", "insult", "hello")
_ROOM = {"repeat": 3, "hello": 3, "insult": 3, "wait": 3, "anything": 6}
_NOISE_WORDS = 2
_NAMED = re.compile(r"[A-Z][\w'’-]+ (?!I\b)[A-Z][\w'’-]+\s*(?:[,.]|$)")
"""`Will Young, 07700…`: two capitals and a pause, which name somebody."""


def find_answer(folded: str, locale: str) -> Answer | None:
    """Whether the sentence opens with a yes or a no, or is little else."""
    words = lexicon(locale).words
    best: tuple[int, int, Answer] | None = None
    answers: tuple[Answer, Answer] = ("yes", "no")
    for answer in answers:
        for phrase in words[answer]:
            match = phrase_pattern(phrase).search(folded)
            if match is None:
                continue
            rank = (match.start(), -(match.end() - match.start()), answer)
            if best is None or rank < best:
                best = rank
    if best is None:
        return None
    if best[0] <= _NEAR_START_CHARS or len(folded.split()) <= _SHORT_WORDS:
        return best[2]
    return None


def says_none(folded: str, locale: str, *, alone: bool = True) -> bool:
    """Whether "none" was said (`non aucune`, `pas d'allergies`).

    Args:
        folded: the sentence.
        locale: its language.
        alone: whether nothing else was asked, so that a longer sentence says something else
            (`non, juste les noix`).
    """
    words = lexicon(locale).words
    if find_phrase(words["none"], folded) is None:
        return False
    if not alone:
        return _is_said_apart(folded, words)
    return _words_besides(folded, (*words["none"], *words["hesitation"])) <= _NOISE_WORDS


def _is_said_apart(folded: str, words: Mapping[str, Sequence[str]]) -> bool:
    """`Martin, 06 12…, non` has nothing to note; `סבתא לא אוכלת חלב` has."""
    if find_phrase([one for one in words["none"] if " " in one], folded):
        return True
    either = (*words["none"], *words["hesitation"])
    clauses = [one for one in re.split(r"[.?!;,]+(?:\s|$)", folded) if one.strip()]
    if any(find_phrase(words["none"], one) and not _words_besides(one, either) for one in clauses):
        return True
    return any(re.search(rf"(?<!\w){re.escape(one)}\W*$", folded) for one in words["none"])


def says_only_yes(folded: str, locale: str) -> bool:
    """Whether the sentence is a yes and nothing else (`oui, tout est bon`)."""
    words = lexicon(locale).words
    if find_phrase(words["yes"], folded) is None:
        return False
    return _words_besides(folded, (*words["yes"], *words["hesitation"])) == 0


def says_only_thanks(folded: str, locale: str) -> bool:
    """Whether the sentence is thanks and courtesy, and nothing else."""
    words = lexicon(locale).words
    thanks = words.get("thanks", ())
    if find_phrase(thanks, folded) is None:
        return False
    return _words_besides(folded, (*thanks, *words["courtesy"], *words["hesitation"])) == 0


def _words_besides(folded: str, phrases: Sequence[str]) -> int:
    for phrase in sorted(phrases, key=len, reverse=True):
        folded = phrase_pattern(phrase).sub(" ", folded)
    return len(re.findall(r"\w+", folded))


def find_social(folded: str, locale: str) -> str | None:
    """What the sentence does besides answering: `repeat`, `anything`, `goodbye`, …"""
    words = lexicon(locale).words
    count = len(folded.split())
    best: tuple[int, str] | None = None
    for kind in _SOCIAL:
        span = find_phrase(words[kind], folded)
        if span is None:
            continue
        around = count - len(folded[span[0] : span[1]].split())
        if around > _ROOM.get(kind, count):
            continue
        if best is None or span[1] - span[0] > best[0]:
            best = span[1] - span[0], kind
    return best[1] if best else None


def looks_like_question(text: str, folded: str, locale: str) -> bool:
    """Whether the person asked something."""
    if text.rstrip().endswith(("?", "؟")):
        return True
    words = lexicon(locale).words
    for phrase in words.get("question_not", ()):
        folded = phrase_pattern(phrase).sub(" ", folded)
    first = " ".join(folded.split()[:4])
    if find_phrase(words["question"], first) is not None:
        return True
    if find_phrase(words.get("question_anywhere", ()), folded) is not None:
        return True
    fillers = (*words["hesitation"], *words["hello"])
    asked = folded.split("?")[:-1]  # "Friday, do you do cars?, at 2"
    for clause in (folded, *(re.split(r"[.!;,]", one)[-1] for one in asked)):
        opening = _less(clause, fillers).split()
        if opening and opening[0] in words.get("question_first", ()) and not _NAMED.match(text):
            return True
    return False


def _less(folded: str, fillers: Sequence[str]) -> str:
    """The sentence from its first word that is no filler."""
    words = folded.split()
    while words and words[0].strip(",.!") in fillers:
        del words[0]
    return " ".join(words)
