"""Posts a JSON body to a server, as its settings say, and reads what it answers."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from allokoli.core import outbound
from allokoli.engine.conversation.backoff import Backoff
from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.conversation.numbers import number_within
from allokoli.engine.credentials.service import find
from allokoli.engine.servers import authentication
from allokoli.engine.servers.connections import client, share
from allokoli.engine.servers.encryption import encrypted

_DEFAULT_TIMEOUT_S = 20.0
_MIN_TIMEOUT_S, _MAX_TIMEOUT_S = 1.0, 300.0
_MAX_ANSWER_BYTES = 1_000_000
_USER_AGENT = "AlloKoli"
# What no header of an owner's may change: how the request itself is framed.
_OURS = frozenset(
    {"host", "content-length", "content-type", "transfer-encoding", "connection", "upgrade", "te",
     "trailer", "expect", "accept-encoding"}
)  # fmt: skip
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]{0,8000}")
# Escapes that PostgreSQL cannot store, or that are half a character.
_UNSTORABLE = re.compile(r"\\u(0000|[dD][89abAB])")


async def ask(
    org_id: UUID, server: dict[str, Any], body: dict[str, Any], *, timeout_s: float | None = None
) -> Any:
    """Post a message whose answer is awaited.

    Args:
        org_id: whose server and credentials.
        server: Vapi's `server`: `url`, `timeoutSeconds` (1-300, 20 when unset), `headers`,
            `credentialId`, `backoffPlan`, `encryptedPaths`.
        body: sent as JSON.
        timeout_s: longest wait for everything, tries and pauses included, in seconds; each try
            is bounded by `timeoutSeconds` in any case.

    Returns:
        The JSON of a 2xx answer; None when it has no body.

    Raises:
        ServerFailed: there is no such answer; the sentence says why, without address or secret.
    """
    async with _bounded(timeout_s), share(org_id):
        _, answer = await _tried(org_id, server, body, wants_answer=True)
    return _json(answer)


async def deliver(
    org_id: UUID, server: dict[str, Any], body: dict[str, Any], *, timeout_s: float | None = None
) -> int:
    """Post a message and read nothing back.

    Args:
        org_id: whose server and credentials.
        server: as in `ask`.
        body: sent as JSON.
        timeout_s: as in `ask`.

    Returns:
        The status of the answer, the last one when the server's `backoffPlan` allows several tries.

    Raises:
        ServerFailed: there is none.
    """
    async with _bounded(timeout_s), share(org_id):
        status, _ = await _tried(org_id, server, body, wants_answer=False)
    return status


@contextlib.asynccontextmanager
async def _bounded(timeout_s: float | None) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except TimeoutError:
        raise ServerFailed(f"the server did not answer within {timeout_s:g} seconds") from None


@dataclass(frozen=True, slots=True)
class _Prepared:
    """All of a request that does not change from one try to the next."""

    org_id: UUID
    url: str
    content: bytes
    timeout_s: float
    headers: dict[str, str]
    credential: dict[str, Any] | None
    message_id: str


async def _tried(
    org_id: UUID, server: dict[str, Any], body: dict[str, Any], *, wants_answer: bool
) -> tuple[int, bytes]:
    request = await _prepared(org_id, server, body)
    backoff = Backoff.of(server.get("backoffPlan"))
    tries = 0
    while True:
        tries += 1
        try:
            status, answer = await _once(request, wants_answer=wants_answer)
        except ServerFailed:
            if not backoff.goes_on(tries):
                raise
        else:
            if httpx.codes.is_success(status):
                return status, answer
            if not backoff.goes_on(tries, status):
                if wants_answer:
                    raise ServerFailed(f"the server answered with status {status}")
                return status, answer
        await backoff.pause(tries)


async def _prepared(org_id: UUID, server: dict[str, Any], body: dict[str, Any]) -> _Prepared:
    url = server.get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise ServerFailed("the server has no address")
    credential = None
    if isinstance(credential_id := server.get("credentialId"), str):
        credential = await find(org_id, credential_id=credential_id)
        if credential is None:
            raise ServerFailed("the server's credential does not exist")
    paths = server.get("encryptedPaths")
    if isinstance(paths, list) and paths and credential is not None:
        body = encrypted(body, paths, credential.get("encryptionPlan"))
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str)
    return _Prepared(
        org_id=org_id,
        url=url,
        content=content.encode("utf-8", "replace"),
        timeout_s=number_within(
            server.get("timeoutSeconds"), _MIN_TIMEOUT_S, _MAX_TIMEOUT_S, _DEFAULT_TIMEOUT_S
        ),
        headers=_headers(server),
        credential=credential,
        message_id=authentication.new_message_id(),
    )


async def _once(request: _Prepared, *, wants_answer: bool) -> tuple[int, bytes]:
    status, answer = await _sent(request, wants_answer=wants_answer)
    if status == httpx.codes.UNAUTHORIZED and authentication.forget_token(
        request.org_id, request.credential
    ):
        # The token was refused before its time: a new one is worth one more try.
        status, answer = await _sent(request, wants_answer=wants_answer)
    return status, answer


async def _sent(request: _Prepared, *, wants_answer: bool) -> tuple[int, bytes]:
    try:
        async with asyncio.timeout(request.timeout_s):
            authenticated = await authentication.headers_of(
                request.org_id,
                request.credential,
                method="POST",
                url=request.url,
                body=request.content,
                message_id=request.message_id,
            )
            asked = client().build_request(
                "POST",
                request.url,
                content=request.content,
                headers={
                    "content-type": "application/json",
                    "user-agent": _USER_AGENT,
                    **_lowered(authenticated),
                    **request.headers,
                },
                timeout=httpx.Timeout(request.timeout_s, connect=min(request.timeout_s, 10.0)),
            )
            response = await client().send(asked, stream=True)
            try:
                if not wants_answer or not response.is_success:
                    return response.status_code, b""
                limit = _MAX_ANSWER_BYTES
                answer = await outbound.read(response, limit, timeout_s=request.timeout_s)
                return response.status_code, answer
            finally:
                await response.aclose()
    except (TimeoutError, httpx.TimeoutException):
        raise ServerFailed(
            f"the server did not answer within {request.timeout_s:g} seconds"
        ) from None
    except outbound.RefusedAddress:
        raise ServerFailed("the server's address is not one this installation sends to") from None
    except httpx.DecodingError:
        raise ServerFailed("the server's answer is too long or cannot be read") from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
        raise ServerFailed(f"the server cannot be reached ({type(error).__name__})") from None


def _headers(server: dict[str, Any]) -> dict[str, str]:
    given = server.get("headers")
    headers = dict(given) if isinstance(given, dict) else {}
    # The property by which servers were told apart before credentials.
    if isinstance(secret := server.get("secret"), str):
        headers = {"x-vapi-secret": secret, **headers}
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(str(name)) or not _HEADER_VALUE.fullmatch(str(value)):
            raise ServerFailed("a header of the server is not valid")
    return {
        name: value
        for name, value in _lowered(
            {str(name): str(value) for name, value in headers.items()}
        ).items()
        if name not in _OURS
    }


def _lowered(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _json(answer: bytes) -> Any:
    if not answer.strip():
        return None
    try:
        text = answer.decode()
        found = json.loads(text, parse_constant=_no_number)
        return _storable(found) if _UNSTORABLE.search(text) else found
    except (ValueError, RecursionError):
        raise ServerFailed("the server's answer is not JSON") from None


def _no_number(_constant: str) -> None:
    raise ValueError("NaN and infinities are no JSON")


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(one) for name, one in value.items()}
    return value
