"""A server of sound files, and of what is none."""

import io
import wave

import numpy as np
import pytest
from serving import free_port, serve
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route


def tune(seconds=1.0, rate=44_100) -> bytes:
    sound = (np.sin(np.arange(int(seconds * rate)) * 440 * 2 * np.pi / rate) * 9_000).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, 2, rate, 0, "NONE", ""))
        written.writeframes(sound.tobytes())
    return file.getvalue()


@pytest.fixture
async def files():
    """Its address: `/tune.wav` is a second of sound."""
    port = free_port()

    async def serve_one(request):
        if request.url.path == "/tune.wav":
            return Response(tune(), media_type="audio/wav")
        return Response(
            b"RIFF nonsense" * 10, status_code=404 if "gone" in request.url.path else 200
        )

    app = Starlette(routes=[Route("/{name}", serve_one)])
    async with serve(app, port, lifespan="off"):
        yield f"http://127.0.0.1:{port}"
