"""One hierarchy of errors, each with the status and the stable code an API client sees.

The message is a sentence the person can act on. It never holds a key, a token or a caller's words.
"""

from typing import Any


class AlloKoliError(Exception):
    """Base of every error people may see.

    Args:
        message: a sentence the person can act on.
        details: structured facts for API clients, e.g. the offending fields.
    """

    status = 500
    code = "internal_error"

    def __init__(self, message: str, *, details: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class BadRequest(AlloKoliError):
    status = 400
    code = "bad_request"


class Unauthorized(AlloKoliError):
    status = 401
    code = "unauthorized"


class Forbidden(AlloKoliError):
    status = 403
    code = "forbidden"


class NotFound(AlloKoliError):
    status = 404
    code = "not_found"


class Conflict(AlloKoliError):
    status = 409
    code = "conflict"


class TooLarge(AlloKoliError):
    status = 413
    code = "too_large"


class InvalidInput(AlloKoliError):
    status = 422
    code = "invalid_input"


class TooMany(AlloKoliError):
    status = 429
    code = "too_many_requests"


class VoicePlatformFailed(AlloKoliError):
    """The voice platform refused, timed out or answered nonsense."""

    status = 502
    code = "voice_platform_failed"


class Unavailable(AlloKoliError):
    status = 503
    code = "unavailable"


class BadSetting(AlloKoliError):
    """The operator must change a setting or the machine; told in one sentence at start."""

    status = 500
    code = "bad_setting"
