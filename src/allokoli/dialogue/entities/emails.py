"""E-mail addresses, written or dictated (`marie point dupont arobase exemple point fr`)."""

import re
from functools import lru_cache

from allokoli.dialogue.lexicon import language, lexicon, load
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Span, Utterance

_MAX_JOINED_WORDS = 3
_MAX_SIGNS = 20
_TOKEN = re.compile(r"@|[,;:!?\0]|[^\s@,;:!?()<>\"\0]+")
_SPELLED = re.compile(r"(?:\w[-.]){2,}\w")
_LONE = re.compile(r"\s*\w(?!\w)")
_Token = tuple[str, int, int]
_CLAUSE = ","


def find_email(utterance: Utterance, locale: str) -> tuple[str, Span] | None:
    """The first valid address said, in lower case.

    Args:
        utterance: the sentence.
        locale: the language it was dictated in.
    """
    tokens = _tokens(_less_to(utterance, locale), locale)
    signs = [index for index, (said, _, _) in enumerate(tokens) if said == "@"]
    for index in signs[:_MAX_SIGNS]:
        last = _domain_end(tokens, index + 1, locale)
        domain = _domain(tokens[index + 1 : last], locale)
        for first in _local_starts(tokens, index, locale):
            address = _address(tokens[first:index], domain, locale)
            if address:
                return address, (tokens[first][1], tokens[last - 1][2])
    return None


def _less_to(utterance: Utterance, locale: str) -> str:
    """`par mail à r point Amrani`: `à`, by its accent, is no letter of the address before one."""
    folded = list(utterance.mask())
    words = load("allokoli.dialogue", language(locale), "words").get("email_to", ())
    for match in re.finditer(
        rf"(?<!\w)(?:{'|'.join(words) or '(?!)'})(?=\s+\w(?!\w))", utterance.text
    ):
        folded[slice(*match.span())] = " " * len(match.group())
    return "".join(folded)


def signs_told(folded: str, locale: str) -> str:
    """The sentence with signs for their names, position for position (`arobase`: `@`)."""
    signs = _signs(locale)
    return _sign_pattern(locale).sub(
        lambda match: signs[match.group(1)].ljust(len(match.group())), folded
    )


def parse_email(text: str) -> str | None:
    """The address if its syntax is right, else None."""
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


def _address(local: list[_Token], domain: str, locale: str) -> str | None:
    dropped = lexicon(locale).words["email_joined"]
    name = "".join(said for said, _, _ in local if said not in dropped).strip("._-")
    name = re.sub(r"['’]", "", name)  # "o'brien"
    return parse_email(f"{name}@{domain}") if name.isascii() and domain.isascii() else None


def _tokens(folded: str, locale: str) -> list[_Token]:
    """The words, signs instead of their names, and known slips of the recognizer put right."""
    folded = signs_told(folded, locale)
    folded = _double_pattern(locale).sub(
        lambda match: f"{match.group(1)} {match.group(1)}".ljust(len(match.group())), folded
    )
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(folded):
        said = match.group().rstrip(".") if len(match.group()) > 1 else match.group()
        if said in ",;:!?\0":  # a comma before the sign is a breath, elsewhere it ends a clause
            following = folded[match.end() :].lstrip()[:1]
            joins = (
                folded[match.end() :].lstrip().startswith(lexicon(locale).words["email_joined"][0])
            )
            letters = len(tokens[-1][0]) == 1 if tokens else False
            letters = letters and _LONE.match(folded, match.end()) is not None
            if joins or letters or following in "@.-_" or (tokens and tokens[-1][0] in "@.-_"):
                continue
            said = _CLAUSE
        if _SPELLED.fullmatch(said):
            said = re.sub(r"\W", "", said)
        tokens.append((said, match.start(), match.start() + len(match.group().rstrip(".") or ".")))
    return _said_once(tokens)


def _said_once(tokens: list[_Token]) -> list[_Token]:
    """`keller, k, e, l, l, e, r`: a word less the letters that only spell it again."""
    kept: list[_Token] = []
    at = 0
    while at < len(tokens):
        word = kept[-1][0] if kept else ""
        letters = [said for said, _, _ in tokens[at + 1 : at + 1 + len(word)]]
        if tokens[at][0] == _CLAUSE and len(word) > 1 and letters == list(word):
            kept[-1] = (word, kept[-1][1], tokens[at + len(word)][2])
            at += 1 + len(word)
        else:
            kept.append(tokens[at])
            at += 1
    return kept


