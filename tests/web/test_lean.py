"""The web process answers fast, small, and without the audio libraries."""

import os
import socket
import subprocess
import sys
from time import perf_counter

import httpx
import psutil
import pytest

FORBIDDEN = ("pipecat", "openai", "faster_whisper", "aiortc", "onnxruntime", "ttspico", "numpy")
FIRST_PAGE_S = 2.0
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
def test_the_first_page_comes_in_two_seconds_and_a_quarter_of_a_gigabyte(migrated):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "ALLOKOLI_PORT": str(port),
        "ALLOKOLI_DATABASE_URL": migrated.admin_database_url,
    }
    started = perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "allokoli.cli.main", "serve"],
        env=environment,
        stdout=subprocess.DEVNULL,
    ) as web:
        try:
            answer = _first_answer(port, web)
            took_s = perf_counter() - started
            assert answer.status_code == 200
            assert "Créer mon assistant vocal" in answer.text
            memory_mb = psutil.Process(web.pid).memory_info().rss / 1e6
        finally:
            web.terminate()
    assert memory_mb < MEMORY_MB
    assert took_s < FIRST_PAGE_S


def _first_answer(port: int, web: subprocess.Popen[bytes]) -> httpx.Response:
    deadline = perf_counter() + 30
    while perf_counter() < deadline and web.poll() is None:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/fr", timeout=5)
        except httpx.ConnectError:
            continue
    raise AssertionError("the web process did not answer")
