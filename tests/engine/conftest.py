import pytest
from calling import http_of
from engines import engine_app, engine_port, make_tenant, receiver, run_jobs, tenant
from mario import compiled, mario
from told_model import model_of

__all__ = [
    "compiled",
    "engine_app",
    "engine_port",
    "make_tenant",
    "mario",
    "model_of",
    "receiver",
    "run_jobs",
    "tenant",
]


@pytest.fixture
async def http(tenant):
    """A client with the organization's private key."""
    async with http_of(tenant) as client:
        yield client
