"""Phone numbers, however the digits were grouped."""

import re
from dataclasses import dataclass

from allokoli.dialogue.utterance import Span, Utterance

_DIGITS = re.compile(r"(?:\+|\b00)?\(?\d(?:[\s.,;/()-]{0,3}\d){1,17}")
_MIN_PARTIAL_DIGITS = 2


@dataclass(frozen=True, slots=True)
class PhoneFound:
    """A number in E.164 and where it was said."""

    e164: str
    span: Span


def find_phone(utterance: Utterance, country: str) -> PhoneFound | None:
    """The first valid phone number said.

    Args:
        utterance: the sentence; spans already used are skipped.
        country: ISO 3166 code that national numbers are read in.
    """
    for match in _DIGITS.finditer(utterance.mask()):
        groups = list(re.finditer(r"\+?\d+", match.group()))
        for first in range(len(groups)):
            for last in range(len(groups), first, -1):
                start, end = groups[first].start(), groups[last - 1].end()
                e164 = parse_phone(match.group()[start:end], country)
                if e164:
                    return PhoneFound(e164, (match.start() + start, match.start() + end))
    return None


def parse_phone(text: str, country: str, *, insisted: bool = False) -> str | None:
    """A number in E.164, or None when it is not one.

    Args:
        text: the digits, grouped in any way.
        country: ISO 3166 code that national numbers are read in.
        insisted: said twice: a number of the right length is then enough.
    """
    digits = re.sub(r"[^\d+]", "", text)
    if len(digits.lstrip("+")) < 8:  # noqa: PLR2004  (no plan has shorter subscriber numbers)
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
    match = _DIGITS.search(utterance.mask())
    if match is None:
        return None
    digits = re.sub(r"[^\d+]", "", match.group())
    return (digits, match.span()) if len(digits) >= _MIN_PARTIAL_DIGITS else None


def speak_phone(e164: str) -> str:
    """The number as one reads it aloud at home: in pairs for France."""
    import phonenumbers

    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
