"""First names that a language's list knows, where no capital tells a name from a word."""

from collections.abc import Collection, Sequence

from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.text import fold

_MOST_LETTERS = 2
_MOST_WORDS = 2


def without_letters(name: str, locale: str) -> str:
    """The name less what is written onto it (`לאיריס חדד`: for Iris; `ליאור` is a name).

    Args:
        name: as it was said.
        locale: the language; one without `first_names` leaves every name as it is.
    """
    words = lexicon(locale).words
    known, letters = words.get("first_names", ()), words.get("name_letters", ())
    first, space, rest = name.partition(" ")
    for at in range(1, _MOST_LETTERS + 1):
        if fold(first) in known or not all(one in letters for one in first[:at]):
            break
        if fold(first[at:]) in known:
            return first[at:] + space + rest
    return name


def opens_a_name(word: str, after: str, stops: Collection[str], locale: str) -> bool:
    """Whether a word that means something else is a first name (`שלום לוי`, but `שלום, …`).

    Args:
        word: the word.
        after: what is said after it.
        stops: the words that are no name.
        locale: the language.
    """
    if fold(word) not in lexicon(locale).words.get("first_names", ()):
        return False
    following = after[1:].split(" ", maxsplit=1)[0] if after[:1] == " " else ""
    last = fold(following.strip(" ,.;:!?"))
    return last.isalpha() and last not in stops and following != "-"


def lone_name(clauses: Sequence[str], locale: str) -> str | None:
    """A name that is a clause of its own (`תספורת, מחר בשש, דניאל`); None without one.

    Args:
        clauses: what was said, clause by clause.
        locale: the language; one without `first_names` has none.
    """
    words = lexicon(locale).words
    known = frozenset(words.get("first_names", ())) - frozenset(words.get("first_names_too", ()))
    stops = frozenset(words["name_stops"]).union(words["hesitation"], words["hello"])
    for clause in clauses:
        said = fold(clause).split()
        is_name = 0 < len(said) <= _MOST_WORDS and said[0] in known - stops
        if is_name and all(one.isalpha() and one not in stops for one in said):
            return clause
    return None


def tells_origin(word: str, locale: str) -> bool:
    """Whether a word after a name says where from (`דנה מהבנק`)."""
    origins = lexicon(locale).words.get("name_origin", ())
    return any(word.startswith(one) and len(word) > len(one) + _MOST_LETTERS for one in origins)
