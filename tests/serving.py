"""Applications on real ports."""

import asyncio
import contextlib

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
