"""Where recordings are, while a call runs and afterwards; and the sides of a stereo one."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import numpy as np
import structlog

from allokoli.core import storage
from allokoli.core.settings import get_settings
from allokoli.engine.calls.models import Call
from allokoli.engine.calls.shown import recording_wanted
from allokoli.engine.wav import FRAME_BYTES, HEADER_BYTES, finish_recording, header

Side = Literal["mono", "stereo", "customer", "assistant"]

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
        seconds = await asyncio.to_thread(finish_recording, path)
    except (OSError, ValueError) as error:
        _log.warning("recording_unusable", call=str(call.id), error=type(error).__name__)
        return None
    if not seconds:
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
    return whole if side == "stereo" else HEADER_BYTES + (whole - HEADER_BYTES) // 2


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
    if start < HEADER_BYTES:
        head = header(await size(key, side) - HEADER_BYTES, channels=1)
        yield head[start : min(end, HEADER_BYTES)]
    first = max(start - HEADER_BYTES, 0)
    last = max(end - HEADER_BYTES, 0)
    if last <= first:
        return
    skipped, wanted = first % 2, last - first
    source = HEADER_BYTES + first // 2 * FRAME_BYTES
    until = HEADER_BYTES + -(-last // 2) * FRAME_BYTES
    rest = b""
    async for piece in storage.stream(key, source, until):
        frames = rest + piece
        whole = len(frames) // FRAME_BYTES * FRAME_BYTES
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
