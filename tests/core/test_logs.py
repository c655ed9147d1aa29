"""Logs tell what happened, never what people said."""

import json
import subprocess
import sys

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
