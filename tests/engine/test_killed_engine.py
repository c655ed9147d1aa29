"""An engine killed in the middle of a spoken call: nothing that was said or heard is lost."""

import asyncio
import contextlib
import os
import signal
import sys
import wave
from io import BytesIO
from pathlib import Path
from uuid import uuid4

sys.path.append(str(Path(__file__).parents[1] / "audio"))

import httpx
import numpy as np
import psycopg
import pytest
from caller import Caller
from mario import MARIO

from allokoli.blueprint.compiler import compile_assistant
from allokoli.core import database, storage
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.security.api_keys import create_key
from allokoli.engine.api.listing import Listing
from allokoli.engine.calls import repository
from allokoli.engine.calls.reaping import reap
from allokoli.engine.calls.recordings import stream
from allokoli.engine.speech import ensure_models

pytestmark = [pytest.mark.audio, pytest.mark.process, pytest.mark.timeout(300)]


@contextlib.asynccontextmanager
async def engine_process(port: int):
    """The engine as a process of its own."""
    command = (sys.executable, "-m", "uvicorn", "--factory", "allokoli.engine.app:create_app",
               "--port", str(port), "--log-level", "error")  # fmt: skip
    environment = {**os.environ, "ALLOKOLI_ENGINE_PORT": str(port), "HF_HUB_OFFLINE": "1"}
    process = await asyncio.create_subprocess_exec(*command, env=environment)
    try:
        async with asyncio.timeout(60), httpx.AsyncClient() as http:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    await http.get(f"http://127.0.0.1:{port}/health")
                    break
                await asyncio.sleep(0.1)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def test_what_was_heard_before_the_kill_is_kept(settings, engine_port) -> None:
    await asyncio.to_thread(ensure_models, settings.models_dir, settings.whisper_model)
    org_id = uuid4()
    async with session(Identity.job(org_id)) as opened:
        _, key = await create_key(opened, org_id, "tests", "private")
    assistant = compile_assistant(
        MARIO,
        guided_url=f"http://127.0.0.1:{engine_port}/guided/v1",
        server_url="http://127.0.0.1:9/",
    )
    caller = Caller()
    async with (
        engine_process(engine_port) as process,
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{engine_port}",
            headers={"authorization": f"Bearer {key}"},
            timeout=30,
        ) as http,
    ):
        begun = (await http.post("/call/web", json={"assistant": assistant})).json()
        url = begun["webCallUrl"]
        answer = await http.post(url[url.index("/call/") :], json=await caller.offer())
        await caller.take(answer.json())
        await caller.silence_after(await caller.sound_after(0))
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await caller.hang_up()
    assert await reap() == [], "an engine just gone may still come back to its senses"
    await _let_its_last_sign_grow_old(settings)
    assert [str(one) for one in await reap()] == [begun["id"]]
    async with session(Identity.job(org_id)) as opened:
        call = (await repository.listed(opened, Listing()))[0]
        said = (await repository.messages_of(opened, [call.id]))[call.id]
    assert call.ended_reason == "call.in-progress.error-vapifault-worker-died"
    assert said[0].text.startswith("Restaurant Chez Mario")
    assert call.recording_key
    size = await storage.size(call.recording_key)
    wav = b"".join([part async for part in stream(call.recording_key, "stereo", 0, size)])
    with wave.open(BytesIO(wav)) as recording:
        assert recording.getnframes() > 2 * recording.getframerate()
        both = np.frombuffer(recording.readframes(recording.getnframes()), "<i2").reshape(-1, 2)
    assert np.abs(both[:, 1].astype(int)).max() > 1_000


async def _let_its_last_sign_grow_old(settings) -> None:
    url = database.admin_url(settings).set(drivername="postgresql")
    conninfo = url.render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(conninfo) as connection:
        await connection.execute(
            "update engine.instances set beat_at = now() - interval '16 seconds'"
        )
