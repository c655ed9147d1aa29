"""A company told one by one: `me, my husband and our two kids`, `two adults and a baby`."""

import re
from functools import lru_cache

from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Span

_FEWEST = 2


def count_members(folded: str, locale: str) -> tuple[int, Span] | None:
    """How many people a list of them makes; None when there is no list.

    Args:
        folded: the sentence, numbers in digits.
        locale: its language; one without a list `count_members` gives None.
    """
    pattern = _list(locale)
    if pattern is None:
        return None
    best: tuple[int, Span] | None = None
    for match in pattern.finditer(folded):
        members = list(_member(locale).finditer(match.group()))
        counts = [_count(one, locale) for one in members]
        if None in counts:
            continue  # "my colleagues and me" does not say how many
        total = sum(number or 0 for number in counts)
        if len(members) >= _FEWEST and (best is None or total > best[0]):
            best = total, match.span()
    return best


def count_told_first(folded: str, locale: str) -> tuple[int, Span] | None:
    """`Four, us and two kids`: the number said before who they are is the whole company."""
    tellers = _either(locale, "count_tellers")
    match = re.match(rf"\W*(?P<n>\d{{1,2}})\s*[,:.-]+\s*(?={tellers}(?!\w))", folded)
    return (int(match["n"]), match.span("n")) if match else None


def _count(member: re.Match[str], locale: str) -> int | None:
    """How many people one member of the list is: `my boss` one, `my parents` two."""
    if member["n"] or member["more"]:
        return int(member["n"] or member["more"])
    words = lexicon(locale).words
    last = member.group().split()[-1]
    joined = "|".join(words.get("count_joined", ()))
    bare = re.sub(rf"^(?:{joined})-?", "", last) if joined else last
    pairs = {fold(one) for one in words.get("count_pairs", ())}
    kinds = {fold(one) for one in words["count_members"]}
    if last in pairs:
        return 2
    if bare in {fold(one) for one in words.get("count_many", ())}:
        return None
    return None if last.endswith("s") and last[:-1] in kinds else 1


@lru_cache
def _list(locale: str) -> re.Pattern[str] | None:
    if not lexicon(locale).words.get("count_members"):
        return None
    one = _member(locale).pattern.replace("?P<n>", "?:").replace("?P<more>", "?:")
    with_ = _either(locale, "count_with")
    # In Hebrew `and` is written with the word it joins, and a number word loses it.
    apart = r"\s+" if lexicon(locale).words.get("count_joined") else rf"\s+(?={with_}\b)"
    return re.compile(rf"{one}(?:(?:\s*,\s*|{apart})(?:{with_}\s+)?{one})+")


@lru_cache
def _member(locale: str) -> re.Pattern[str]:
    own, whose = _either(locale, "count_selves"), _either(locale, "count_whose")
    kinds, more = _either(locale, "count_members", "count_pairs"), _either(locale, "count_more")
    other = "" if lexicon(locale).words.get("count_joined") else r"(?:\w+\s+)?"
    joined = rf"(?:{_either(locale, 'count_joined')}-?)?"
    return re.compile(
        rf"(?<!\w){joined}(?:{own}|(?:(?:{whose})\s+)*(?:(?P<n>\d{{1,2}})\s+)?{other}{kinds}"
        rf"|{more}\s+(?P<more>\d{{1,2}})(?!\s+(?:\w+\s+)?{kinds}))(?![\w'])"
    )


def _either(locale: str, *keys: str) -> str:
    words = {fold(word) for key in keys for word in lexicon(locale).words.get(key, ())}
    longest = sorted(words, key=lambda word: (-len(word), word))
    return "(?:" + ("|".join(re.escape(word) for word in longest) or r"(?!)") + ")"
