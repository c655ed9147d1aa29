"""What calls leave to download, by signed link or private key: recordings in ranges, logs."""

import json
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from allokoli.core.byte_ranges import asked_range
from allokoli.core.database import session
from allokoli.core.errors import NotFound
from allokoli.core.identity import Identity
from allokoli.engine.api.auth import private_caller
from allokoli.engine.api.errors import EngineError, Missing
from allokoli.engine.api.resources import valid_id
from allokoli.engine.calls import links, recordings, repository
from allokoli.engine.calls.call_log import lines_of
from allokoli.engine.calls.recordings import Side
from allokoli.engine.calls.shown import logging_wanted

_LOG = "call-logs"

router = APIRouter(tags=["call"])


class NoArtifact(EngineError, NotFound):
    """The call left no such thing."""


@router.get("/call/{call_id}/{artifact}", response_class=Response)
async def download(
    call_id: str,
    artifact: str,
    request: Request,
) -> Response:
    """A side of the recording or the log; 404 for what this call did not leave (video, pcap)."""
    wanted = valid_id(call_id)
    token = request.query_params.get("token")
    if token is not None:
        purpose = links.LOG if artifact == _LOG else links.RECORDING
        identity = Identity("api_key", links.organization(token, purpose, wanted))
    else:
        identity = (await private_caller(request)).identity
    async with session(identity) as opened:
        call = await repository.find(opened, wanted)
        lines = await lines_of(opened, wanted) if artifact == _LOG else []
    if lines and logging_wanted(call):
        return _log(lines)
    side = _side(artifact)
    if side is None or call.recording_key is None:
        raise NoArtifact(f"This call has no {artifact[:40]}.")
    try:
        size = await recordings.size(call.recording_key, side)
    except NotFound:
        raise Missing("Recording of call", call_id) from None
    return _response(call.recording_key, side, size, request.headers.get("range"))


def _log(lines: list[dict[str, Any]]) -> Response:
    """One JSON object a line, oldest first."""
    text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    headers = {
        "content-disposition": 'attachment; filename="call-logs.jsonl"',
        "x-content-type-options": "nosniff",
    }
    return Response(text, headers=headers, media_type="application/x-ndjson")


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
    part = asked_range(asked, size)
    start, end = part or (0, size)
    if part:
        if start >= end:
            return Response(status_code=416, headers={"content-range": f"bytes */{size}"})
        headers["content-range"] = f"bytes {start}-{end - 1}/{size}"
    headers["content-length"] = str(end - start)
    return StreamingResponse(
        recordings.stream(key, side, start, end),
        206 if part else 200,
        headers=headers,
        media_type="audio/wav",
    )
