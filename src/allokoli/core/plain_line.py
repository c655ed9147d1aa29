"""Texts of strangers as one line that shows what it holds."""

from unicodedata import category

_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs"})
# Some scripts and pictures are written with them.
_JOINERS = "\u200c\u200d"


def one_line(text: str, longest: int) -> str:
    """A text as one line of what can be seen: nothing in it breaks a line, turns the direction of
    what follows, or hides; "" when nothing is left.

    Args:
        text: as somebody wrote it.
        longest: characters kept.
    """
    spaced = " ".join(text.split())
    seen = (one for one in spaced if one in _JOINERS or category(one) not in _UNSEEN)
    return " ".join("".join(seen).split())[:longest].strip(_JOINERS + " ")


def as_line(value: object) -> object:
    """For a model's field, before its length is judged: a text as `one_line`, anything else as it
    is."""
    return one_line(value, len(value)) if isinstance(value, str) else value
