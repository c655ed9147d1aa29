"""The web process is small, and goes without the audio libraries."""

import os
import socket
import subprocess
import sys
import threading
from time import perf_counter

import httpx
import psutil
import pytest

FORBIDDEN = ("pipecat", "openai", "faster_whisper", "aiortc", "onnxruntime", "ttspico", "numpy")
MEMORY_MB = 250


def test_the_web_process_imports_no_audio_library_nor_model():
    program = (
        "import sys; from allokoli.web.app import create_app; create_app();"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert set(FORBIDDEN).isdisjoint(told)


@pytest.mark.process
def test_the_web_process_lives_in_a_quarter_of_a_gigabyte(migrated):
    assert _memory_mb(migrated.admin_database_url) < MEMORY_MB


def _memory_mb(database_url: str) -> float:
    """The memory of a web process that has served its first page, in MB."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"ALLOKOLI_PORT": str(port), "ALLOKOLI_DATABASE_URL": database_url}
    with subprocess.Popen(
        [sys.executable, "-m", "allokoli.cli.main", "serve"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as web:
        try:
            _wait_for_a_listener(port, web)
            answer = httpx.get(f"http://127.0.0.1:{port}/fr", timeout=10)
            assert "Créer mon assistant vocal" in answer.text
            return psutil.Process(web.pid).memory_info().rss / 1e6
        finally:
            web.terminate()


def _wait_for_a_listener(port: int, web: subprocess.Popen[bytes]) -> None:
    deadline = perf_counter() + 30
    while perf_counter() < deadline and web.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            threading.Event().wait(0.02)
        else:
            return
    raise AssertionError("the web process does not listen")
