"""Applications on real ports."""

import asyncio
import contextlib
import socket

import uvicorn


@contextlib.asynccontextmanager
async def serve(app, port: int, lifespan: str = "on"):
    """Run an ASGI application on a port."""
    config = uvicorn.Config(app, port=port, log_level="error", lifespan=lifespan)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    running = asyncio.create_task(server.serve())
    while not server.started:
        if running.done():
            await running
        await asyncio.sleep(0.02)
    try:
        yield server
    finally:
        server.should_exit = True
        await running
        if server.force_exit:
            # uvicorn then leaves the lifespan's task pending, and whichever test is running when it
            # is collected pays for it.
            await server.lifespan.shutdown()


@contextlib.asynccontextmanager
async def on_a_port(app, path: str = "", lifespan: str = "off"):
    """The same on a free port; gives the address of `path` there."""
    port = free_port()
    async with serve(app, port, lifespan=lifespan):
        yield f"http://127.0.0.1:{port}{path}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
