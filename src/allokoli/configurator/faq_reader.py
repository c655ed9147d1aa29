"""Questions and answers that owners volunteer (`si on demande le parking, répondez…`)."""

from collections.abc import Mapping
from typing import Any

from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.text import capital
from allokoli.dialogue.utterance import Utterance

_MAX_FAQS = 100
_MAX_QUESTION = 200


def read_faqs(
    data: dict[str, Any], heard: Utterance, values: Mapping[str, Any]
) -> list[dict[str, str]] | None:
    """The owner's FAQs with the one just told, or None when none was."""
    patterns = data["patterns"]
    asks = find_phrase(patterns["question_of_caller"], heard.raw_folded)
    if asks is None:
        return None
    rest = heard.raw_folded[asks[1] :]
    answers = find_phrase(patterns["answer_to_caller"], rest)
    if answers is None:
        return None
    question = heard.raw[asks[1] : asks[1] + answers[0]].strip(" ,.;:'\"«»")
    answer = heard.raw[asks[1] + answers[1] :].strip(" ,;:'\"«»")
    if len(question) < 2 or len(answer) < 2:  # noqa: PLR2004
        return None
    heard.use((0, len(heard.text)))
    told = {"question": capital(question)[:_MAX_QUESTION], "answer": capital(answer)}
    return [*(values.get("faqs") or []), told][:_MAX_FAQS]
