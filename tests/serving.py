"""Applications on real ports."""

import asyncio
import contextlib
import socket

import uvicorn


class _Server(uvicorn.Server):
    """Leaves when it is told, not at its next look; signals remain the test run's."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.leave = asyncio.Event()

    @property
    def port(self) -> int:
        return int(self.servers[0].sockets[0].getsockname()[1])

    async def main_loop(self) -> None:
        await self.on_tick(0)  # puts the date among the headers
        await self.leave.wait()

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


@contextlib.asynccontextmanager
async def serve(app, port: int = 0, lifespan: str = "on"):
    """Run an ASGI application on a port, 0 for any free one; gives the server."""
    config = uvicorn.Config(app, port=port, log_level="error", lifespan=lifespan)
    server = _Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        if running.done():
            await running
        await asyncio.sleep(0.005)
    try:
        yield server
    finally:
        server.leave.set()
        await running
        if server.force_exit:
            # uvicorn then leaves the lifespan's task pending, and whichever test is running when it
            # is collected pays for it.
            await server.lifespan.shutdown()


@contextlib.asynccontextmanager
async def on_a_port(app, path: str = "", lifespan: str = "off"):
    """The same on a free port; gives the address of `path` there."""
    async with serve(app, lifespan=lifespan) as server:
        yield f"http://127.0.0.1:{server.port}{path}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
