"""The one command: starts every process, restarts one that dies, stops them all."""

import asyncio
import ctypes
import logging
import os
import signal
import sys
from collections import deque
from logging.handlers import RotatingFileHandler
from time import monotonic

import httpx
import typer

from allokoli.cli import preflight
from allokoli.core.embedded_postgres import EmbeddedPostgres
from allokoli.core.errors import BadSetting
from allokoli.core.migrations import migrate
from allokoli.core.settings import Settings, get_settings

_READY_WITHIN_S = 60
_STOP_WITHIN_S = 12
_DEATHS_ALLOWED = 5
_DEATHS_WITHIN_S = 60
_LOG_BYTES = 10_000_000
_PR_SET_PDEATHSIG = 1


def supervise() -> int:
    """Run the product until Ctrl-C or SIGTERM.

    Returns:
        The process's exit status.

    Raises:
        BadSetting: the product cannot start here.
    """
    settings = get_settings()
    lock = preflight.check(settings)
    server = None if settings.database_url else EmbeddedPostgres(settings.postgres_dir)
    with lock:
        if server:
            typer.echo("Database…")
            server.start()
        try:
            migrate()
            return asyncio.run(_run(settings))
        finally:
            if server:
                server.stop()


async def _run(settings: Settings) -> int:
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    children = [Child(name, settings) for name in ("engine", "serve", "worker")]
    watchers = [asyncio.create_task(child.keep_alive()) for child in children]
    stopping = asyncio.create_task(stop.wait())
    ready = asyncio.create_task(_announce_when_ready(settings))
    done, _ = await asyncio.wait([stopping, *watchers, ready], return_when=asyncio.FIRST_COMPLETED)
    if done == {ready} and ready.exception() is None:
        done, _ = await asyncio.wait([stopping, *watchers], return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    typer.echo("\nStopping…")
    await asyncio.gather(*(child.stop() for child in children))
    for task in watchers:
        task.cancel()
    failures = [failure for task in done if task is not stopping and (failure := task.exception())]
    if failures:
        raise failures[0]
    return 0


async def _announce_when_ready(settings: Settings) -> None:
    """Print the address once both servers answer."""
    deadline = monotonic() + _READY_WITHIN_S
    async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
        for address in (settings.engine_internal_url, settings.web_internal_url):
            while not await _answers(client, f"{address}/healthz"):
                if monotonic() > deadline:
                    raise BadSetting(
                        f"AlloKoli did not answer within {_READY_WITHIN_S} s;"
                        f" see {settings.data_dir / 'logs'}."
                    )
                await asyncio.sleep(0.1)
    typer.echo(f"\nAlloKoli: {settings.public_url}\nStop with Ctrl-C.")


async def _answers(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(address)).is_success
    except httpx.HTTPError:
        return False


class Child:
    """One process of the product, with its log file.

    Args:
        command: the `allokoli` command it runs.
        settings: this machine's settings.
    """

    def __init__(self, command: str, settings: Settings) -> None:
        self.command = command
        self._log = _log_file(command, settings)
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False

    async def keep_alive(self) -> None:
        """Run the process, again whenever it dies.

        Raises:
            BadSetting: it dies as soon as it is started.
        """
        deaths: deque[float] = deque(maxlen=_DEATHS_ALLOWED)
        while not self._stopping:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "allokoli.cli.main",
                self.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                # Ctrl-C reaches the supervisor only, which stops its children in order.
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
            last_line = await self._keep_log(self._process)
            await self._process.wait()
            if self._stopping:
                return
            deaths.append(monotonic())
            if len(deaths) == _DEATHS_ALLOWED and deaths[-1] - deaths[0] < _DEATHS_WITHIN_S:
                raise BadSetting(f"`allokoli {self.command}` keeps stopping: {last_line}")
            typer.echo(f"{self.command} stopped unexpectedly; starting it again.", err=True)
            await asyncio.sleep(0.2 * 2 ** len(deaths))

    async def stop(self) -> None:
        """Ask the process to stop, then insist."""
        self._stopping = True
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_WITHIN_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _keep_log(self, process: asyncio.subprocess.Process) -> str:
        last = "it said nothing"
        assert process.stdout is not None  # noqa: S101 - it was asked for just above
        while chunk := await process.stdout.read(65536):
            text = chunk.decode(errors="replace").rstrip("\n")
            self._log.info(text)
            last = text.splitlines()[-1] if text else last
        return last


def _log_file(name: str, settings: Settings) -> logging.Logger:
    folder = settings.data_dir / "logs"
    folder.mkdir(exist_ok=True)
    logger = logging.getLogger(f"allokoli.supervised.{name}")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    logger.handlers = [
        RotatingFileHandler(folder / f"{name}.log", maxBytes=_LOG_BYTES, backupCount=2)
    ]
    return logger


def _die_with_parent() -> None:
    """In the child: be told to stop if the supervisor is killed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(1)
