"""A call speaks to nobody but its caller, leaves nothing behind, and logs no words."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.audio, pytest.mark.timeout(300)]
_SCRIPT = Path(__file__).with_name("watched_call.py")


@pytest.fixture
def watched(speech, models_dir, tmp_path):
    """Make a call in a process of its own, under watch, with an empty home."""

    async def run(*options: str) -> tuple[dict, str, Path]:
        home = tmp_path / "home"
        home.mkdir()
        unset = {"ORT_DISABLE_TELEMETRY", "HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"}
        environment = {name: value for name, value in os.environ.items() if name not in unset}
        environment["HOME"] = str(home)
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
            environment.pop(name, None)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(_SCRIPT),
            str(models_dir),
            *options,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()[-2_000:]
        printed = out.decode()
        return json.loads(printed.splitlines()[-1]), printed + err.decode(), home

    return run


async def test_a_call_opens_no_connection_that_was_not_configured(watched):
    seen, printed, home = await watched()
    assert seen["reason"] == "assistant-ended-call"
    assert seen["turns"] == 1
    assert seen["strangers"] == []
    assert [str(left) for left in home.rglob("*") if left.is_file()] == []
    for words in ("revoir", "Bistrot", "bientôt"):
        assert words not in printed


async def test_the_watch_sees_a_connection_outside(watched):
    seen, _, _ = await watched("--provoke")
    assert seen["strangers"] == ["198.51.100.1"]
