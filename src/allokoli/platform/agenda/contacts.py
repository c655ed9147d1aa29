"""Phone numbers and e-mail addresses as callers and owners give them."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email

_LONGEST = 40


def phone_of(given: str, country: str) -> str | None:
    """A phone number in E.164; None when it cannot be one.

    Args:
        given: as somebody wrote or said it.
        country: two letters, for numbers without an international prefix.
    """
    if len(given) > _LONGEST:
        return None
    try:
        number = phonenumbers.parse(given, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email_of(given: str) -> str | None:
    """An e-mail address in its usual form; None when its syntax is wrong."""
    try:
        return validate_email(given.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        return None
