"""E-mail addresses, written or dictated (`marie point dupont arobase exemple point fr`)."""

import re

from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.utterance import Span, Utterance

_WRITTEN = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def find_email(utterance: Utterance, locale: str) -> tuple[str, Span] | None:
    """The first valid address said, in lower case.

    Args:
        utterance: the sentence.
        locale: the language it was dictated in.
    """
    written = _WRITTEN.search(utterance.mask())
    if written:
        address = parse_email(written.group().rstrip("."))
        return (address, written.span()) if address else None
    return _dictated(utterance, locale)


def parse_email(text: str) -> str | None:
    """The address if its syntax is right, else None."""
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


def _dictated(utterance: Utterance, locale: str) -> tuple[str, Span] | None:
    words = lexicon(locale).words
    signs = [
        (words["email_underscore"], "_"),
        (words["email_at"], "@"),
        (words["email_dot"], "."),
        (words["email_dash"], "-"),
    ]
    folded = utterance.mask()
    at = "|".join(re.escape(word) for word in words["email_at"])
    middle = re.search(rf"\s(?:{at})\s", folded)
    if middle is None:
        return None
    word = r"[\w.+-]+"
    joints = "|".join(
        re.escape(sign_word) for group, sign in signs if sign != "@" for sign_word in group
    )
    before = re.search(rf"(?:{word}\s(?:{joints})\s)*{word}$", folded[: middle.start()])
    after = re.match(rf"{word}(?:\s?(?:{joints}|\.)\s?{word})*", folded[middle.end() :])
    if before is None or after is None:
        return None
    spoken = f"{before.group()} {middle.group().strip()} {after.group()}"
    for group, sign in signs:
        for word in group:
            spoken = re.sub(rf"\s+{re.escape(word)}\s+", sign, f" {spoken} ").strip()
    address = parse_email(spoken.replace(" ", "").strip("."))
    span = before.start(), middle.end() + after.end()
    return (address, span) if address else None
