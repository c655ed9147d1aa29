"""Quantities: party size, nights, any number asked."""

import re
from collections.abc import Sequence
from functools import lru_cache

from allokoli.dialogue.lexicon import LANGUAGES, lexicon
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Span, Utterance

_EITHER = re.compile(
    r"(?<![\w:/+-])(\d{1,2})(?:\s*-\s*|\s+(?:ou|or|a|to|או|עד)\s+)(\d{1,2})(?![\w:/-]|\s*-)"
)
_LAST = re.compile(r"(?:[.,;…]\s*(?P<n>\d{1,3})\W*$|[.…!?]\s*(?P<alone>\d{1,3})(?=\s*[.,;…!\0]))")
"""The number that ends an answer after others (`that's two, and Linda, that's three. Four`)."""
_BARE = re.compile(r"(?<![\w:/+])(\d{1,6})(?![\w:/])(?!(?<=\b1)\s+[a-z])")


def find_count(
    utterance: Utterance, patterns: Sequence[str], *, asked: bool, minimum: int, maximum: int
) -> tuple[int, Span] | None:
    """A quantity said with its unit, or a lone number when it was asked.

    Args:
        utterance: the sentence; spans already used are skipped.
        patterns: wordings with `{value}` where the number stands; two of them in one pattern
            are added (`{value} adultes et {value} enfants`).
        asked: whether a bare number is an answer.
        minimum, maximum: bounds, both included.
    """
    folded = _hour().sub(lambda match: "\0" * len(match.group()), _counted(utterance.mask()))
    best: tuple[int, Span] | None = None
    if asked:
        best = find_settled(folded) or _whole(folded)
        if best and minimum <= best[0] <= maximum:
            return best
    best = _in_pattern(folded, patterns, minimum, maximum)
    if best:
        return _amended(folded, best, minimum, maximum)
    if not asked:
        return None
    for match in _BARE.finditer(folded):
        fits = minimum <= int(match.group(1)) <= maximum
        if fits and (best is None or _corrects(folded[best[1][1] : match.start()])):
            best = int(match.group(1)), match.span()
    return best


def _in_pattern(
    folded: str, patterns: Sequence[str], minimum: int, maximum: int
) -> tuple[int, Span] | None:
    """The number said in one of the wordings: the longest, a sum before its parts."""
    best: tuple[int, Span] | None = None
    most = (0, 0)  # `לשניים ועוד שני ילדים`: a sum counts for more than a part of it
    for pattern in patterns:
        for match in _compiled(pattern).finditer(folded):
            if _is_hour(folded[match.end() :]):
                continue  # `בסביבות 11 בלילה`
            value = sum(int(group) for group in match.groups())
            rank = len(match.groups()), match.end() - match.start()
            longer = best is None or rank > most
            corrected = best is not None and _corrects(folded[best[1][1] : match.start()])
            if minimum <= value <= maximum and (longer or corrected):
                best, most = (value, match.span()), rank
    return best


def find_sum(folded: str, after: int | None, *, alone: bool) -> tuple[int, Span] | None:
    """The number that sums up who was told one by one (`me, Mum and Dad… that's three`).

    Args:
        folded: the sentence, numbers in digits.
        after: where the list ends; None when there is none, and a total must be called so.
        alone: whether nothing else was asked, so that the number needs no such word.
    """
    ends = r"(?=\W*(?:$|[,.;!?…]))"
    for match in _total().finditer(folded):
        if re.match(ends, folded[match.end() :]):
            return int(match["n"]), match.span()
    bare = rf"[\s,.…:-]*[,.…:-]\s*(?P<n>\d{{1,3}}){ends}"
    last = re.compile(bare).match(folded, after) if after is not None and alone else None
    return (int(last["n"]), last.span("n")) if last else None


@lru_cache
def _hours() -> re.Pattern[str]:
    units = {fold(unit) for one in LANGUAGES for unit in lexicon(one).time["hour_units"]}
    return re.compile(rf"\s*(?:{'|'.join(re.escape(unit) for unit in sorted(units))})(?!\w)")


def _is_hour(after: str) -> bool:
    """Whether what follows a number makes it an hour."""
    return _hours().match(after) is not None


