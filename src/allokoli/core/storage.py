"""Objects (recordings, files) on disk or in an S3 bucket, by key."""

from collections.abc import AsyncIterator
from functools import lru_cache
from pathlib import Path
from typing import IO

import obstore
import obstore.exceptions
from obstore.store import LocalStore, ObjectStore, from_url

from allokoli.core.errors import BadSetting, NotFound
from allokoli.core.settings import get_settings

_CHUNK_BYTES = 256 * 1024


async def put(key: str, data: bytes | Path | IO[bytes]) -> None:
    """Store an object, replacing the one that may be there, all at once or not at all.

    Args:
        key: posix path, e.g. `recordings/<org>/<call>.wav`.
        data: the bytes, or the file holding them; one that is open is read from where it stands.
    """
    await obstore.put_async(_store(), key, data)


async def get(key: str) -> bytes:
    """A whole object.

    Raises:
        NotFound: there is none.
    """
    try:
        return bytes(await (await obstore.get_async(_store(), key)).bytes_async())
    except FileNotFoundError:
        raise NotFound("Ce fichier n’existe plus.") from None


async def stream(key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
    """An object, or part of it, in pieces.

    Args:
        key: its key.
        start: first byte.
        end: one past the last byte; the object's end when None.
    """
    stop = await size(key) if end is None else end
    for first in range(start, stop, _CHUNK_BYTES):
        last = min(first + _CHUNK_BYTES, stop)
        yield bytes(await obstore.get_range_async(_store(), key, start=first, end=last))


async def size(key: str) -> int:
    """Size in bytes.

    Raises:
        NotFound: there is no such object.
    """
    try:
        return (await obstore.head_async(_store(), key))["size"]
    except FileNotFoundError:
        raise NotFound("Ce fichier n’existe plus.") from None


async def delete(key: str) -> None:
    """Remove an object; one that is not there is no error."""
    try:
        await obstore.delete_async(_store(), key)
    except FileNotFoundError:
        return


@lru_cache(maxsize=1)
def _store() -> ObjectStore:
    settings = get_settings()
    if not settings.storage_url:
        folder = settings.data_dir / "objects"
        folder.mkdir(parents=True, exist_ok=True)
        return LocalStore(folder, automatic_cleanup=True)
    try:
        return from_url(settings.storage_url)
    except (ValueError, obstore.exceptions.BaseError) as error:
        raise BadSetting(f"ALLOKOLI_STORAGE_URL: {error}") from None
