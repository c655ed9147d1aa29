"""`POST /assistant/background-sound/validate`: does an address answer with sound?"""

import asyncio
from typing import Any

import httpx
from fastapi import APIRouter, Request

from allokoli.core import outbound
from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.validation.shapes import Field, check

_TIMEOUT_S = 5.0
_MAX_REDIRECTS = 3
_REDIRECT = 300
_MAX_URL = 2_048
_MEDIA = ("audio/", "video/")
# What plain file servers say of sound; the first bytes then decide.
_VAGUE = frozenset({"application/octet-stream", "binary/octet-stream", "application/ogg", ""})
_SIGNATURES = (
    b"ID3",
    b"RIFF",
    b"OggS",
    b"fLaC",
    b"\xff\xfb",
    b"\xff\xf3",
    b"\xff\xf2",
    b"\xff\xf1",
)
_HEAD_BYTES = 16

router = APIRouter(tags=["assistant"])


@router.post("/assistant/background-sound/validate", status_code=201)
async def validate(_caller: Private, request: Request) -> dict[str, Any]:
    body = await json_object(request)
    problems = check({"url": Field(str, required=True)}, body, "")
    if not problems and len(body["url"]) > _MAX_URL:
        problems = [f"url must be shorter than or equal to {_MAX_URL} characters"]
    if problems:
        raise Invalid(problems)
    try:
        async with asyncio.timeout(_TIMEOUT_S), outbound.client(timeout_s=_TIMEOUT_S) as client:
            return await _verdict(client, body["url"])
    except outbound.RefusedAddress:
        return _not("blocked-address")
    except (TimeoutError, httpx.TimeoutException):
        return _not("timeout")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError):
        return _not("invalid-url")
    except httpx.HTTPError:
        return _not("unreachable")


async def _verdict(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    url = httpx.URL(address)
    for _ in range(_MAX_REDIRECTS + 1):
        if url.scheme not in {"http", "https"} or not url.host:
            return _not("invalid-url")
        asked = client.stream("GET", url, headers={"range": f"bytes=0-{_HEAD_BYTES - 1}"})
        async with asked as response:
            if response.has_redirect_location:
                url = url.join(response.headers["location"])
                continue
            return await _judged(response)
    return _not("too-many-redirects")


async def _judged(response: httpx.Response) -> dict[str, Any]:
    content_type = response.headers.get("content-type", "")[:200]
    seen = {"status": response.status_code, "contentType": content_type}
    if response.status_code >= _REDIRECT:
        return _not("http-error") | seen
    media = content_type.split(";")[0].strip().lower()
    if media.startswith(_MEDIA):
        return {"valid": True} | seen
    if media in _VAGUE:
        head = b""
        async for piece in response.aiter_raw(_HEAD_BYTES):
            head = piece
            break
        if head.startswith(_SIGNATURES) or head[4:8] == b"ftyp":
            return {"valid": True} | seen
    return _not("not-audio") | seen


def _not(reason: str) -> dict[str, Any]:
    return {"valid": False, "reason": reason}
