"""The whole product as processes, the way `make run` starts it, on free ports and fresh data."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import psutil
from serving import free_port

PROJECT = Path(__file__).parent.parent
MODELS = PROJECT / ".data" / "models"
START_WITHIN_S = 90
STOP_WITHIN_S = 30


class Product:
    """One running product.

    Args:
        folder: its data.
        overrides: settings, without the `ALLOKOLI_` prefix.
    """

    def __init__(self, folder: Path, **overrides: str) -> None:
        self.port, self.engine_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if "ALLOKOLI" not in name},
            "ALLOKOLI_DATA_DIR": str(folder),
            "ALLOKOLI_MODELS_DIR": str(MODELS),
            "ALLOKOLI_PORT": str(self.port),
            "ALLOKOLI_ENGINE_PORT": str(self.engine_port),
            "PYTHONUNBUFFERED": "1",
            **{f"ALLOKOLI_{name.upper()}": value for name, value in overrides.items()},
        }
        self.said = ""

    def start(self) -> "Product":
        """Start it and wait until it prints its address."""
        self._process = self.spawn()
        ready = threading.Event()

        def listen() -> None:
            for line in self._process.stdout:
                self.said += line
                if self.url in line:
                    ready.set()
            ready.set()

        threading.Thread(target=listen, daemon=True).start()
        assert ready.wait(START_WITHIN_S), f"no address within {START_WITHIN_S} s: {self.said}"
        assert self._process.poll() is None, f"it stopped: {self.said}\n{self.logs()}"
        return self

    def spawn(self) -> subprocess.Popen[str]:
        """Start the command without waiting."""
        return subprocess.Popen(
            [sys.executable, "-m", "allokoli.cli.main", "run"],
            env=self.environment,
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def stop(self) -> int:
        """Press Ctrl-C and wait; returns the exit status."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(STOP_WITHIN_S)

    def processes(self) -> list[psutil.Process]:
        """Everything it started, the database included."""
        started = psutil.Process(self._process.pid).children(recursive=True)
        return started + [
            process
            for process in psutil.process_iter(["cmdline"])
            if str(self.folder) in " ".join(process.info["cmdline"] or [])
            and process.pid != self._process.pid
            and process not in started
        ]

    def child(self, command: str) -> psutil.Process:
        """The process running `allokoli <command>`."""
        for process in psutil.Process(self._process.pid).children(recursive=True):
            if process.cmdline()[-1:] == [command]:
                return process
        raise LookupError(command)

    def kill(self, command: str) -> None:
        """Kill -9 one of its processes and wait until a new one has taken its place."""
        old = self.child(command)
        old.kill()
        old.wait(5)
        wait_until(lambda: self.child(command).pid != old.pid, within_s=20)

    def logs(self) -> str:
        """The ends of its processes' logs."""
        return "\n".join(
            f"--- {file.name}\n{file.read_text(errors='replace')[-3000:]}"
            for file in sorted((self.folder / "logs").glob("*.log"))
        )


def alive(process: psutil.Process) -> bool:
    """Whether a process still runs; one that only waits to be buried does not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(condition, *, within_s: float, every_s: float = 0.1):
    """Poll real processes until a condition holds; returns what it returned."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            if found := condition():
                return found
        except (LookupError, psutil.Error, OSError, httpx.TransportError):
            pass
        assert time.monotonic() < deadline, f"not within {within_s} s"
        threading.Event().wait(every_s)
