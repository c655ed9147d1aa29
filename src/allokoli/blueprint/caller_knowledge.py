"""Questions that only the knowledge base can answer."""

import re
from collections.abc import Callable
from typing import Any

from allokoli.blueprint.agenda_tools import AGENDA_TOOLS
from allokoli.dialogue import Known, Lookup

_MAX_SENTENCES = 2
_MAX_CHARS = 300
_MAX_QUERY_CHARS = 300


def consult(
    data: dict[str, Any], tools: frozenset[str]
) -> Callable[[str, Known], str | Lookup | None] | None:
    """Answers a question from the function that looks things up; None when there is none.

    Args:
        data: the words of the caller's language.
        tools: names of the functions that can be called; one that is not the agenda's takes a
            `query` and gives passages as text.
    """
    name = min(tools - AGENDA_TOOLS, default=None)
    if name is None:
        return None

    def answer(question: str, known: Known) -> str | Lookup | None:
        asked = Lookup(name, {"query": question[:_MAX_QUERY_CHARS]})
        found = known.get(asked.key)
        if found is None:
            return asked
        passage = _spoken(found)
        return f"{data['wording']['looked_up'][0]} {passage}" if passage else None

    return answer


def _spoken(found: Any) -> str:
    """The beginning of the best passage, as much as can be listened to."""
    if not isinstance(found, str) or found.startswith("Nothing was found"):
        return ""
    first = found.split("\n\n")[0]
    sentences = re.split(r"(?<=[.!?])\s+", " ".join(first.split()))
    said = " ".join(sentences[:_MAX_SENTENCES])
    return said if len(said) <= _MAX_CHARS else said[:_MAX_CHARS].rsplit(" ", 1)[0] + "…"
