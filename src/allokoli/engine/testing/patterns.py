"""Regular expressions that clients write, matched within a time limit.

Vapi uses RE2, which cannot run away; the engine here can, so each search has a deadline.
"""

import asyncio
from functools import lru_cache
from typing import Any

import regex

MAX_PATTERN_CHARS = 1_000
_TIMEOUT_S = 0.5
_MAX_TEXT_CHARS = 200_000
_MAX_MATCHES = 1_000
_FLAGS = {"i": regex.IGNORECASE, "m": regex.MULTILINE, "s": regex.DOTALL, "x": regex.VERBOSE}
_IGNORED_FLAGS = frozenset("guyd")


class BadPattern(Exception):
    """A pattern cannot be read, or takes too long.

    Args:
        reason: a sentence for its author.
    """


async def matches(pattern: str, text: str) -> list[str]:
    """The parts of a text a pattern matches, at most a thousand: first groups where it has any.

    Args:
        pattern: bare (`\\d+`) or as a literal with flags (`/\\d+/i`).
        text: at most its first 200 000 characters are searched.

    Raises:
        BadPattern: it cannot be read, or takes longer than half a second.
    """
    return await asyncio.to_thread(search, pattern, text)


def search(pattern: str, text: str) -> list[str]:
    """The same, at once; for code that is in a thread already."""
    compiled = _compiled(pattern)
    found: list[str] = []
    try:
        for match in compiled.finditer(text[:_MAX_TEXT_CHARS], timeout=_TIMEOUT_S, concurrent=True):
            groups = [one for one in match.groups() if one is not None]
            found.append(groups[0] if groups else match[0])
            if len(found) == _MAX_MATCHES:
                break
    except TimeoutError:
        raise BadPattern("the pattern takes too long to match") from None
    return found


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    if len(pattern) > MAX_PATTERN_CHARS:
        raise BadPattern(f"the pattern is longer than {MAX_PATTERN_CHARS} characters")
    flags = 0
    source = pattern
    if pattern.startswith("/") and "/" in pattern[1:]:
        source, _, letters = pattern[1:].rpartition("/")
        if not set(letters) <= _FLAGS.keys() | _IGNORED_FLAGS:
            source = pattern
        else:
            for letter in letters:
                flags |= _FLAGS.get(letter, 0)
    try:
        return regex.compile(source, flags)
    except (regex.error, RecursionError, OverflowError, ValueError):
        raise BadPattern("the pattern is not a valid regular expression") from None
