"""Sounds that are computed: the tones of a telephone's keys."""

import numpy as np

_ROWS = (697, 770, 852, 941)
_COLUMNS = (1209, 1336, 1477)
_KEYS = ("123", "456", "789", "*0#")
_TONE_S, _GAP_S, _PAUSE_S = 0.1, 0.08, 0.5
_PEAK = 8_000


def dialled(digits: str, sample_rate: int) -> bytes:
    """Keys as they sound (ITU-T Q.23): 16-bit mono.

    Args:
        digits: of 0-9, *, #, and w for a pause of half a second; anything else is left out.
        sample_rate: in Hz.
    """
    return b"".join(_key(key.lower(), sample_rate) for key in digits)


def _key(key: str, sample_rate: int) -> bytes:
    if key == "w":
        return bytes(2 * int(_PAUSE_S * sample_rate))
    for row, keys in zip(_ROWS, _KEYS, strict=True):
        if key and key in keys:
            moments = np.arange(int(_TONE_S * sample_rate)) / sample_rate
            column = _COLUMNS[keys.index(key)]
            wave = np.sin(2 * np.pi * row * moments) + np.sin(2 * np.pi * column * moments)
            tone = (wave * _PEAK / 2).astype(np.int16).tobytes()
            return tone + bytes(2 * int(_GAP_S * sample_rate))
    return b""
