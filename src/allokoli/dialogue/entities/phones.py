"""Phone numbers, however the digits were grouped, hesitated over or corrected."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from allokoli.dialogue.lexicon import LANGUAGES, lexicon
from allokoli.dialogue.utterance import Span, Utterance

_GAP = re.compile(r"[\s.,;:/()'-]{0,4}")
_TEN = re.compile(r"[2-6]0")
_AHEAD = re.compile(r"[\d\s.,/-]{0,40}")
_FEWEST_DIGITS = 2
_MIN_DIGITS = 8  # no plan has shorter subscriber numbers
_MAX_DIGITS = 15
_MAX_RUN_DIGITS = 36
_MIN_PARTIAL_DIGITS = 2
_MAX_FILLERS = 4


@dataclass(frozen=True, slots=True)
class PhoneFound:
    """A number in E.164 and where it was said."""

    e164: str
    span: Span


@dataclass(slots=True)
class _Run:
    """Groups of digits said one after the other, each with where it was said."""

    groups: list[tuple[str, Span]] = field(default_factory=list)

    def digits(self, first: int = 0, last: int | None = None) -> str:
        return "".join(digits for digits, _ in self.groups[first:last])

    def take_factor(self, end: int) -> tuple[int, bool, int] | None:
        """How often what follows counts (`deux fois 44`), and from where on.

        `30 fois 44` is what the recognizer makes of `trente-trois, quarante-quatre`.
        """
        digits, (start, _) = self.groups[-1] if self.groups else ("", (0, 0))
        if digits in {"2", "3"}:
            self.groups.pop()
            return int(digits), True, start
        if _TEN.fullmatch(digits):
            self.groups[-1] = (f"{digits[0]}3", (start, end))
        return None

    def span(self, first: int = 0, last: int | None = None) -> Span:
        chosen = self.groups[first:last]
        return chosen[0][1][0], chosen[-1][1][1]


def find_phone(utterance: Utterance, country: str) -> PhoneFound | None:
    """The first valid phone number said.

    Args:
        utterance: the sentence; spans already used are skipped.
        country: ISO 3166 code that national numbers are read in.
    """
    for run in _runs(utterance.mask()):
        if len(run.digits()) > _MAX_RUN_DIGITS:
            continue
        for first, last in _windows(run, trunk=_has_trunk_zero(country)):
            e164 = parse_phone(run.digits(first, last), country)
            if e164:
                return PhoneFound(e164, run.span(first, last))
    for run in _runs(utterance.mask()):
        e164 = _like_a_mobile(run.digits(), country)
        if e164:
            return PhoneFound(e164, run.span())
    return None


def amend_phone(known: str, utterance: Utterance, country: str) -> PhoneFound | None:
    """A known number with the few digits corrected (`non, 57 à la fin`, `pas 56, 57`).

    Args:
        known: the number heard before, in E.164.
        utterance: what was said of it.
        country: ISO 3166 code that national numbers are read in.

    Returns:
        The number as it should be, or None when the sentence does not say so.
    """
    national = re.sub(r"\D", "", speak_phone(known))
    folded = utterance.mask()
    few = r"\d(?:[\s-]?\d){0,3}(?!\d)"
    swaps = (
        rf"(?:{{words}})\W+(?P<old>{few})\D{{1,20}}?(?P<new>{few})",
        rf"(?P<new>{few})\W+(?:and\W+)?(?:{{words}})\W+(?P<old>{few})",
    )
    for template in swaps:
        match = _pattern("phone_not", template).search(folded)
        old, new = (re.sub(r"\D", "", match[key]) for key in ("old", "new")) if match else ("", "")
        if match is None or len(old) != len(new) or len(old) < _FEWEST_DIGITS:
            continue  # "nine instead of eight" is an hour
        before, said, after = national.rpartition(old)
        e164 = _insisted(before + new + after, country) if said else None
        if e164:
            return PhoneFound(e164, match.span())
    some = r"\d(?:[\s-]?\d){0,5}(?!\d)"
    at_either = rf"(?:{{words}})\W+(?P<new>{some})|(?P<few>{some})\W+(?:{{words}})"
    for words, ends in (("phone_end", True), ("phone_start", False)):
        match = _pattern(words, at_either).search(folded)
        if match is None:
            continue
        said = re.sub(r"\D", "", match["new"] or match["few"])
        digits = national[: -len(said)] + said if ends else said + national[len(said) :]
        e164 = _insisted(digits, country)
        if e164:
            return PhoneFound(e164, match.span())
    return None


def parse_phone(text: str, country: str, *, insisted: bool = False) -> str | None:
    """A number in E.164, or None when it is not one.

    Args:
        text: the digits, grouped in any way.
        country: ISO 3166 code that national numbers are read in.
        insisted: said twice: a number of the right length is then enough.
    """
    digits = re.sub(r"[^\d+]", "", text)
    if not _MIN_DIGITS <= len(digits.lstrip("+")) <= _MAX_DIGITS + 2:
        return None
    import phonenumbers

    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) and not (
        insisted and phonenumbers.is_possible_number(number)
    ):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def loose_digits(utterance: Utterance) -> tuple[str, Span] | None:
    """The digits of a number that was cut short, with where they were said."""
    for run in _runs(utterance.mask()):
        digits = run.digits()[:_MAX_RUN_DIGITS]
        if len(digits) >= _MIN_PARTIAL_DIGITS:
            return digits, run.span()
    return None


def speak_phone(e164: str) -> str:
    """The number as one reads it aloud at home: in pairs for France."""
    import phonenumbers

    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def _like_a_mobile(digits: str, country: str) -> str | None:
    """A number that no operator has yet, though it is shaped as mobiles are (`07700 900123`)."""
    import phonenumbers

    usual = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    if usual is None or not _has_trunk_zero(country) or len(digits) > _MAX_DIGITS:
        return None
    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None
    said, shape = str(number.national_number), str(usual.national_number)
    same = len(said) == len(shape) and said[0] == shape[0]
    ours = number.country_code == usual.country_code
    return _insisted(digits, country) if same and ours else None


def _insisted(digits: str, country: str) -> str | None:
    return parse_phone(digits, country, insisted=True)


@lru_cache
def _has_trunk_zero(country: str) -> bool:
    import phonenumbers

    return phonenumbers.ndd_prefix_for_region(country, strip_non_digits=True) == "0"


def _windows(run: _Run, *, trunk: bool) -> Iterator[tuple[int, int]]:
    """The groups a number may be made of: first what follows a false start (`06, euh, 06 12…`).

    Args:
        run: what was said in a row.
        trunk: whether national numbers begin with a zero, so that one inside the run does.
    """
    count = len(run.groups)
    for first in range(1, count):
        said = run.digits(0, first)
        if len(said) < _MIN_DIGITS and run.digits(first).startswith(said):
            for last in range(count, first, -1):
                yield first, last
    for first in range(count):
        if first and trunk and run.groups[first][0][0] not in "+0":
            continue
        for last in range(count, first, -1):
            if len(run.digits(first, last)) >= _MIN_DIGITS:
                yield first, last


def _runs(folded: str) -> Iterator[_Run]:
    """Digits in a row, whatever was said between them that does not end a number."""
    run, at, fillers, corrected = _Run(), 0, 0, False
    times, whole, start = 1, False, -1
    for match in _tokens().finditer(folded):
        kind, said = match.lastgroup, match.group()
        gap = folded[at : match.start()]
        near = _GAP.fullmatch(gap) is not None
        near = near and not (":" in gap and len(run.digits()) < _MIN_DIGITS and kind != "digits")
        near = near and not (": " in gap and len(run.digits()) < _MIN_DIGITS)
        if run.groups and (not near or fillers > _MAX_FILLERS):
            yield run
            run, times, whole, start, fillers, corrected = _Run(), 1, False, -1, 0, False
        if kind in {"digits", "zero", "six"}:
            digits = {"zero": "0", "six": "6"}.get(kind, said)
            digits = digits * times if whole else digits[:1] * (times - 1) + digits
            if corrected and len(run.digits()) > len(digits):
                run = _corrected(run, digits, folded[match.end() :])
            run.groups.append((digits, (match.start() if start < 0 else start, match.end())))
            times, whole, start, fillers, corrected = 1, False, -1, 0, False
        elif kind == "plus":
            run.groups.append(("+", match.span()))
        elif kind == "double":
            times, start = _multiple(said), match.start()
        elif kind == "times" and (factor := run.take_factor(match.end())):
            times, whole, start = factor
        elif kind == "no":
            corrected = True
        fillers += kind not in {"digits", "zero", "six"}
        at = match.end()
    if run.groups:
        yield run


def _corrected(run: _Run, digits: str, rest: str) -> _Run:
    """What is kept of a number when other digits are said instead of its last ones."""
    ahead = re.sub(r"\D", "", _AHEAD.match(rest).group())  # type: ignore[union-attr]
    if len(digits) + len(ahead) >= _MIN_DIGITS:
        return _Run()  # the whole number is said again
    one_by_one = re.match(r"(?:\s\d(?!\d))*", rest)
    breath = digits + re.sub(r"\D", "", one_by_one.group() if one_by_one else "")
    for said in (breath, digits):  # "9 1 4, sorry, 9 1 5": the three of them
        kept, removed = list(run.groups), 0
        while kept and removed < len(said):
            removed += len(kept.pop()[0])
        if removed == len(said) and (said == digits or len(digits) == 1):
            return _Run(kept)
    return run


def _multiple(word: str) -> int:
    """How many times the next digit counts (`double`, `triple`)."""
    triple = {item for locale in LANGUAGES for item in lexicon(locale).words["phone_triple"]}
    return 3 if word in triple else 2


@lru_cache
def _tokens() -> re.Pattern[str]:
    kinds = [
        ("no", ("phone_no",)),
        ("double", ("phone_double", "phone_triple")),
        ("times", ("phone_times",)),
        ("zero", ("phone_zero",)),
        ("six", ("phone_six",)),
        ("plus", ("phone_plus",)),
        ("filler", ("phone_filler",)),
    ]
    after = {"six": r"(?<=[0o]\s)"}  # "zéro ci"
    words = [
        rf"(?P<{kind}>{after.get(kind, '')}(?<!\w)(?:{_either(*lists)})(?!\w))"
        for kind, lists in kinds
    ]
    return re.compile("|".join([r"(?P<digits>(?<!\w)\+?\d+(?!\w))", *words]))


def _pattern(words: str, template: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + template.replace("{words}", _either(words)) + ")")


@lru_cache
def _either(*lists: str) -> str:
    """Words of all our languages: a number is dictated in the same way in each."""
    found = {word for name in lists for one in LANGUAGES for word in lexicon(one).words[name]}
    return "|".join(re.escape(word) for word in sorted(found, key=lambda word: (-len(word), word)))
