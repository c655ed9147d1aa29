"""Questions and answers that owners tell (`si on demande le parking, répondez…`)."""

import re
from collections.abc import Mapping, Sequence

from allokoli.configurator.clauses import cue_pattern
from allokoli.configurator.owner_data import owner_data
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.text import capital, fold

_MAX_FAQS = 100
_MAX_QUESTION = 200
_MAX_ANSWER = 600
_MIN_CHARS = 2
_AROUND = " ,.;:'\"«»“”-"


def read_faqs(
    text: str, locale: str, known: Sequence[Mapping[str, str]] | None, *, asked: bool
) -> list[dict[str, str]] | None:
    """The owner's questions with the ones just told, or None when none was.

    Args:
        text: what was said of them.
        locale: its language.
        known: those told before; a question told again gets the new answer.
        asked: whether they were asked, so that a bare statement is an answer.
    """
    folded = fold(text)
    starts = [match.span() for match in cue_pattern("faqs", locale).finditer(folded)]
    told = []
    for index, (_, after) in enumerate(starts):
        end = starts[index + 1][0] if index + 1 < len(starts) else len(text)
        told += _pair(text[after:end], locale)
    if not starts and asked:
        told = _pair(text, locale) or _statement(text)
    if not told:
        return None
    by_question = {fold(faq["question"]): dict(faq) for faq in known or ()}
    by_question |= {fold(faq["question"]): faq for faq in told}
    return list(by_question.values())[:_MAX_FAQS]


def _pair(text: str, locale: str) -> list[dict[str, str]]:
    answers = find_phrase(owner_data(locale)["patterns"]["answer_to_caller"], fold(text))
    if answers:
        answer = text[answers[1] :].strip()
        # Hebrew writes `that` at the head of the answer's first word.
        return _told(text[: answers[0]], answer.removeprefix("ש") if locale == "he" else answer)
    cut = re.search(r"\?\s+|[,:]\s+|\s[-–—]\s", text.strip())
    if cut is None:
        return []
    text = text.strip()
    return _told(text[: cut.start()], text[cut.end() :])


def _told(question: str, answer: str) -> list[dict[str, str]]:
    question = question.strip(_AROUND)
    answer = answer.strip(" ,;:'\"«»“”-").rstrip("'\"»”")
    if len(question) < _MIN_CHARS or len(answer) < _MIN_CHARS:
        return []
    told = {"question": capital(question)[:_MAX_QUESTION]}
    return [{**told, "answer": capital(answer)[:_MAX_ANSWER]}]


def _statement(text: str) -> list[dict[str, str]]:
    """`le parking est gratuit`: callers who ask about its words are told so."""
    said = text.strip(_AROUND)
    if len(said.split()) < _MIN_CHARS:
        return []
    return [{"question": capital(said)[:_MAX_QUESTION], "answer": capital(said)[:_MAX_ANSWER]}]
