"""Recordings of calls, by signed link or private key, with ranges for players."""

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
from allokoli.engine.calls.recordings import Side

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
