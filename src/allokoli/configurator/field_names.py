"""The usual fields that words name, and the items of a list of fields."""

import re
from functools import lru_cache

from allokoli.configurator.owner_data import owner_data
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.text import fold

_ITEM_END = re.compile(r"[,;.!?]+\s*|\s+[-–/]\s+")
_TURNS = 512


def named_fields(folded: str, locale: str) -> list[str]:
    """The standard fields named, in the order said, the longest name winning.

    Args:
        folded: the words.
        locale: their language.
    """
    hits = [
        (*match.span(), key)
        for key, pattern, whosever in _names(locale)
        for match in pattern.finditer(folded)
        if whosever or not _qualified(locale).match(folded, match.end())
    ]
    hits.sort(key=lambda hit: (hit[0] - hit[1], hit[0]))
    taken: list[tuple[int, int, str]] = []
    for hit in hits:
        if all(hit[1] <= other[0] or other[1] <= hit[0] for other in taken):
            taken.append(hit)
    return list(dict.fromkeys(key for _, _, key in sorted(taken) if key))


@lru_cache(maxsize=_TURNS)
def list_items(text: str, locale: str) -> tuple[str, ...]:
    """The items of a list: cut at punctuation and at joining words, but within a field's name.

    Args:
        text: the list.
        locale: its language.
    """
    found: list[str] = []
    for part in _ITEM_END.split(_glued(text, locale)):
        padded, at = f" {part}", 0
        for match in _joining(locale).finditer(fold(padded)):
            found.append(padded[at : match.start()].strip())
            at = match.end()
        found.append(padded[at:].strip())
    return tuple(item for item in found if item)


def is_number_of(label: str, locale: str) -> bool:
    """Whether a label begins with a figure of something (`numéro de commande`)."""
    pattern = _figure_of(locale)
    return pattern is not None and pattern.match(label) is not None


def is_of_caller(label: str, locale: str) -> bool:
    """Whether a label says that it is of the call or of who calls (`the day of the visit`)."""
    return _the_callers(locale).search(label) is not None


@lru_cache
def joined(locale: str) -> str:
    """The letters by which a language writes `and` onto the next word, as a pattern."""
    return "|".join(re.escape(one) for one in lexicon(locale).time.get("joined", ()))


@lru_cache
def _names(locale: str) -> tuple[tuple[str, re.Pattern[str], bool], ...]:
    """What names each field, and whether it does whosever that is; "" for what names none."""
    data = owner_data(locale)
    found: list[tuple[str, re.Pattern[str], bool]] = []
    for key, entry in data["fields"].items():
        for phrase in entry["phrases"]:  # whosever it is, a mobile is where to call
            vague = find_phrase(data["patterns"]["vague_fields"], fold(phrase)) is not None
            found.append((key, phrase_pattern(phrase), key == "phone" and not vague))
        # `the pet's name` is no name of who calls
        found += [("", phrase_pattern(phrase), True) for phrase in entry.get("apart", ())]
    return tuple(found)


@lru_cache
def _qualified(locale: str) -> re.Pattern[str]:
    """After a field, that it is something else's (`the name of the dog`)."""
    return re.compile(rf"\s+(?:{_of(locale)})(?:\b|(?<='))(?!\s*(?:{_of_caller(locale)}))")


@lru_cache
def _the_callers(locale: str) -> re.Pattern[str]:
    return re.compile(rf"\s(?:{_of(locale)})\s*(?:{_of_caller(locale)})")


@lru_cache
def _figure_of(locale: str) -> re.Pattern[str] | None:
    heads = [re.escape(fold(word)) for word in owner_data(locale)["patterns"]["figures"]]
    return re.compile(rf"(?:{'|'.join(heads)})\s+(?:{_of(locale)})(?!\w)") if heads else None


@lru_cache
def _of(locale: str) -> str:
    return "|".join(re.escape(fold(word)) for word in owner_data(locale)["patterns"]["of"])


@lru_cache
def _of_caller(locale: str) -> str:
    phrases = owner_data(locale)["patterns"]["of_caller"]
    return "|".join(phrase_pattern(phrase).pattern for phrase in phrases)


@lru_cache
def _joining(locale: str) -> re.Pattern[str]:
    """A word that joins two items, written apart or onto the second."""
    words = sorted(owner_data(locale)["patterns"]["and_words"], key=len, reverse=True)
    either = "|".join(re.escape(fold(word)) for word in words)
    onto = rf"|(?<={joined(locale)})" if joined(locale) else ""
    return re.compile(rf"\s+(?:{either})(?:\s+{onto})")


@lru_cache
def _whole(locale: str) -> tuple[re.Pattern[str], ...]:
    """The names of fields that hold a joining word (`first name and surname`)."""
    entries = owner_data(locale)["fields"].values()
    phrases = [phrase for entry in entries for phrase in entry["phrases"]]
    return tuple(phrase_pattern(one) for one in phrases if _joining(locale).search(fold(one)))


def _glued(text: str, locale: str) -> str:
    """The words of one field that a joining word would cut (`first_name_and_surname`)."""
    for pattern in _whole(locale):
        for match in pattern.finditer(fold(text)):
            words = re.sub(r"\s", "_", text[slice(*match.span())])
            text = text[: match.start()] + words + text[match.end() :]
    return text
