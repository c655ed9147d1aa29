"""Requests that tools make to addresses of the owner's, or of the services they name."""

import asyncio
import json as json_text
from dataclasses import dataclass
from typing import Any

import httpx

from allokoli.core import outbound
from allokoli.engine.conversation.backstage import ServerFailed

_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: HTTP's.
        text: the body, undecodable bytes replaced.
        json: the body read as JSON; None when it is none.
        headers: lower case.
    """

    status: int
    text: str
    json: Any
    headers: dict[str, str]

    @property
    def succeeded(self) -> bool:
        """Whether its status is a 2xx; redirections are not followed."""
        return httpx.codes.is_success(self.status)


async def exchange(
    method: str,
    url: str,
    *,
    headers: dict[str, str] | None = None,
    json: Any = None,
    form: dict[str, str] | None = None,
    params: dict[str, str] | None = None,
    auth: tuple[str, str] | None = None,
    timeout_s: float = 20.0,
    trusted: bool = False,
) -> Answer:
    """Ask once.

    Args:
        method: HTTP's.
        url: where; must be http or https.
        headers: further headers.
        json: body, sent as JSON when not None.
        form: body, sent as a form when not None.
        params: of the query.
        auth: user and password.
        timeout_s: longest wait, in seconds.
        trusted: whether the installation's operator named the address, which may be private then.

    Raises:
        ServerFailed: nothing usable came back in time.
    """
    try:
        async with asyncio.timeout(timeout_s), _client(timeout_s, trusted=trusted) as client:
            request = client.build_request(
                method, url, headers=headers, json=json, data=form, params=params
            )
            response = await client.send(
                request, stream=True, auth=httpx.BasicAuth(*auth) if auth else None
            )
            try:
                body = await outbound.read(response, _MAX_BYTES, timeout_s=timeout_s)
            finally:
                await response.aclose()
    except TimeoutError:
        raise ServerFailed(f"no answer within {timeout_s:g} seconds") from None
    except outbound.RefusedAddress:
        raise ServerFailed("its address is not one this installation sends to") from None
    except httpx.HTTPError as error:
        raise ServerFailed(_REASONS.get(type(error).__name__, "it could not be reached")) from None
    except (httpx.InvalidURL, ValueError, TypeError, UnicodeError):
        raise ServerFailed("its address or headers are not valid") from None
    text = body.decode("utf-8", "replace")
    try:
        read = json_text.loads(text)
    except (ValueError, RecursionError):
        read = None
    return Answer(response.status_code, text, read, dict(response.headers))


def _client(timeout_s: float, *, trusted: bool) -> httpx.AsyncClient:
    if trusted:
        return httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=False)
    return outbound.client(timeout_s=timeout_s)


_REASONS = {
    "DecodingError": "its answer is too long or cannot be read",
    "ReadTimeout": "no answer in time",
    "ConnectTimeout": "no connection in time",
    "RemoteProtocolError": "it does not speak HTTP",
    "UnsupportedProtocol": "its address is not http or https",
}