def _corrects(between: str) -> bool:
    """`two nights, no, three nights`: what is said between them takes the first back."""
    words = {fold(word) for one in LANGUAGES for word in lexicon(one).words["phone_no"]}
    return between.strip(" ,.;:!?-") in words


def _counted(folded: str) -> str:
    """The sentence with what counts by the dozen, the pair or nearly in plain digits."""

    def in_digits(match: re.Match[str]) -> str:
        times = int(match["times"]) if (match["times"] or "").isdigit() else 1
        return str(times * _worth()[match["word"]]).ljust(len(match.group()))

    folded = _collective().sub(in_digits, folded)
    return _EITHER.sub(lambda match: match[2].rjust(len(match.group())), folded)


def find_settled(folded: str) -> tuple[int, Span] | None:
    """The number on which somebody who counts aloud ends."""
    last = next(reversed(list(_LAST.finditer(folded))), None)
    if last is None:
        return None
    before = _BARE.search(folded[: last.start()]) or _whole(folded[: last.start()])
    which = "n" if last["n"] else "alone"
    return (int(last[which]), last.span(which)) if before else None


def _amended(folded: str, best: tuple[int, Span], minimum: int, maximum: int) -> tuple[int, Span]:
    """`Six of us... no, seven, she's bringing somebody`: the number that takes another back."""
    again = _again().match(folded, best[1][1])
    if again is None or not minimum <= int(again["n"]) <= maximum:
        return best
    return int(again["n"]), (best[1][0], again.end())


@lru_cache
def _again() -> re.Pattern[str]:
    words = {fold(word) for one in LANGUAGES for word in lexicon(one).words["phone_no"]}
    either = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"[\s.,;:…!?-]*(?:{either})[\s.,…-]+(?P<n>\d{{1,3}})(?=\s*(?:[.,;!?…\0]|$))")


def _whole(folded: str) -> tuple[int, Span] | None:
    """A total (`ça fait cinq`), or words that say a number of people (`juste moi`)."""
    totals = list(_total().finditer(folded))
    if totals:
        return int(totals[-1]["n"]), totals[-1].span()
    best: tuple[int, Span] | None = None
    for words, number in _people().items():
        for match in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", folded):
            if best is None or len(match.group()) > best[1][1] - best[1][0]:
                best = number, match.span()
    return best


@lru_cache
def _total() -> re.Pattern[str]:
    words = {fold(word) for one in LANGUAGES for word in lexicon(one).words["count_total"]}
    either = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{either})[\s.,…:]+(?P<n>\d{{1,4}})(?![\w:/])")


@lru_cache
def _hour() -> re.Pattern[str]:
    """An hour with its unit, which counts nobody (`disons vingt heures quinze`)."""
    units = {fold(one) for which in LANGUAGES for one in lexicon(which).time.get("hour_words", ())}
    either = "|".join(re.escape(one) for one in sorted(units, key=len, reverse=True)) or "(?!)"
    return re.compile(rf"(?<![\w:/])\d{{1,2}}\s*(?:{either})(?!\w)(?:\s+\d\d(?!\d))?")


@lru_cache
def _people() -> dict[str, int]:
    return _pairs("count_people")


@lru_cache
def _worth() -> dict[str, int]:
    return _pairs("count_by")


def _pairs(key: str) -> dict[str, int]:
    pairs = [item.partition(" = ") for one in LANGUAGES for item in lexicon(one).words[key]]
    return {words: int(number) for words, _, number in pairs}


@lru_cache
def _collective() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in sorted(_worth(), key=len, reverse=True))
    return re.compile(
        rf"(?<!\w)(?:(?P<times>\d{{1,2}}|a|an|un|une)\s+)?(?P<word>{words})"
        r"(?:\s+(?:de|of)|\s+d'(?=\w))?(?!\w)"
    )


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"\{value\}", fold(pattern))
    body = r"(\d{1,4})".join(re.escape(part).replace(r"\ ", r"\s+") for part in parts)
    # "on est une famille": one of something is no number of people.
    one = r"(?!(?<=\b1)\s+[a-z])" if body.endswith(r"(\d{1,4})") else ""
    return re.compile(rf"(?<!\w){body}(?!\w){one}")
