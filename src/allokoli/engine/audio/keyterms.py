"""The words an assistant's transcriber is told to expect, by whichever name Vapi gives them."""

from typing import Any

_NAMES = ("keyterm", "keywords", "keytermsPrompt")
_MOST, _MOST_CHARS = 40, 60


def keyterms(transcriber: dict[str, Any]) -> tuple[str, ...]:
    """Words and phrases to expect, in the order given and without repeats.

    Args:
        transcriber: as Vapi writes it; a keyword's weight (`AlloKoli:2`) is left out, and what is
            no text, or longer than 60 characters.

    Returns:
        Forty at most.
    """
    named = (transcriber.get(name) for name in _NAMES)
    given = (one for terms in named if isinstance(terms, list) for one in terms)
    words = (one.partition(":")[0].strip() for one in given if isinstance(one, str))
    return tuple(dict.fromkeys(one for one in words if 0 < len(one) <= _MOST_CHARS))[:_MOST]
