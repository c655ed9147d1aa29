"""Each long-lived process of the product, as the supervisor or an operator starts it."""

import asyncio

from allokoli.core import logs
from allokoli.core.settings import get_settings


def serve() -> None:
    """The web process: pages and the platform's API."""
    settings = get_settings()
    logs.configure(settings.log_level, "web")
    _uvicorn("allokoli.web.app:create_app", settings.host, settings.port)


def engine() -> None:
    """One engine: calls, and Vapi's API."""
    settings = get_settings()
    logs.configure(settings.log_level, "engine")
    _uvicorn("allokoli.engine.app:create_app", settings.engine_host, settings.engine_port)


def worker() -> None:
    """One worker: background jobs."""
    logs.configure(get_settings().log_level, "worker")
    from allokoli.core.jobs import run_worker

    asyncio.run(run_worker())


def _uvicorn(factory: str, host: str, port: int) -> None:
    import uvicorn

    uvicorn.run(
        factory,
        factory=True,
        host=host,
        port=port,
        # Its own handlers would write errors with their words, which may be a customer's.
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        # Streams of a page left open must not hold a stop back.
        timeout_graceful_shutdown=5,
        ws_max_size=1_000_000,
    )
