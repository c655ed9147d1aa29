import pytest
from scripted_talk import ToolServer
from serving import free_port, serve


@pytest.fixture
async def tool_server():
    """A server on a real port that does what its path says; `.url(kind)` is where."""
    server, port = ToolServer(), free_port()
    server.url = lambda kind: f"http://127.0.0.1:{port}/{kind}"
    async with serve(server.app, port, lifespan="off") as running:
        yield server
        server.release.set()
        running.force_exit = True
