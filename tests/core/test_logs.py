"""Logs tell what happened, never what people said."""

import json
import os
import subprocess
import sys

import httpx
from product import wait_until
from serving import free_port

_FAIL = """
import logging
import structlog
from allokoli.core import logs
logs.configure("INFO", "cli")
try:
    raise ValueError("Claire Bernard, 06 22 33 44 55")
except ValueError as error:
    structlog.get_logger().error("broke", exc_info=error)
    structlog.get_logger().exception("broke again")
    logging.getLogger("library").exception("a job failed")
"""


def test_an_exception_is_logged_by_its_type_and_place_not_its_words():
    said = subprocess.run(
        [sys.executable, "-c", _FAIL], capture_output=True, text=True, check=True
    ).stderr
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert [line["exception"] for line in lines] == ["ValueError", "ValueError"]
    assert all(line["at"] for line in lines)
    assert "ERROR library a job failed\nValueError" in said
    assert "Claire" not in said


_SERVE = """
import asyncio, gc, os
from allokoli.core import http, logs
from allokoli.cli.processes import _uvicorn

WORDS = "Claire Bernard, 06 22 33 44 55"

def app():
    made = http.create_app("test")

    @made.get("/breaks")
    async def breaks():
        raise ValueError(WORDS)

    @made.get("/forgets")
    async def forgets():
        async def fail():
            raise ValueError(WORDS)
        asyncio.create_task(fail())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gc.collect()
        return {}

    return made

logs.configure("DEBUG", "web")
_uvicorn(app, "127.0.0.1", int(os.environ["PORT"]))
"""


def test_a_server_writes_no_words_of_what_breaks_in_it():
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVE],
        env={**os.environ, "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_until(lambda: httpx.get(f"{url}/healthz").is_success, within_s=30)
        assert httpx.get(f"{url}/breaks").status_code == 500
        assert httpx.get(f"{url}/forgets").status_code == 200
    finally:
        server.terminate()
        written, _ = server.communicate(timeout=30)
    assert "ERROR uvicorn.error Exception in ASGI application\nValueError\n" in written
    assert "ERROR asyncio Task exception was never retrieved\nValueError\n" in written
    assert '"event": "unexpected_error"' in written
    assert "Claire" not in written
    assert "06 22" not in written
