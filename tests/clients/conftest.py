"""The official clients, and an engine for them."""

import pytest
from engines import engine_app, engine_port, make_tenant, receiver, run_jobs, tenant
from running import product, speech
from serving import on_a_port
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
async def world(tenant, run_jobs, settings, monkeypatch):
    """A tenant, and a server that plays every part outside the engine."""
    # A telephone provider could reach it, and its owner's servers are on this machine.
    monkeypatch.setattr(settings, "public_url", "https://voice.example.test")
    monkeypatch.setattr(settings, "private_servers", True)
    made = World(tenant, run_jobs)
    async with on_a_port(made) as made.url:
        yield made
