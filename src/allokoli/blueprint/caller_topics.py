"""Common questions in many words: they widen the owner's own, and tell which nobody answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allokoli.dialogue import meaning


@dataclass(frozen=True, slots=True)
class Widened:
    """What an owner's questions cover of those that are commonly asked.

    Attributes:
        otherwise: for each question, other ways to ask it.
        unanswered: the common questions that none of them is like.
    """

    otherwise: tuple[tuple[str, ...], ...]
    unanswered: tuple[str, ...]


def widen(questions: Sequence[str], data: Mapping[str, Any]) -> Widened:
    """The common questions shared out among those the owner answered.

    Args:
        questions: as the owner wrote them.
        data: the words of the caller's language.
    """
    topics = data.get("topics", {})
    examples = {name: tuple(topic["examples"]) for name, topic in topics.items()}
    own = [_nearest(question, examples) for question in questions]
    shared = [
        [
            name
            for name, topic in topics.items()
            if name == one or (name not in own and _kind(topic) == _kind(topics.get(one)) != "")
        ]
        for one in own
    ]
    answered = {name for names in shared for name in names}
    return Widened(
        tuple(tuple(said for name in names for said in examples[name]) for names in shared),
        tuple(said for name in topics if name not in answered for said in examples[name]),
    )


def _nearest(question: str, examples: Mapping[str, Sequence[str]]) -> str:
    near = meaning.nearest(question, examples, least=meaning.FIRM) if examples else None
    return near.key if near else ""


def _kind(topic: Mapping[str, Any] | None) -> str:
    return str((topic or {}).get("kind", ""))
