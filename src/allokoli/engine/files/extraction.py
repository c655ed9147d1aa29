"""Has the text of a file read by a process that a hostile file may kill."""

import asyncio
import contextlib
import os
import sys
import tempfile
from pathlib import Path

from allokoli.core import storage
from allokoli.engine.files import reading
from allokoli.engine.files.formats import Format

TIMEOUT_S = 60.0

_REASONS = {
    reading.TOO_LONG: "the document is too long",
    reading.LOCKED: "the document is protected by a password",
    reading.NO_TEXT: "no text was found in the document",
}


class NotRead(Exception):
    """The file holds no text that can be used.

    Args:
        reason: a few words its owner may read.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def text_of(key: str, form: Format, *, timeout_s: float = TIMEOUT_S) -> str:
    """The text of a stored file.

    Args:
        key: of the object.
        form: what it is.
        timeout_s: longest reading, in seconds.

    Raises:
        NotRead: damaged, hostile, too long, locked, or without text.
        NotFound: the object is gone.
    """
    with tempfile.TemporaryDirectory(prefix="allokoli-file-") as folder:
        source, result = Path(folder, "source"), Path(folder, "result")
        copy = await asyncio.to_thread(source.open, "wb")
        with copy:
            async for piece in storage.stream(key):
                await asyncio.to_thread(copy.write, piece)
        code = await _run(form.name, source, result, timeout_s)
        if code != reading.READ:
            raise NotRead(_REASONS.get(code, "the document is damaged, or is not what it says"))
        return await asyncio.to_thread(result.read_text, encoding="utf-8")


async def _run(name: str, source: Path, result: Path, timeout_s: float) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", reading.__name__, name, str(source), str(result)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=source.parent,
        # It needs none of the installation's secrets.
        env={name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
    )
    try:
        async with asyncio.timeout(timeout_s):
            return await process.wait()
    except TimeoutError:
        return reading.TOO_LONG
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
