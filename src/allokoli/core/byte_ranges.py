"""The part of a file a player asks for (RFC 9110 §14)."""

import re

_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


def asked_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First byte and one past the last; nothing can be served when the first is not the lower.

    Args:
        header: the `Range` header.
        size: bytes of the whole.

    Returns:
        None when the header is no single range, so that the whole is to be served.
    """
    found = _RANGE.fullmatch((header or "").strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return max(size - int(last), 0), size
    return int(first), min(int(last) + 1, size) if last else size
