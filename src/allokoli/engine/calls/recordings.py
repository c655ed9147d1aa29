"""Where recordings are, while a call runs and afterwards; and the sides of a stereo one."""

import asyncio
import os
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import numpy as np
import structlog

from allokoli.core import storage
from allokoli.core.settings import get_settings
from allokoli.engine.calls.models import Call
from allokoli.engine.calls.shown import recording_wanted

Side = Literal["mono", "stereo", "customer", "assistant"]
_HEADER_BYTES = 44
_FRAME_BYTES = 4
_SAMPLE_RATE = 16_000

_log = structlog.get_logger()


def running_path(call: Call) -> Path:
    """The file a running call is recorded to; the null device when none is wanted."""
    if not recording_wanted(call):
        return Path(os.devnull)
    return get_settings().recordings_dir / str(call.org_id) / f"{call.id}.wav"


async def keep(call: Call) -> str | None:
    """Put an ended call's recording into storage.

    Returns:
        Its key; None when nothing was recorded.
    """
    path = running_path(call)
    if not await asyncio.to_thread(path.is_file):
        return call.recording_key
    try:
        await asyncio.to_thread(_finish, path)
    except (OSError, ValueError) as error:
        _log.warning("recording_unusable", call=str(call.id), error=type(error).__name__)
        return None
    key = f"recordings/{call.org_id}/{call.id}.wav"
    await storage.put(key, path)
    return key


async def forget_running(call: Call) -> None:
    """Remove the file of a call whose recording is in storage."""
    if recording_wanted(call):
        await asyncio.to_thread(running_path(call).unlink, missing_ok=True)


async def size(key: str, side: Side) -> int:
    """Bytes of a recording, or of one side of it, as a WAV file."""
    whole = await storage.size(key)
    return whole if side == "stereo" else _HEADER_BYTES + (whole - _HEADER_BYTES) // 2


async def stream(key: str, side: Side, start: int, end: int) -> AsyncIterator[bytes]:
    """Part of a recording, or of one side of it, as a WAV file.

    Args:
        key: of the stereo recording: caller left, assistant right.
        side: what to hear; `mono` is both mixed.
        start: first byte of that WAV file.
        end: one past the last.
    """
    if side == "stereo":
        async for piece in storage.stream(key, start, end):
            yield piece
        return
    if start < _HEADER_BYTES:
        header = _mono_header(await size(key, side) - _HEADER_BYTES)
        yield header[start : min(end, _HEADER_BYTES)]
    first = max(start - _HEADER_BYTES, 0)
    last = max(end - _HEADER_BYTES, 0)
    if last <= first:
        return
    skipped, wanted = first % 2, last - first
    source = _HEADER_BYTES + first // 2 * _FRAME_BYTES
    until = _HEADER_BYTES + -(-last // 2) * _FRAME_BYTES
    rest = b""
    async for piece in storage.stream(key, source, until):
        frames = rest + piece
        whole = len(frames) // _FRAME_BYTES * _FRAME_BYTES
        rest = frames[whole:]
        mono = _one_channel(frames[:whole], side)[skipped:]
        skipped = 0
        yield mono[:wanted]
        wanted -= len(mono)


def _one_channel(frames: bytes, side: Side) -> bytes:
    both = np.frombuffer(frames, "<i2").reshape(-1, 2)
    if side == "customer":
        return bytes(both[:, 0].tobytes())
    if side == "assistant":
        return bytes(both[:, 1].tobytes())
    mixed = np.clip(both.astype(np.int32).sum(axis=1), -32_768, 32_767)
    return bytes(mixed.astype("<i2").tobytes())


def _finish(path: Path) -> None:
    """Make the header true: a killed process leaves it saying nothing was written."""
    whole = path.stat().st_size
    with path.open("r+b") as file:
        if whole <= _HEADER_BYTES or file.read(4) != b"RIFF":
            raise ValueError("empty, or not a recording")
        data_bytes = (whole - _HEADER_BYTES) // _FRAME_BYTES * _FRAME_BYTES
        file.truncate(_HEADER_BYTES + data_bytes)
        file.seek(4)
        file.write(struct.pack("<I", 36 + data_bytes))
        file.seek(40)
        file.write(struct.pack("<I", data_bytes))


def _mono_header(data_bytes: int) -> bytes:
    """A canonical WAV header: PCM, one channel, 16 bits, 16 kHz."""
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, 1),
        *(_SAMPLE_RATE, _SAMPLE_RATE * 2, 2, 16, b"data", data_bytes),
    )
