"""What can be the name of an assistant, in a turn that also chats, hesitates and tells a story."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from allokoli.configurator.owner_data import owner_data
from allokoli.configurator.tables import cut_before, said
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.text import fold

_MOST_WORDS = 8
_MOST_PIECES = 40
_LIST = 2
_ENDS = re.compile(r"\.{2,}|[,;:!?…]|(?<!\bM)(?<!\bMr)(?<!\bDr)(?<!\bSt)\.(?=\s|$)|\s[-–—]\s")
AROUND = " ,.;:!?…-–—'\"«»“”‘’"


def name_pieces(raw: str, locale: str, *, opening: bool) -> Iterator[str]:
    """The pieces of a turn that can be a name; none in a turn that only tells a story.

    Args:
        raw: the turn, in which nothing introduces the name.
        locale: its language.
        opening: whether it is the first turn, where most people tell who they are.
    """
    told = list(_told(said_apart(raw, locale), locale))
    others = _not_themselves(iter(told), locale) if opening else told
    heard = [kept for piece in others if (kept := without_chatter(piece, locale))]
    story = tells_story(raw, locale)
    hellos = map(phrase_pattern, lexicon(locale).words["hello"])
    greeted = any(hello.match(fold(raw).strip()) for hello in hellos)
    begun = next((kept for piece in told if (kept := without_chatter(piece, locale))), "")
    trades = [piece for piece in told if said(owner_data(locale)["sectors"], fold(piece))]
    told_whole = len(told) > 1 and bool(trades)  # a business told piece by piece, no name
    wanted = any(_is_for_trade(without_chatter(piece, locale), locale) for piece in trades)
    if opening and told_whole and not wanted:
        return
    for number, piece in enumerate(heard):
        first = number == 0 and len(piece.split()) == 1 and piece == begun
        answers = first and raw.startswith(piece) and not _introduced(piece, told, locale)
        placed = _is_placed_trade(piece, locale, greeted=greeted)
        common = greeted and len(heard) > 1 and piece.islower() and len(piece.split()) > 1
        plain = opening and (_is_plain_trade(piece, locale) or placed or common)
        if (answers or not (opening and story)) and not plain and can_be_name(piece, locale):
            yield piece


def _is_plain_trade(piece: str, locale: str) -> bool:
    """Whether some words say a trade as no sign does (`syndic de copropriété`)."""
    cased = piece.lower() != piece.upper()
    signed = any(char.isupper() for char in piece[1:])
    return cased and not signed and said(owner_data(locale)["sectors"], fold(piece)) is not None


def _is_placed_trade(piece: str, locale: str, *, greeted: bool) -> bool:
    """Whether some words say a trade and where (`Caterers in Leeds`), or its sign after a hello."""
    data = owner_data(locale)
    trades = [phrase for one in data["sectors"].values() for phrase in one["phrases"]]
    begun = [match.end() for one in trades if (match := phrase_pattern(one).match(fold(piece)))]
    after = fold(piece)[max(begun) :].lstrip() if begun else ""
    places = data["patterns"]["trade_place"]
    placed = any(after.startswith(fold(word)) for word in places)
    towns = any(re.search(rf" {re.escape(word)}[A-ZÀ-Ý]", piece) for word in places)
    phrase = bool(after) and len(piece.split()) > _LIST and not _written_as_name(piece, locale)
    return placed or phrase or (greeted and (bool(after) or towns))


def _introduced(piece: str, told: Sequence[str], locale: str) -> bool:
    """Whether who speaks is told just after a first word (`Michel, je suis plombier`)."""
    after = next((one for one in told if piece not in one and one.strip()), "")
    return find_phrase(owner_data(locale)["names"]["self"], fold(after)) is not None


def _told(parts: Iterator[str], locale: str) -> Iterator[str]:
    """The pieces but those that tell whom or what the one before is named after."""
    for piece in parts:
        span = find_phrase(owner_data(locale)["names"]["named_after"], fold(piece).strip())
        if span is None or span[0] > 0 or _written_as_name(piece, locale):
            yield piece


def _not_themselves(parts: Iterator[str], locale: str) -> Iterator[str]:
    """The pieces but those that tell who is speaking, and what is added to them."""
    before = False
    for piece in parts:
        names, said_first = owner_data(locale)["names"], fold(piece).strip()
        begins = (phrase_pattern(one).match(said_first) for one in names["self_opening"])
        own = find_phrase(names["self"], said_first) is not None or any(begins)
        surname = before and _written_as_name(piece, locale)
        if not own and not surname:
            yield piece
        before = own


def can_be_name(piece: str, locale: str) -> bool:
    """Whether some words, alone, may name an assistant."""
    words = piece.split()
    if not words or len(words) > _MOST_WORDS or not re.search(r"[^\W\d_]", piece):
        return False
    if fold(piece) in owner_data(locale)["names"]["also"]:
        return True  # `Will`, `May`
    if _spells(words, locale):
        return False
    if _only_languages(words, locale) or all(len(word) == 1 for word in words):
        return False
    if _written_as_name(piece, locale):
        return True
    starts = _starts_not(locale).match(fold(piece))
    return starts is None and not tells_something(piece, locale)


def _spells(words: Sequence[str], locale: str) -> bool:
    """Whether a letter opens what is no name: `J for Juliet`, `u choose`; `M Coiffure` is one."""
    letter = len(words[0]) == 1 and words[0].isalpha() and fold(words[0]) not in _small(locale)
    rest = fold(" ".join(words[1:]))
    likes = map(phrase_pattern, lexicon(locale).words["letter_like"])
    told = any(like.match(rest) for like in likes)
    return letter and bool(rest) and (told or not _written_as_name(" ".join(words), locale))


def tells_story(raw: str, locale: str) -> bool:
    """Whether a turn tells of the business or of who speaks, beside any name."""
    told = [without_chatter(piece, locale) for piece in _told(said_apart(raw, locale), locale)]
    return any(
        tells_something(piece, locale)
        or (len(told) > 1 and (is_trade(piece, locale) or _is_for_trade(piece, locale)))
        for piece in told
        if piece
    )


def _is_for_trade(piece: str, locale: str) -> bool:
    """Whether some words say what the assistant is for (`for my hotel`)."""
    begins = _starts_not(locale).match(fold(piece))
    return begins is not None and said(owner_data(locale)["sectors"], fold(piece)) is not None


def is_trade(piece: str, locale: str) -> bool:
    """Whether some words only say what the business is, and where (`cabinet d'avocats à Lyon`)."""
    data = owner_data(locale)
    if _written_as_name(piece, locale) or _titled(piece, locale):
        return False
    rest, found = fold(piece), False
    for one in data["sectors"].values():
        for phrase in _longest((*one["phrases"], str(one["label"]))):
            rest, count = phrase_pattern(phrase).subn(" ", rest)
            found = found or count > 0
    for word in _longest(data["names"]["trade_words"]):
        rest = phrase_pattern(word).sub(" ", rest)
    rest = " ".join(re.findall(r"[^\W_][\w'-]*", rest)) + " "
    place = any(rest.startswith(fold(word)) for word in data["patterns"]["trade_place"])
    return found and (not rest.strip() or place)


def _titled(piece: str, locale: str) -> bool:
    """Whether an article leads to a capital (`Le Refuge`, `L'Atelier`), as a sign is written."""
    articles = owner_data(locale)["names"]["articles"]
    lead = next((one for one in articles if fold(piece).startswith(fold(one))), "")
    return bool(lead) and piece[len(lead) :].lstrip()[:1].isupper()


def tells_something(piece: str, locale: str) -> bool:
    """Whether some words hold a verb, a pronoun or chatter, as no name does."""
    return _never(locale).search(fold(piece)) is not None


def without_chatter(text: str, locale: str) -> str:
    """Some words less what only leads to a name and what only follows it."""
    names = owner_data(locale)["names"]
    text, before = text.strip(AROUND), ""
    while text != before:
        before = text
        lead = _leads(locale).match(fold(text))
        if lead and lead.end() < len(text):
            text = text[lead.end() :].strip(AROUND)
        elif lead and lead.end() == len(text):
            return ""
    return cut_before(text, names["tails"]).strip(AROUND)


def said_apart(raw: str, locale: str) -> Iterator[str]:
    """The turn cut at punctuation, and at words that begin something else."""
    for number, part in enumerate(_ENDS.split(raw)):
        if number >= _MOST_PIECES:
            return
        at, folded = 0, fold(part)
        whole = owner_data(locale)["names"]["cuts_not"]
        for match in _cuts(locale).finditer(folded):
            if any(folded[: match.end()].endswith(fold(phrase)) for phrase in whole):
                continue  # `anything but Siri`
            yield part[at : match.start()]
            at = match.start()
        yield part[at:]


def _only_languages(words: Sequence[str], locale: str) -> bool:
    """Whether every word with a capital is a language (`in English and French`)."""
    entries = owner_data(locale)["languages"].values()
    spoken = {fold(one) for entry in entries for one in entry["phrases"]}
    capitals = {fold(word) for word in words if word[:1].isupper()}
    return bool(capitals & spoken) and capitals <= spoken


def _written_as_name(piece: str, locale: str) -> bool:
    """Two words or more, all with a capital but the small ones (`Ma Belle Coiffure`)."""
    words = re.findall(r"[^\W\d_]+'?", piece)
    words = [word for word in words if fold(word) not in _small(locale)]
    return len(words) > 1 and all(word[0].isupper() for word in words)


@lru_cache
def _small(locale: str) -> frozenset[str]:
    return frozenset(fold(word) for word in owner_data(locale)["names"]["small"])


@lru_cache
def _cuts(locale: str) -> re.Pattern[str]:
    words = _longest(owner_data(locale)["names"]["cuts"])
    return re.compile("|".join(phrase_pattern(word).pattern for word in words))


@lru_cache
def _never(locale: str) -> re.Pattern[str]:
    words = owner_data(locale)["names"]["never"]
    return re.compile("|".join(phrase_pattern(word).pattern for word in words))


@lru_cache
def _starts_not(locale: str) -> re.Pattern[str]:
    data = owner_data(locale)
    words = [*data["names"]["starts_not"], *data["patterns"]["name_not"]]
    return re.compile("|".join(phrase_pattern(word).pattern for word in words))


@lru_cache
def _leads(locale: str) -> re.Pattern[str]:
    """What leads to a name, drawn out or not (`euuuh`)."""
    data, words = owner_data(locale), lexicon(locale).words
    leads = {
        *data["names"]["leads"], *data["patterns"]["name_lead"],
        *words["hesitation"], *words["hello"],
    }  # fmt: skip
    folded = _longest({fold(lead) for lead in leads})
    return re.compile("|".join(rf"{re.escape(one)}{re.escape(one[-1])}*(?!\w)" for one in folded))


def _longest(phrases: Sequence[str] | set[str]) -> list[str]:
    return sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
