"""The official clients, and an engine for them."""

import pytest
from engines import engine_app, engine_port, make_tenant, receiver, run_jobs, tenant
from product import free_port
from running import product, speech
from serving import serve
from world import World

__all__ = [
    "engine_app",
    "engine_port",
    "make_tenant",
    "product",
    "receiver",
    "run_jobs",
    "speech",
    "tenant",
]


@pytest.fixture
async def world(tenant):
    """A tenant, and a server that plays every part outside the engine."""
    made = World(tenant)
    port = free_port()
    made.url = f"http://127.0.0.1:{port}"
    async with serve(made, port, lifespan="off"):
        yield made
