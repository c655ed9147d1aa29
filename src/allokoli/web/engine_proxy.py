"""`/engine/*`: the built-in voice engine, reached through the web address.

Bodies stream both ways, so server-sent events arrive as they are sent. Errors of the passage itself
are written in the engine's own shape, since its clients are Vapi's.
"""

from collections.abc import AsyncIterator
from http import HTTPStatus

import httpx
import structlog
from fastapi import APIRouter, Request
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response, StreamingResponse

from allokoli.core.http import machine_of
from allokoli.core.settings import get_settings

_log = structlog.get_logger()
router = APIRouter(include_in_schema=False)

PREFIX = "/engine"
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# A live stream may be quiet; the engine sends a comment at least every 15 s.
_TIMEOUT = httpx.Timeout(connect=5, read=90, write=30, pool=5)
_LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=20)

_UPLOADS = {"file", "file/upload"}
# What a form adds to the file it carries.
_FORM_BYTES = 32_000

# RFC 9110 §7.6.1, and what only concerns one side of the passage.
_HOP_BY_HOP = {
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization",
    b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade",
}  # fmt: skip
_NOT_SENT = _HOP_BY_HOP | {b"host", b"cookie", b"x-forwarded-for"}
_NOT_RETURNED = _HOP_BY_HOP | {b"set-cookie", b"server", b"date", b"x-request-id"}


def open_client() -> httpx.AsyncClient:
    """The connections to the engine; opened once for the life of the web process."""
    return httpx.AsyncClient(
        base_url=get_settings().engine_internal_url,
        timeout=_TIMEOUT,
        limits=_LIMITS,
        follow_redirects=False,
        trust_env=False,
    )


@router.api_route(PREFIX + "/{path:path}", methods=_METHODS)
async def pass_on(request: Request, path: str) -> Response:
    """Hand a request to the engine and stream its answer back."""
    limit = _limit(request.method, path)
    if _announced_bytes(request) > limit:
        return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request entity too large")
    client: httpx.AsyncClient = request.app.state.engine
    try:
        outgoing = client.build_request(
            request.method,
            httpx.URL("/").copy_with(raw_path=_target(request, path)),
            headers=request_headers(request),
            content=_bounded(request, limit) if _has_body(request) else None,
        )
    except (httpx.InvalidURL, UnicodeError):
        return refusal(HTTPStatus.BAD_REQUEST, "The address is not valid")
    try:
        answer = await client.send(outgoing, stream=True)
    except BodyTooLargeError:
        return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request entity too large")
    except httpx.TimeoutException:
        return refusal(HTTPStatus.GATEWAY_TIMEOUT, "The voice engine did not answer in time")
    except httpx.HTTPError as error:
        _log.warning("engine_unreachable", error=type(error).__name__)
        return refusal(HTTPStatus.BAD_GATEWAY, "The voice engine is not running")
    response = StreamingResponse(_body(answer), answer.status_code)
    response.raw_headers = _kept(answer.headers.raw, _NOT_RETURNED)
    return response


def quoted_path(request: HTTPConnection, path: str) -> str:
    """The path below the prefix as it was sent: unquoted, it may hold what no address can."""
    raw = request.scope.get("raw_path")
    if isinstance(raw, bytes):
        return raw.split(b"?")[0].decode("latin-1").removeprefix(PREFIX)
    return f"/{path}"


def _target(request: Request, path: str) -> bytes:
    query: bytes = request.scope["query_string"]
    target = quoted_path(request, path).encode("latin-1")
    return target + (b"?" + query if query else b"")


def _limit(method: str, path: str) -> int:
    settings = get_settings()
    if method == "POST" and path.rstrip("/") in _UPLOADS:
        return settings.max_file_bytes + _FORM_BYTES
    return settings.max_body_bytes


class BodyTooLargeError(Exception):
    """A body of unannounced length went over the limit."""


async def _bounded(request: Request, limit: int) -> AsyncIterator[bytes]:
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > limit:
            raise BodyTooLargeError
        yield chunk


async def _body(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()


def _announced_bytes(request: Request) -> int:
    announced = request.headers.get("content-length", "0")
    return int(announced) if announced.isdigit() else 0


def _has_body(request: Request) -> bool:
    return _announced_bytes(request) > 0 or "transfer-encoding" in request.headers


def request_headers(request: HTTPConnection) -> list[tuple[bytes, bytes]]:
    """What the engine is told of a request, and of who sent it."""
    headers = _kept(request.headers.raw, _NOT_SENT)
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop]
    caller = machine_of(request)
    # A trusted balancer in front has already put the caller last.
    hops += [caller] if hops[-1:] != [caller] else []
    forwarded = {
        "x-forwarded-for": ", ".join(hops),
        "x-forwarded-proto": request.url.scheme.replace("ws", "http", 1),
        "x-forwarded-host": request.headers.get("host", ""),
        "x-forwarded-prefix": PREFIX,
    }
    return headers + [(name.encode(), value.encode()) for name, value in forwarded.items()]


def _kept(headers: list[tuple[bytes, bytes]], dropped: set[bytes]) -> list[tuple[bytes, bytes]]:
    lowered = [(name.lower(), value) for name, value in headers]
    named = {
        token.strip().lower()
        for name, value in lowered
        if name == b"connection"
        for token in value.split(b",")
    }
    return [(name, value) for name, value in lowered if name not in dropped | named]


def refusal(status: HTTPStatus, message: str) -> JSONResponse:
    """An error of the passage, in the engine's own shape."""
    phrase = "Payload Too Large" if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else status.phrase
    return JSONResponse(
        {"message": message, "error": phrase, "statusCode": status.value}, status.value
    )
