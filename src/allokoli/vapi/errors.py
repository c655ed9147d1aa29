"""What can go wrong on the wire, as errors a person can act on.

Two of them matter to whoever must leave nothing orphaned: `Unreachable` was certainly not carried
out, `Uncertain` may have been.
"""

from typing import Any

from allokoli.core.errors import (
    AlloKoliError,
    Conflict,
    InvalidInput,
    NotFound,
    TooMany,
    VoicePlatformFailed,
)
from allokoli.core.i18n import mark

_SERVER_ERROR = 500
_LONGEST_DETAIL = 300


class Unreachable(VoicePlatformFailed):
    """The platform could not be reached: nothing was carried out."""

    code = "voice_platform_unreachable"


class Uncertain(VoicePlatformFailed):
    """The platform failed or stopped answering: the request may have been carried out."""

    code = "voice_platform_uncertain"


class KeyRefused(VoicePlatformFailed):
    """The platform refuses the organization's key."""

    code = "voice_platform_key_refused"


def unreachable() -> Unreachable:
    """Nobody answers at the platform's address."""
    return Unreachable(mark("La plateforme vocale est injoignable. Réessayez dans un instant."))


def timed_out() -> Uncertain:
    """No answer in time."""
    return Uncertain(mark("La plateforme vocale met trop de temps à répondre. Réessayez."))


def nonsense() -> Uncertain:
    """An answer that is not what the contract says."""
    return Uncertain(mark("La plateforme vocale a donné une réponse incompréhensible. Réessayez."))


def refused(status: int, body: Any) -> AlloKoliError:
    """The error for an answer that is not a success.

    Args:
        status: HTTP status.
        body: the answer, JSON or text; only its `message` is kept, as a detail.
    """
    details = {"platform_status": status, "platform_message": _sentence(body)}
    if status in {401, 403}:
        return KeyRefused(mark("La plateforme vocale refuse la clé de votre organisation."))
    if status == NotFound.status:
        return NotFound("La plateforme vocale ne connaît pas cet élément.")
    if status == Conflict.status:
        return Conflict(
            "La plateforme vocale refuse ce changement pour l’instant.", details=details
        )
    if status == TooMany.status:
        return TooMany("La plateforme vocale est saturée. Réessayez dans un instant.")
    if status >= _SERVER_ERROR:
        return Uncertain(mark("La plateforme vocale est en panne. Réessayez dans un instant."))
    return InvalidInput("La plateforme vocale refuse ces réglages.", details=details)


def _sentence(body: Any) -> list[str]:
    message = body.get("message") if isinstance(body, dict) else body
    parts = message if isinstance(message, list) else [message]
    return [str(part)[:_LONGEST_DETAIL] for part in parts[:20] if part]
