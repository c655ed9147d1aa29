"""Quantities: party size, nights, any number asked."""

import re
from collections.abc import Sequence
from functools import lru_cache

from allokoli.dialogue.entities.members import counts_all
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import either
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Span, Utterance

_LAST = re.compile(r"(?:[.,;…]\s*(?P<n>\d{1,3})\W*$|[.…!?]\s*(?P<alone>\d{1,3})(?=\s*[.,;…!\0]))")
"""The number that ends an answer after others (`that's two, and Linda, that's three. Four`)."""
_SENTENCE_END = re.compile(r"[.…!?]")
_BARE = re.compile(r"(?<![\w:/+])(\d{1,6})(?![\w:/])(?!(?<=\b1)\s+[a-z])")


def find_count(
    utterance: Utterance,
    patterns: Sequence[str],
    locale: str,
    *,
    asked: bool,
    minimum: int,
    maximum: int,
) -> tuple[int, Span] | None:
    """A quantity said with its unit, or a lone number when it was asked.

    Args:
        utterance: the sentence; spans already used are skipped.
        patterns: wordings with `{value}` where the number stands; two of them in one pattern
            are added (`{value} adultes et {value} enfants`).
        locale: the language spoken.
        asked: whether a bare number is an answer.
        minimum, maximum: bounds, both included.
    """
    folded = _counted(utterance.mask(), locale)
    if asked:
        whole = _whole(folded, locale)
        if whole and minimum <= whole[0] <= maximum:
            return whole
    best = _in_pattern(folded, patterns, locale, minimum, maximum)
    if best:
        return _amended(folded, best, locale, minimum, maximum)
    if not asked:
        return None
    for match in _BARE.finditer(folded):
        fits = minimum <= int(match.group(1)) <= maximum
        if fits and (best is None or _corrects(folded[best[1][1] : match.start()], locale)):
            best = int(match.group(1)), match.span()
    return best


def _in_pattern(
    folded: str, patterns: Sequence[str], locale: str, minimum: int, maximum: int
) -> tuple[int, Span] | None:
    """The number said in one of the wordings: the longest, a sum before its parts."""
    best: tuple[int, Span] | None = None
    most = (0, 0)  # `לשניים ועוד שני ילדים`: a sum counts for more than a part of it
    for pattern in patterns:
        for match in _compiled(pattern).finditer(folded):
            if _is_hour(folded[match.end() :], locale):
                continue  # `בסביבות 11 בלילה`
            value = sum(int(group) for group in match.groups())
            rank = len(match.groups()), match.end() - match.start()
            longer = best is None or rank > most
            corrected = best is not None and _corrects(folded[best[1][1] : match.start()], locale)
            if minimum <= value <= maximum and (longer or corrected):
                best, most = (value, match.span()), rank
    return best


def find_sum(
    folded: str, after: int | None, locale: str, *, alone: bool
) -> tuple[int, Span] | None:
    """The number that sums up who was told one by one (`me, Mum and Dad… that's three`).

    Args:
        folded: the sentence, numbers in digits.
        after: where the list ends; None when there is none, and a total must be called so.
        locale: the language spoken.
        alone: whether nothing else was asked, so that the number needs no such word.
    """
    ends = r"(?=\W*(?:$|[,.;!?…]))"
    for match in _total(locale).finditer(folded):
        if re.match(ends, folded[match.end() :]):
            return int(match["n"]), match.span()
    bare = rf"[\s,.…:-]*[,.…:-]\s*(?P<n>\d{{1,3}}){ends}"
    last = re.compile(bare).match(folded, after) if after is not None and alone else None
    return (int(last["n"]), last.span("n")) if last else None


def find_settled(folded: str, locale: str) -> tuple[int, Span] | None:
    """The number on which somebody who counts aloud ends.

    After a comma, it takes up another number of its sentence: `four of us. Table, twelve` does not.
    """
    last = next(reversed(list(_LAST.finditer(folded))), None)
    if last is None:
        return None
    before, which = folded[: last.start()], "n" if last["n"] else "alone"
    number = int(last[which])
    said = _SENTENCE_END.split(before)[-1] if folded[last.start()] in ",;" else ""
    if said and not (_BARE.search(said) and counts_all(number, said, locale)):
        return None
    counts = _BARE.search(before) or _whole(before, locale)
    return (number, last.span(which)) if counts else None


@lru_cache
def _hours(locale: str) -> re.Pattern[str]:
    return re.compile(rf"\s*{either(lexicon(locale).time['hour_units'])}(?!\w)")