@lru_cache
def _signs(locale: str) -> dict[str, str]:
    words = lexicon(locale).words
    signs = {"email_at": "@", "email_dot": ".", "email_dash": "-", "email_underscore": "_"}
    found = {word: sign for key, sign in signs.items() for word in words[key]}
    for pair in words["email_heard"]:
        heard, _, written = pair.partition(" = ")
        found[heard] = written
    found |= dict.fromkeys(words["email_joined"], words["email_joined"][0])
    return found


@lru_cache
def _sign_pattern(locale: str) -> re.Pattern[str]:
    words = sorted(_signs(locale), key=len, reverse=True)
    return re.compile(r"(?<![\w@])(" + "|".join(re.escape(word) for word in words) + r")(?!\w)")


@lru_cache
def _double_pattern(locale: str) -> re.Pattern[str]:
    """`deux l` among letters."""
    said = "|".join(re.escape(fold(word)) for word in lexicon(locale).words["letter_double"])
    return re.compile(rf"(?<=\w[\s,]\s)(?<!\w)(?:{said})\s+([a-z])(?!\w)")


def _domain_end(tokens: list[_Token], first: int, locale: str) -> int:
    """Where the words of the domain end: signs join them, and single letters."""
    joined = lexicon(locale).words["email_joined"][0]
    last = first
    while last < len(tokens):
        said, before = tokens[last][0], tokens[last - 1][0]
        joins = said[0] in ".-" or before[-1] in "@.-"
        apart = not joins and len(before) > 1
        if said == _CLAUSE or (apart and not _goes_on(tokens, first, last, joined)):
            break
        last += 1
    return last


def _goes_on(tokens: list[_Token], first: int, at: int, joined: str) -> bool:
    """Whether the words from here on are of the domain still: its first dot follows."""
    if any("." in said for said, _, _ in tokens[first:at]):
        return False
    ahead = [said for said, _, _ in tokens[at : at + _MAX_JOINED_WORDS + 1]]
    words = ahead[: ahead.index(".")] if "." in ahead else [""]
    most = _MAX_JOINED_WORDS if fold(joined) in words else _MAX_JOINED_WORDS - 1
    return len(words) <= most and all(said.isalnum() for said in words)


def _domain(tokens: list[_Token], locale: str) -> str:
    joined = lexicon(locale).words["email_joined"][0]
    domain = "".join(said for said, _, _ in tokens if fold(said) != fold(joined)).strip(".-")
    return domain if "." in domain or not domain else domain + _ending(domain, locale)


def _ending(domain: str, locale: str) -> str:
    """The ending of a provider that has only one (`gmail`)."""
    for pair in lexicon(locale).words["email_providers"]:
        name, _, ending = pair.partition(".")
        if name == domain:
            return f".{ending}"
    return ""


def _local_starts(tokens: list[_Token], at: int, locale: str) -> list[int]:
    """Where the name before the sign may begin, the likeliest first."""
    words = lexicon(locale).words
    ends = {*words["email_before"], *words["hesitation"]}
    joined = words["email_joined"][0]
    written = at > 0 and tokens[at][1] == tokens[at - 1][2]
    plain, first, together = 0, at, False
    while first > 0:
        said = tokens[first - 1][0]
        linked = first < at and (tokens[first][0][0] in "._-" or said[-1] in "._-")
        linked = linked or (first > 1 and tokens[first - 2][0] in {".", "_", "-"})  # `kadi-bah`
        letters = len(said) == 1 and first < at and len(tokens[first][0]) == 1
        name = first == at and written and said in words["email_before"]  # `pro@durand.fr`
        name = name or (first == at and said in words["hello"])  # `hello at durand dot com`
        leads = said in ends and not (linked or letters or name)
        if said in {"@", _CLAUSE} or leads:
            break
        together = together or said == joined
        sign = said == joined or len(said) == 1 or said.isdigit()
        if first < at and not linked and not sign and len(tokens[first][0]) > 1:
            plain += 1
            if written or plain >= (_MAX_JOINED_WORDS + 1 if together else _MAX_JOINED_WORDS):
                break
        first -= 1
    last = at - 1
    while last > first and tokens[last][0][0] not in "._-" and tokens[last - 1][0][-1] in "._-":
        last -= 1
    return [first, last] if first < at else []
