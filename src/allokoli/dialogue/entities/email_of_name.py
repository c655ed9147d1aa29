"""An address dictated by somebody whose name is known: most addresses are made of it.

A telephone makes `sophie point martin arobase gmail` into `Sophie, point-art un à robas de maille`;
knowing Sophie Martin, nobody doubts what was said. What is written (`@`) is never touched.
"""

import re
from collections.abc import Iterator

from allokoli.dialogue.entities.emails import find_email, parse_email, signs_told
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import alike, misheard
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Span, Utterance

_ALIKE = 0.7
_MAX_CHARS = 120
_NUMBER = re.compile(r"\d{2}|[02-9]")


def find_email_of(
    name: str, heard: Utterance, locale: str, *, denied: str = ""
) -> tuple[str, Span] | None:
    """The address said, put right where it sounds like one made of the caller's name.

    Args:
        name: theirs, first and last; of one word it settles nothing.
        heard: the sentence.
        locale: the language it was dictated in.
        denied: an address that it is not.

    Returns:
        As `find_email`; made of the name when that is what the words before the sign resemble.
    """
    found = find_email(heard, locale)
    words = re.findall(r"[a-z]+", fold(name))
    if len(words) < 2 or "@" in heard.raw or len(heard.raw) > _MAX_CHARS:  # noqa: PLR2004
        return found
    apart = re.sub(r"(?<!\be)-", " ", heard.raw_folded)  # `point-art`, but `e-mail`
    told, sign, after = signs_told(apart, locale).partition("@")
    if not sign or _NUMBER.search(heard.folded):
        return found
    kept = _told(told, locale)
    if found and all(_of_name(word, words, locale) for word in kept):
        return found
    said = re.sub(r"\W", "", "".join(kept))
    local, spoken = max(_made_of(words, locale), key=lambda one: _as_long_and_alike(said, one[1]))
    domain = found[0].partition("@")[2] if found else _provider(after, locale)
    address = parse_email(f"{local}@{domain}") if alike(said, spoken) >= _ALIKE else None
    if denied and denied == (address or (found and found[0])):
        address = _instead_of(denied, words, locale)
    return (address, (0, len(heard.text))) if address else found


def _instead_of(denied: str, name: list[str], locale: str) -> str | None:
    """What was meant by an address heard again after it was denied.

    Its provider was misheard; or it is the address that most people of that name have.
    """
    local, _, domain = denied.partition("@")
    providers, said = lexicon(locale).words["email_providers"], domain.partition(".")[0]
    near = max(providers, key=lambda one: alike(said, one.partition(".")[0]))
    if domain not in providers and misheard(said, near.partition(".")[0]):
        return parse_email(f"{local}@{near}")
    usual = parse_email(f"{name[0]}.{''.join(name[1:])}@{domain}")
    return usual if usual != denied else None


def _as_long_and_alike(said: str, spoken: str) -> float:
    """How near one is to the other, the shorter by what it lacks as well."""
    shorter, longer = sorted((len(said), len(spoken)))
    return alike(said, spoken) * shorter / longer


def _made_of(words: list[str], locale: str) -> Iterator[tuple[str, str]]:
    """Addresses people make of their name, and how those are said."""
    signs = lexicon(locale).words
    first, last = words[0], "".join(words[1:])
    yield from ((first, first), (last, last))
    for one, other in ((first, last), (last, first), (first[0], last)):
        for key, sign in (("email_dot", "."), ("email_dash", "-"), ("", "")):
            spoken = fold(signs[key][0]) if key else ""
            yield f"{one}{sign}{other}", f"{one}{spoken}{other}"


def _of_name(word: str, name: list[str], locale: str) -> bool:
    """Whether a word is one of the name, the beginning of one, their initials, or a sign."""
    signs = {fold(lexicon(locale).words[key][0]) for key in ("email_dot", "email_dash")}
    initials = "".join(one[0] for one in name)
    return word in signs or word in initials or any(one.startswith(word) for one in name)


def _told(told: str, locale: str) -> list[str]:
    """The words before the sign, without what leads to an address, signs in words again."""
    words = lexicon(locale).words
    told = told.replace(words["email_joined"][0], " ").replace(
        ".", f" {fold(words['email_dot'][0])} "
    )
    told = re.sub(r"(?<!\w)-|-(?!\w)", f" {fold(words['email_dash'][0])} ", told)
    kept = re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*", told)
    before = {fold(one) for one in (*words["email_before"], *words["no"])}
    while len(kept) > 1 and kept[0] in before:
        del kept[0]
    return kept


def _provider(after: str, locale: str) -> str:
    """The provider named after the sign, whatever became of its ending."""
    heard = re.findall(r"[^\W_]+", after)
    for pair in lexicon(locale).words["email_providers"]:
        if pair.partition(".")[0] in heard:
            return pair
    return ""
