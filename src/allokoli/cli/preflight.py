"""What must be true of the machine before anything starts; each failure is one sentence."""

import errno
import fcntl
import os
import shutil
import socket
from pathlib import Path
from typing import IO

from allokoli.core.errors import BadSetting
from allokoli.core.settings import Settings

_FREE_BYTES_NEEDED = 500_000_000


def check(settings: Settings) -> IO[str]:
    """Check ports, disk and built parts.

    Returns:
        The lock of the data folder; hold it as long as the product runs.

    Raises:
        BadSetting: the first thing that is wrong.
    """
    lock = _lock(settings.data_dir)
    _enough_disk(settings.data_dir)
    _port_is_free(settings.host, settings.port, "ALLOKOLI_PORT")
    _port_is_free(settings.engine_host, settings.engine_port, "ALLOKOLI_ENGINE_PORT")
    models_are_there(settings)
    interface_is_built()
    return lock


def models_are_there(settings: Settings) -> None:
    """Refuse to start without the recognizer's weights."""
    from allokoli.engine.speech.weights import find_models

    find_models(settings.models_dir, settings.whisper_model)


def interface_is_built() -> None:
    """Refuse to start without the built interface."""
    static = Path(__file__).parent.parent / "web" / "static" / "dist"
    if not static.is_dir():
        raise BadSetting("The interface is not built. Run `make web`.")


def _lock(folder: Path) -> IO[str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "run.lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise BadSetting(f"{folder} cannot be written: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        raise BadSetting(
            f"AlloKoli already runs with the data in {folder} ({lock.read().strip()})."
        ) from None
    lock.truncate(0)
    lock.write(f"process {os.getpid()}")
    lock.flush()
    return lock


def _enough_disk(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < _FREE_BYTES_NEEDED:
        raise BadSetting(
            f"The disk holding {folder} has {free // 1_000_000} MB left;"
            f" AlloKoli needs {_FREE_BYTES_NEEDED // 1_000_000} MB."
        )


def _port_is_free(host: str, port: int, setting: str) -> None:
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BadSetting(
                f"Port {port} is taken by another program. Choose one with {setting}=…"
            ) from None
        raise BadSetting(f"Cannot listen on {host}:{port} ({setting}): {error.strerror}.") from None
