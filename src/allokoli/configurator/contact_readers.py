"""Where the owner wants to hear of calls, and whom a call is passed to."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from allokoli.configurator.owner_data import owner_data
from allokoli.dialogue.entities.emails import find_email
from allokoli.dialogue.entities.free_text import find_text
from allokoli.dialogue.entities.phones import find_phone, loose_digits, parse_phone
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Utterance

_LINK = re.compile(r"https?://[^\s,;<>\"']{3,480}")
_PLAIN_LINK = re.compile(r"(?<![\w@.])(?:www\.)?[\w-]+(?:\.[\w-]+)+/[^\s,;<>\"']+")
_GLUED = re.compile(r"(?<=[\u05d0-\u05ea])-(?=[A-Za-z0-9])")
"""Hebrew writes `to` onto an address."""
_MIN_DIGITS = 4
_MOST_WHEN = 200


@dataclass(slots=True)
class ContactRead:
    """What was understood of a contact.

    Attributes:
        value: the blueprint's part, with what was known before; None when nothing was said.
        problem: `bad_email` or `bad_phone`, with the words it is about.
    """

    value: dict[str, Any] | None = None
    problem: tuple[str, str] | None = None


def read_notify(
    text: str, locale: str, country: str, known: Mapping[str, Any] | None
) -> ContactRead:
    """An e-mail address, a number for text messages or a webhook, in any mixture.

    Args:
        text: what was said of notifications.
        locale: its language.
        country: where national numbers are read first; empty for the language's own.
        known: what was said before; one address of a kind replaces another.
    """
    heard = Utterance.of(_GLUED.sub(" ", text), locale)
    found: dict[str, Any] = {}
    link = _LINK.search(heard.text)
    if link:
        found["webhook"] = link.group().rstrip(".")
        heard.use(link.span())
    email = find_email(heard, locale)
    if email:
        found["email"] = email[0]
        heard.use(email[1])
    elif _means_email(heard, locale):
        return ContactRead(problem=("bad_email", ""))
    phone = _phone(heard, locale, country)
    if phone:
        found["phone"] = phone
    elif not found and (digits := loose_digits(heard)) and len(digits[0]) >= _MIN_DIGITS:
        return ContactRead(problem=("bad_phone", digits[0]))
    return ContactRead({**(known or {}), **found}) if found else ContactRead()


def read_escalation(
    text: str, locale: str, country: str, known: Mapping[str, Any] | None
) -> ContactRead:
    """The number a call is passed to, and when.

    Args:
        text: what was said of it.
        locale: its language.
        country: where national numbers are read first; empty for the language's own.
        known: what was said before.
    """
    heard = Utterance.of(text, locale)
    phone = _phone(heard, locale, country)
    digits = loose_digits(heard)
    if phone is None and digits and len(digits[0]) >= _MIN_DIGITS:
        return ContactRead(problem=("bad_phone", digits[0]))
    found = {"phone": phone} if phone else {}
    when = _when(heard, locale)
    if when and (phone or known):
        found["when"] = when
    return ContactRead({**(known or {}), **found}) if found else ContactRead()


def has_contact(text: str, locale: str) -> str | None:
    """`email`, `webhook` or `phone`, when a clause holds one that nothing introduces."""
    heard = Utterance.of(_GLUED.sub(" ", text), locale)
    if _LINK.search(heard.text):
        return "webhook"
    if find_email(heard, locale) or re.search(r"\w@\w", heard.raw):
        return "email"
    return "phone" if _phone(heard, locale, "") else None


def countries(locale: str, country: str) -> Iterable[str]:
    """Where a phone number is looked for, first the business's own country."""
    more = owner_data(locale)["languages"][locale].get("countries", ())
    return dict.fromkeys((*((country,) if country else ()), *more))


def _phone(heard: Utterance, locale: str, country: str) -> str | None:
    for rank, place in enumerate(countries(locale, country)):
        found = find_phone(heard, place)
        if found:
            heard.use(found.span)
            return found.e164
        digits = loose_digits(heard)
        # At home a number of the right length is enough: new ranges open every year.
        home = rank == 0 and digits is not None and digits[0].startswith("0")
        whole = parse_phone(digits[0], place, insisted=home) if digits else None
        if whole and digits:
            heard.use(digits[1])
            return whole
    digits = loose_digits(heard)
    if digits and digits[0].startswith("+"):
        return parse_phone(digits[0], country or "FR", insisted=True)
    return None


def _means_email(heard: Utterance, locale: str) -> bool:
    said = [word for word in lexicon(locale).words["email_at"] if len(word) > 2]  # noqa: PLR2004
    return "@" in heard.raw or find_phrase(said, heard.raw_folded) is not None


def _when(heard: Utterance, locale: str) -> str | None:
    topic = owner_data(locale)["topics"]["escalation"]
    for pattern in topic["when"]:
        found = find_text(heard, [pattern])
        if found is None:
            continue
        value = found[0]
        folded = Utterance.of(value, locale).raw_folded
        if any(phrase_pattern(phrase).match(folded) for phrase in topic["when_chat"]):
            continue  # `if you don't mind` is no occasion
        stops = [
            match.start()
            for phrase in topic["when_end"]
            if (match := phrase_pattern(phrase).search(folded, 1))  # `if I am away`
        ]
        digit = re.search(r"[+\d]", value)
        cut = min([*stops, digit.start() if digit else len(value), len(value)])
        value = value[:cut].strip(" ,.;:!?")
        if value and fold(value) not in topic["when_not"]:
            return str(pattern).replace("{value}", value).strip()[:_MOST_WHEN]
    return None
