"""A company told one by one: `me, my husband and our two kids`, `two adults and a baby`."""

import re
from functools import lru_cache

from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Span

_FEWEST = 2
_SOMEBODY = "§"
_NAME = (
    r"(?P<name>(?![A-Z]['’])[A-Z][a-zà-ÿ'’-]+(?: [A-Z][a-zà-ÿ'’-]+)?)"
    r"(?=\s*(?:,|\s|$|\.))"
)


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
        counts += [int(match["head"])] if match["head"] else []
        total = sum(number or 0 for number in counts)
        if _is_whole(members[0], locale) and counts[0] == total - (counts[0] or 0):
            total -= counts[0] or 0  # "four of us, four girls"
        if (
            _tells(match.group(), members, locale)
            and len(counts) >= _FEWEST
            and (best is None or total > best[0])
        ):
            best = total, match.span()
    return best


def with_somebody(text: str, folded: str, locale: str) -> str:
    """The sentence with each name as a sign that stands for one person (`me, Dave and Jo`).

    Args:
        text: the sentence, numbers in digits.
        folded: the same, position for position, what was read already blanked.
        locale: its language.
    """
    chars = list(folded)
    leads = _either(locale, "count_with", "count_leads", "count_members")
    for match in re.finditer(rf"(?:,\s+|(?<!\w){leads}\s+){_NAME}", text):
        chars[slice(*match.span("name"))] = _SOMEBODY * len(match["name"])
    ages = _either(locale, "count_ages")
    for match in re.finditer(rf"(?<!\w)\d{{1,2}}[\s-]{ages}(?!\w)", folded):
        chars[slice(*match.span())] = _SOMEBODY * len(match.group())
    return "".join(new if old != "\0" else old for old, new in zip(folded, chars, strict=True))


def counts_all(number: int, said: str, locale: str) -> bool:
    """Whether a number that ends a list of people is of them all (`me, my wife and the kids, five`)
    rather than of some (`four adults, kids, two`; `two kids aged 3, 5`).

    Args:
        number: what is said last, after a comma.
        said: the sentence up to that comma, folded.
        locale: the language spoken.
    """
    if not lexicon(locale).words.get("count_members") or not _member(locale).search(said):
        return True
    before = said.rpartition(",")[2].strip()
    last = _member(locale).fullmatch(before)
    some = before[-1:].isdigit() or (last is not None and _count(last, locale) is None)
    return not some and number >= max(map(int, re.findall(r"\d{1,2}", said)), default=0)


def count_told_first(folded: str, locale: str) -> tuple[int, Span] | None:
    """`Four, us and two kids`: the number said before who they are is the whole company."""
    tellers = _either(locale, "count_tellers")
    match = re.match(rf"\W*(?P<n>\d{{1,2}})\s*[,:.-]+\s*(?={tellers}(?!\w))", folded)
    return (int(match["n"]), match.span("n")) if match else None


def _tells(said: str, members: list[re.Match[str]], locale: str) -> bool:
    """Whether names among them are people who come (`oh God, my boss is here` counts nobody)."""
    named = [one for one in members if one.group().startswith(_SOMEBODY)]
    joined = rf"(?<!\w){_either(locale, 'count_selves', 'count_with')}(?!\w)"
    return not named or (len(named) < len(members) and re.search(joined, said) is not None)


def _is_whole(member: re.Match[str], locale: str) -> bool:
    """Whether it counts all of them (`four of us`)."""
    whole = lexicon(locale).words.get("count_whole", ())
    return any(member.group().endswith(one) for one in whole)


def _count(member: re.Match[str], locale: str) -> int | None:
    """How many people one member of the list is: `my boss` one, `my parents` two."""
    if member["n"] or member["more"]:
        return int(member["n"] or member["more"])
    words = lexicon(locale).words
    joined = "|".join(words.get("count_joined", ()))
    said = member.group()
    last = said.split()[-1]
    bare = {re.sub(rf"^(?:{joined})-?", "", one) if joined else one for one in (said, last)}
    either = {said, last, *bare}
    if either & {fold(one) for one in words.get("count_pairs", ())}:
        return 2
    if bare & {fold(one) for one in words.get("count_many", ())}:
        return None
    kinds = {fold(one) for one in words["count_members"]}
    return None if last.endswith("s") and last[:-1] in kinds else 1


@lru_cache
def _list(locale: str) -> re.Pattern[str] | None:
    if not lexicon(locale).words.get("count_members"):
        return None
    one = _member(locale).pattern.replace("?P<n>", "?:").replace("?P<more>", "?:")
    with_ = _either(locale, "count_with")
    # In Hebrew `and` is written with the word it joins, and a number word loses it.
    apart = r"\s+" if lexicon(locale).words.get("count_joined") else rf"\s+(?={with_}\b)"
    more, heads = _either(locale, "count_more"), _either(locale, "count_heads")
    joined = rf"|{heads}\s+(?={_either(locale, 'count_joined')})"  # `ארבעה אנשים ותינוק`
    number = rf"(?<![\w:/-])(?P<head>\d{{1,2}})\s+(?:(?:{heads}\s+)?(?={more}\s){joined})"
    head = rf"(?:{number}|{one}(?:\s*,\s*|{apart}))"  # `seven plus a baby`
    rest = rf"(?:{with_}\s+)?{one}"
    return re.compile(rf"{head}{rest}(?:(?:\s*,\s*|{apart}){rest})*")


@lru_cache
def _member(locale: str) -> re.Pattern[str]:
    own, whose = _either(locale, "count_selves"), _either(locale, "count_whose")
    kinds, more = _either(locale, "count_members", "count_pairs"), _either(locale, "count_more")
    other = "" if lexicon(locale).words.get("count_joined") else r"(?:\w+\s+)?"
    joined = rf"(?:{_either(locale, 'count_joined')}-?)?"
    return re.compile(
        rf"(?<![\w-]){joined}(?:{own}|(?:(?:{whose})\s+)*(?:(?P<n>\d{{1,2}})\s+)?{other}{kinds}(?:\s+{_SOMEBODY}+)?"
        rf"|(?:(?:{whose})\s+)?{_SOMEBODY}+|{more}\s+(?P<more>\d{{1,2}})(?!\s+(?:\w+\s+)?{kinds}))(?![\w'])"
    )


def _either(locale: str, *keys: str) -> str:
    words = {fold(word) for key in keys for word in lexicon(locale).words.get(key, ())}
    longest = sorted(words, key=lambda word: (-len(word), word))
    return "(?:" + ("|".join(re.escape(word) for word in longest) or r"(?!)") + ")"
