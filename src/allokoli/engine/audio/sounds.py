"""Sound files that an assistant names by their address."""

import asyncio
import io
import re

import httpx
import structlog

from allokoli.core import outbound
from allokoli.engine.speech.voice import SAMPLE_RATE

_ADDRESS = re.compile(r"https?://\S+\Z", re.IGNORECASE)
_FETCH_S = 10.0
_MAX_BYTES = 10_000_000
_MAX_S = 600

_log = structlog.get_logger(__name__)


def is_address(text: str) -> bool:
    """Whether words to say are the address of a sound to play instead."""
    return bool(_ADDRESS.match(text.strip()))


async def fetched(address: str) -> bytes:
    """The sound at an address: 16-bit mono at 16 kHz; empty when it cannot be had.

    Args:
        address: http or https; a WAV, MP3, OGG or FLAC file of at most 10 MB.
    """
    try:
        async with asyncio.timeout(_FETCH_S):
            async with (
                outbound.client(timeout_s=_FETCH_S) as client,
                client.stream("GET", address.strip()) as response,
            ):
                response.raise_for_status()
                data = await outbound.read(response, _MAX_BYTES)
            return await asyncio.to_thread(decoded, data)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, OSError) as error:
        _log.warning("sound_not_played", error=type(error).__name__)
        return b""


def decoded(data: bytes) -> bytes:
    """A sound file's samples: 16-bit mono at 16 kHz, of at most ten minutes.

    Raises:
        ValueError: it is no sound this engine reads.
    """
    import av

    pieces: list[bytes] = []
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    left = _MAX_S * SAMPLE_RATE * 2
    try:
        with av.open(io.BytesIO(data), mode="r") as container:
            if not container.streams.audio:
                raise ValueError("The file carries no sound.")
            for frame in container.decode(audio=0):
                for piece in resampler.resample(frame):
                    pieces.append(piece.to_ndarray().tobytes())
                    left -= len(pieces[-1])
                if left < 0:
                    break
            pieces += [piece.to_ndarray().tobytes() for piece in resampler.resample(None)]
    except av.FFmpegError:
        raise ValueError("The file is not a sound that can be read.") from None
    return b"".join(pieces)
