"""The few sentences a caller hears from the telephone itself."""

from typing import Literal

import phonenumbers

_LOCALES = {"fr": "fr-FR", "en": "en-US", "he": "he-IL"}
_FRENCH = frozenset({"FR", "BE", "CH", "LU", "MC", "GP", "MQ", "GF", "RE", "YT", "SN", "CI", "MA",
                     "TN", "DZ"})  # fmt: skip

Phrase = Literal["nobody", "not_connected"]

_PHRASES: dict[Phrase, dict[str, str]] = {
    "nobody": {
        "fr": "Bonjour. Personne ne peut vous répondre à ce numéro pour le moment. Merci de "
        "rappeler plus tard.",
        "en": "Hello. Nobody can take your call at this number right now. Please call again later.",
        "he": "שלום. אין כרגע מענה במספר זה. אנא התקשרו שוב מאוחר יותר.",
    },
    "not_connected": {
        "fr": "Votre correspondant n’a pas pu être joint. Merci de rappeler plus tard.",
        "en": "The person you were being connected to could not be reached. Please call again "
        "later.",
        "he": "לא ניתן היה להשיג את הנמען. אנא התקשרו שוב מאוחר יותר.",
    },
}


def phrase(name: Phrase, language: str) -> str:
    """A sentence; in English when we have it in no such language."""
    known = _PHRASES[name]
    return known.get(language, known["en"])


def language_of(number: str) -> str:
    """The language to speak to callers of a number in, by its country: two letters."""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return "en"
    if region in _FRENCH:
        return "fr"
    return "he" if region == "IL" else "en"


def locale_of(language: str) -> str:
    """A language as Twilio's voices name it."""
    return _LOCALES.get(language, _LOCALES["en"])
