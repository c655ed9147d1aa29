"""Errors as Vapi writes them: `{"message": …, "error": "Bad Request", "statusCode": 400}`."""

from http import HTTPStatus
from typing import Any

from fastapi import Request

from allokoli.core.errors import (
    AlloKoliError,
    BadRequest,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    TooMany,
    Unauthorized,
    Unavailable,
)

# What Vapi says in English, whatever language the rest of the product speaks.
_PLAIN = {
    401: "Unauthorized",
    404: "Not Found",
    413: "Request Entity Too Large",
    500: "Internal Server Error",
}


class EngineError(AlloKoliError):
    """Marks the errors whose sentence is already Vapi's."""


class Invalid(EngineError, BadRequest):
    """The request is not what the operation takes.

    Args:
        problems: one sentence each.
    """

    def __init__(self, problems: list[str] | str) -> None:
        self.problems = problems
        super().__init__(problems if isinstance(problems, str) else "; ".join(problems))


def refuse(problems: list[str]) -> None:
    """Let nothing pass that has a problem.

    Raises:
        Invalid: there is one.
    """
    if problems:
        raise Invalid(problems)


class Missing(EngineError, NotFound):
    """There is no such entity, or not in this organization: the two are told apart by nobody."""

    def __init__(self, title: str, entity_id: object) -> None:
        super().__init__(f"{title} with id {str(entity_id)[:80]} not found.")


class BadKey(EngineError, Unauthorized):
    """The bearer is missing, unknown, revoked or expired."""


class WrongKey(EngineError, Forbidden):
    """The key is good, but not for this."""


class Busy(EngineError, Conflict):
    """The entity is in a state that does not allow this."""


class Conflicting(EngineError, Conflict):
    """The entity is in use; Vapi says by what in a shape of its own.

    Args:
        body: what the wire says beside the status: `error`, `message` and more.
    """

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body
        super().__init__(str(body["message"]))


class OverConcurrency(EngineError, TooMany):
    """The organization has as many calls running as it may."""


def error_body(error: AlloKoliError, _request: Request) -> dict[str, Any]:
    """An error as Vapi's server writes it."""
    status = error.status
    if isinstance(error, Conflicting):
        return {**error.body, "statusCode": status}
    message: str | list[str]
    if isinstance(error, Invalid):
        message = error.problems
    elif isinstance(error, (EngineError, Unavailable)):
        message = error.message
    elif isinstance(error, InvalidInput) and isinstance(error.details, list):
        message = [f"{one['field']}: {one['message']}" for one in error.details]
        status = 400
    else:
        message = _PLAIN.get(status, HTTPStatus(status).phrase)
    return {"message": message, "error": HTTPStatus(status).phrase, "statusCode": status}
