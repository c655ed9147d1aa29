"""Recordings of calls, by signed link or private key, with ranges for players."""

import re

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from allokoli.core.database import session
from allokoli.core.errors import NotFound
from allokoli.core.identity import Identity
from allokoli.engine.api.auth import private_caller
from allokoli.engine.api.errors import EngineError, Missing
from allokoli.engine.api.resources import valid_id
from allokoli.engine.calls import links, recordings, repository
from allokoli.engine.calls.recordings import Side

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")

router = APIRouter(tags=["call"])


class NoArtifact(EngineError, NotFound):
    """The call left no such thing."""


@router.get("/call/{call_id}/{artifact}", response_class=Response)
async def download(
    call_id: str,
    artifact: str,
    request: Request,
) -> Response:
    """A side of the recording, or 404 for what this call did not leave (video, pcap, log)."""
    wanted = valid_id(call_id)
    token = request.query_params.get("token")
    if token is not None:
        identity = Identity("api_key", links.organization(token, links.RECORDING, wanted))
    else:
        identity = (await private_caller(request)).identity
    async with session(identity) as opened:
        call = await repository.find(opened, wanted)
    side = _side(artifact)
    if side is None or call.recording_key is None:
        raise NoArtifact(f"This call has no {artifact[:40]}.")
    try:
        size = await recordings.size(call.recording_key, side)
    except NotFound:
        raise Missing("Recording of call", call_id) from None
    return _response(call.recording_key, side, size, request.headers.get("range"))


def _side(artifact: str) -> Side | None:
    sides: dict[str, Side] = {
        "mono-recording": "mono",
        "stereo-recording": "stereo",
        "customer-recording": "customer",
        "assistant-recording": "assistant",
    }
    return sides.get(artifact)


def _response(key: str, side: Side, size: int, asked: str | None) -> Response:
    headers = {
        "accept-ranges": "bytes",
        "content-disposition": f'inline; filename="{side}.wav"',
        "cache-control": "private, max-age=86400",
        "x-content-type-options": "nosniff",
    }
    start, end, status = 0, size, 200
    if asked is not None and (found := _RANGE.fullmatch(asked.strip())) and asked != "bytes=-":
        first, last = found.groups()
        start = int(first) if first else max(size - int(last), 0)
        end = min(int(last) + 1, size) if first and last else size
        if start >= end:
            return Response(status_code=416, headers={"content-range": f"bytes */{size}"})
        status = 206
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    headers["content-length"] = str(end - start)
    return StreamingResponse(
        recordings.stream(key, side, start, end),
        status,
        headers=headers,
        media_type="audio/wav",
    )
