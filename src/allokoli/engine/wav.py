"""The one audio format of recordings: WAV, 16 kHz, 16 bits, caller left and assistant right."""

import struct
from pathlib import Path

SAMPLE_RATE = 16_000
HEADER_BYTES = 44
FRAME_BYTES = 4
_SAMPLE_BYTES = 2


def header(data_bytes: int, channels: int = 2) -> bytes:
    """A canonical WAV header, PCM.

    Args:
        data_bytes: size of the samples that follow.
        channels: 1 or 2.
    """
    frame_bytes = channels * _SAMPLE_BYTES
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, channels),
        *(SAMPLE_RATE, SAMPLE_RATE * frame_bytes, frame_bytes, 16, b"data", data_bytes),
    )


def finish_recording(path: Path) -> float:
    """Repair the header of a recording whose process was killed; harmless on a whole one.

    Returns:
        The recording's length in seconds.

    Raises:
        OSError: the file cannot be read or written.
        ValueError: it is not a recording.
    """
    size = path.stat().st_size
    with path.open("r+b") as file:
        if size < HEADER_BYTES or file.read(4) != b"RIFF":
            raise ValueError(f"{path.name} is not a recording")
        data_bytes = (size - HEADER_BYTES) // FRAME_BYTES * FRAME_BYTES
        file.truncate(HEADER_BYTES + data_bytes)
        file.seek(0)
        file.write(header(data_bytes))
    return data_bytes / FRAME_BYTES / SAMPLE_RATE
