"""Errors as pages for people, as JSON for programs."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from allokoli.core.errors import AlloKoliError, Unauthorized
from allokoli.core.http import as_our_error, our_error_body
from allokoli.web.templating import gettext, locale_of, render

_log = structlog.get_logger()
_FOR_PROGRAMS = ("/api/", "/engine/", "/static/")
_PAGE_MISSING = 404


def install(app: FastAPI) -> None:
    """Answer every error of the application."""
    for kind in (AlloKoliError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answer)


async def answer(request: Request, error: Exception) -> Response:
    """Tell what went wrong, in the form the asker reads."""
    known = as_our_error(error)
    if not isinstance(error, (AlloKoliError, RequestValidationError, HTTPException)):
        _log.error("unexpected_error", error=type(error).__name__, exc_info=error)
    if request.url.path.startswith(_FOR_PROGRAMS):
        return JSONResponse(our_error_body(known, request), known.status)
    if isinstance(known, Unauthorized):
        return _to_login(request)
    locale = locale_of(request)
    return render(
        request,
        "error.html",
        status=known.status,
        missing=known.status == _PAGE_MISSING,
        sentence=gettext(locale, known.message),
        request_id=request.scope.get("request_id"),
    )


def _to_login(request: Request) -> Response:
    """Ask people to sign in, then bring them back where they were."""
    back = request.url.path if request.method == "GET" else ""
    login = f"/{locale_of(request)}/login?next={back}"
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"hx-redirect": login.partition("?")[0]})
    return RedirectResponse(login, 303)