def _is_hour(after: str, locale: str) -> bool:
    """Whether what follows a number makes it an hour."""
    return _hours(locale).match(after) is not None


def _corrects(between: str, locale: str) -> bool:
    """`two nights, no, three nights`: what is said between them takes the first back."""
    words = {fold(word) for word in lexicon(locale).words["phone_no"]}
    return between.strip(" ,.;:!?-") in words


def _counted(folded: str, locale: str) -> str:
    """The sentence less its hours, with what counts by the dozen, the pair or nearly in digits."""

    def in_digits(match: re.Match[str]) -> str:
        times = int(match["times"]) if (match["times"] or "").isdigit() else 1
        return str(times * _worth(locale)[match["word"]]).ljust(len(match.group()))

    folded = _collective(locale).sub(in_digits, folded)
    folded = _range(locale).sub(lambda match: match[2].rjust(len(match.group())), folded)
    return _hour(locale).sub(lambda match: "\0" * len(match.group()), folded)


def _amended(
    folded: str, best: tuple[int, Span], locale: str, minimum: int, maximum: int
) -> tuple[int, Span]:
    """`Six of us... no, seven, she's bringing somebody`: the number that takes another back."""
    again = _again(locale).match(folded, best[1][1])
    if again is None or not minimum <= int(again["n"]) <= maximum:
        return best
    return int(again["n"]), (best[1][0], again.end())


@lru_cache
def _again(locale: str) -> re.Pattern[str]:
    no = either(lexicon(locale).words["phone_no"])
    return re.compile(rf"[\s.,;:…!?-]*{no}[\s.,…-]+(?P<n>\d{{1,3}})(?=\s*(?:[.,;!?…\0]|$))")


def _whole(folded: str, locale: str) -> tuple[int, Span] | None:
    """A total (`ça fait cinq`), or words that say a number of people (`juste moi`)."""
    totals = list(_total(locale).finditer(folded))
    if totals:
        return int(totals[-1]["n"]), totals[-1].span()
    best: tuple[int, Span] | None = None
    for words, number in _pairs("count_people", locale).items():
        for match in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", folded):
            if best is None or len(match.group()) > best[1][1] - best[1][0]:
                best = number, match.span()
    return best


@lru_cache
def _total(locale: str) -> re.Pattern[str]:
    words = either(lexicon(locale).words["count_total"])
    return re.compile(rf"(?<!\w){words}[\s.,…:]+(?P<n>\d{{1,4}})(?![\w:/])")


@lru_cache
def _hour(locale: str) -> re.Pattern[str]:
    """An hour with its unit, which counts nobody (`disons vingt heures quinze`)."""
    units = either(lexicon(locale).time.get("hour_words", ()))
    return re.compile(rf"(?<![\w:/])\d{{1,2}}\s*{units}(?!\w)(?:\s+\d\d(?!\d))?")


@lru_cache
def _range(locale: str) -> re.Pattern[str]:
    """`Three or four`, `3-4`."""
    ors = either(lexicon(locale).words["count_or"])
    return re.compile(
        rf"(?<![\w:/+-])(\d{{1,2}})(?:\s*-\s*|\s+{ors}\s+)(\d{{1,2}})(?![\w:/-]|\s*-)"
    )


@lru_cache
def _pairs(key: str, locale: str) -> dict[str, int]:
    pairs = [item.partition(" = ") for item in lexicon(locale).words[key]]
    return {fold(words): int(number) for words, _, number in pairs}


def _worth(locale: str) -> dict[str, int]:
    return _pairs("count_by", locale)


@lru_cache
def _collective(locale: str) -> re.Pattern[str]:
    table = lexicon(locale).words
    one, of = either(table.get("count_one", ())), either(table.get("count_of", ()))
    return re.compile(
        rf"(?<!\w)(?:(?P<times>\d{{1,2}}|{one})\s+)?(?P<word>{either(_worth(locale))})(?!\w)"
        rf"(?:\s+{of}(?:(?<=')|(?!\w)))?"
    )


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"\{value\}", fold(pattern))
    body = r"(\d{1,4})".join(re.escape(part).replace(r"\ ", r"\s+") for part in parts)
    # "on est une famille": one of something is no number of people.
    one = r"(?!(?<=\b1)\s+[a-z])" if body.endswith(r"(\d{1,4})") else ""
    return re.compile(rf"(?<!\w){body}(?!\w){one}")
