"""What the web process and the engine share as HTTP servers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from http import HTTPStatus
from time import perf_counter
from typing import Any
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from allokoli.core.errors import AlloKoliError, InvalidInput, NotFound, TooLarge
from allokoli.core.i18n import best_locale, translator
from allokoli.core.settings import get_settings

_log = structlog.get_logger()

_FORESEEN = (AlloKoliError, RequestValidationError, HTTPException, ClientDisconnect)
_DRAINED_BYTES = 64_000_000
_DRAINED_S = 2.0

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
ErrorBody = Callable[[AlloKoliError, Request], dict[str, Any]]
Answer = Callable[[Request, Exception], Awaitable[Response]]


def create_app(
    title: str,
    *,
    lifespan: Lifespan | None = None,
    error_body: ErrorBody | None = None,
    large_body_paths: tuple[str, ...] = (),
    body_limits: Mapping[str, int] | None = None,
    **options: Any,
) -> FastAPI:
    """A FastAPI application with request ids, bounded bodies, an access log and our errors.

    Args:
        title: of the OpenAPI document.
        lifespan: what to open at start and close at the end.
        error_body: how an error is written; our shape when None.
        large_body_paths: path prefixes whose routes bound their own bodies.
        body_limits: largest body of a path, in bytes, where it is not the setting's (uploads).
        options: passed to FastAPI.
    """
    app = FastAPI(title=title, lifespan=lifespan, **options)
    answer = _answer(error_body or our_error_body)
    app.add_exception_handler(AlloKoliError, answer)
    app.add_exception_handler(RequestValidationError, answer)
    app.add_exception_handler(HTTPException, answer)
    app.add_exception_handler(ClientDisconnect, answer)
    app.add_exception_handler(Exception, answer)
    app.add_middleware(
        BoundedBody, answer=answer, large_body_paths=large_body_paths, limits=body_limits or {}
    )
    app.add_middleware(RequestLog)
    app.add_api_route("/healthz", _health, include_in_schema=False)
    return app


def machine_of(request: HTTPConnection) -> str:
    """The network address somebody asks from, to bound what is asked from there."""
    return request.client.host if request.client else "unknown"


async def _health() -> dict[str, str]:
    return {"status": "ok"}


def our_error_body(error: AlloKoliError, request: Request) -> dict[str, Any]:
    """The one error shape of `/api/v1`."""
    return {
        "error": {
            "code": error.code,
            "message": translate_error(error, request),
            "details": error.details,
            "request_id": request.scope.get("request_id"),
        }
    }


def translate_error(error: AlloKoliError, request: Request) -> str:
    """The error's sentence in the language the request asks for."""
    locale = best_locale(request.headers.get("accept-language"), get_settings().default_locale)
    return translator(locale).gettext(error.message)


def as_our_error(error: Exception) -> AlloKoliError:
    """Any exception as one of ours; what is not foreseen says nothing of the inside."""
    if isinstance(error, AlloKoliError):
        return error
    if isinstance(error, RequestValidationError):
        details = [
            {
                "field": ".".join(str(part) for part in problem["loc"] if part != "body"),
                "message": problem["msg"],
                "type": problem["type"],
            }
            for problem in error.errors()[:50]
        ]
        return InvalidInput("Certaines informations ne sont pas valables.", details=details)
    if isinstance(error, ClientDisconnect):
        # Nobody reads this any more; it only keeps the log from calling it our failure.
        error = HTTPException(HTTPStatus.BAD_REQUEST)
    if isinstance(error, HTTPException):
        if error.status_code == NotFound.status:
            return NotFound("Cette page ou cette ressource n’existe pas.")
        if error.status_code == TooLarge.status:
            return TooLarge("Cet envoi est trop volumineux.", details=_limit())
        made = AlloKoliError(str(error.detail))
        made.status, made.code = error.status_code, f"http_{error.status_code}"
        return made
    return AlloKoliError("Une erreur inattendue est survenue. Réessayez dans un instant.")


def _answer(body: ErrorBody) -> Answer:
    async def answer(request: Request, error: Exception) -> Response:
        known = as_our_error(error)
        if not isinstance(error, _FORESEEN):
            _log.error("unexpected_error", error=type(error).__name__, exc_info=error)
        return JSONResponse(body(known, request), known.status)

    return answer


class RequestLog:
    """Gives each request an id and writes one line when it is answered: no query, no body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = scope["request_id"] = str(uuid4())
        started, status = perf_counter(), 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request_id.encode()),
                ]
            await send(message)

        try:
            await self.app(scope, receive, note)
        finally:
            route = getattr(scope.get("route"), "path", None)
            _log.info(
                "request",
                id=request_id,
                method=scope["method"],
                route=route or "-",
                status=status,
                ms=round((perf_counter() - started) * 1000),
            )


class BoundedBody:
    """Refuses bodies larger than their limit, whether or not their length was announced."""

    def __init__(
        self,
        app: ASGIApp,
        answer: Answer,
        large_body_paths: tuple[str, ...],
        limits: Mapping[str, int],
    ) -> None:
        self.app = app
        self.answer = answer
        self.large_body_paths = large_body_paths
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self.large_body_paths or ("\0",)):
            await self.app(scope, receive, send)
            return
        limit, seen = self.limits.get(scope["path"], get_settings().max_body_bytes), 0
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > limit:
            await _drain(receive)
            response = await self.answer(Request(scope), HTTPException(TooLarge.status))
            response.headers["connection"] = "close"
            await response(scope, receive, send)
            return

        async def count() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                # The one exception that FastAPI's body parser lets through as it is.
                raise HTTPException(TooLarge.status)
            return message

        await self.app(scope, count, send)


async def _drain(receive: Receive) -> None:
    """Read a refused body on, within bounds: a client still sending would see no answer."""
    read, more = 0, True
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAINED_S):
            while more and read < _DRAINED_BYTES:
                message = await receive()
                read += len(message.get("body", b""))
                more = message.get("more_body", False)


def _limit() -> dict[str, int]:
    return {"max_bytes": get_settings().max_body_bytes}
