"""Recordings: copied from the voice platform into our storage, then played from there."""

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from fastapi.responses import Response, StreamingResponse

from allokoli.core import storage
from allokoli.core.byte_ranges import asked_range
from allokoli.core.database import session
from allokoli.core.errors import NotFound, VoicePlatformFailed
from allokoli.core.identity import Identity
from allokoli.platform.calls import applying, service
from allokoli.platform.organizations import service as organizations
from allokoli.vapi.client import VoicePlatform
from allokoli.vapi.regions import Access
from allokoli.vapi.server_messages import mapping, text

_LARGEST_BYTES = 1_000_000_000
_TIMEOUT = httpx.Timeout(60, connect=5)
_TYPES = {".mp3": "audio/mpeg", ".wav": "audio/wav"}


async def fetch(identity: Identity, call_id: UUID) -> None:
    """Copy a call's recording, both sides, into our storage.

    The address is asked of the platform again rather than taken from a server message: it is fresh,
    and a forged message cannot make us read another address.

    Raises:
        AlloKoliError: the platform's failure; to be tried again.
    """
    async with session(identity) as opened:
        row = await service.row_of(opened, call_id)
        access = await organizations.voice_platform_access(opened, identity)
    if row.recording == "stored":
        return
    async with VoicePlatform(access) as platform:
        url = _address(await platform.get("call", row.platform_id), access)
    suffix = ".mp3" if urlsplit(url).path.endswith(".mp3") else ".wav"
    key = f"recordings/{row.org_id}/{row.id}{suffix}"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recording"
        await _download(url, file)
        await storage.put(key, file)
    async with session(identity) as opened:
        stored = await service.row_of(opened, call_id, lock=True)
        stored.recording, stored.recording_key = "stored", key
        await applying.tell(opened, stored, "recording")


async def note_failure(identity: Identity, call_id: UUID) -> None:
    """Show that the copy has not succeeded yet."""
    async with session(identity) as opened:
        row = await service.row_of(opened, call_id, lock=True)
        if row.recording != "stored":
            row.recording = "failed"
            await applying.tell(opened, row, "recording")


async def play(identity: Identity, call_id: UUID, wanted: str | None) -> Response:
    """A recording, or the part a player asks for (RFC 9110 §14).

    Args:
        identity: who listens.
        call_id: the call.
        wanted: the `Range` header; anything but a single range is answered with the whole.

    Raises:
        NotFound: no such call, or no recording of it.
    """
    async with session(identity) as opened:
        row = await service.row_of(opened, call_id)
    if row.recording_key is None:
        raise NotFound("Cet appel n’a pas d’enregistrement.")
    size = await storage.size(row.recording_key)
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "private, max-age=3600"}
    kind = _TYPES[Path(row.recording_key).suffix]
    part = asked_range(wanted, size)
    if part is None:
        headers["Content-Length"] = str(size)
        return StreamingResponse(storage.stream(row.recording_key), 200, headers, kind)
    start, end = part
    if start >= end:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    return StreamingResponse(storage.stream(row.recording_key, start, end), 206, headers, kind)


def _address(described: dict[str, Any], access: Access) -> str:
    artifact = mapping(described.get("artifact"))
    url = text(artifact.get("stereoRecordingUrl")) or text(artifact.get("recordingUrl"))
    if url is None:
        raise VoicePlatformFailed("L’enregistrement n’est pas encore disponible.")
    address = service.reachable(url, access)
    if not address.startswith((f"{access.base_url}/", "https://")):
        raise VoicePlatformFailed(
            "La plateforme vocale donne une adresse d’enregistrement refusée."
        )
    return address


async def _download(url: str, file: Path) -> None:
    received = 0
    try:
        async with (
            httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client,
            client.stream("GET", url) as response,
        ):
            response.raise_for_status()
            with file.open("wb") as copy:
                async for chunk in response.aiter_bytes():
                    received += len(chunk)
                    if received > _LARGEST_BYTES:
                        raise VoicePlatformFailed("L’enregistrement est trop volumineux.")
                    copy.write(chunk)
    except httpx.HTTPError as error:
        reason = type(error).__name__
        raise VoicePlatformFailed(
            "L’enregistrement n’a pas pu être copié.", details={"reason": reason}
        ) from None
