"""The engine's HTTP application: Vapi's contract, MCP, and the guided model."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import structlog
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from allokoli.blueprint.caller import warm as warm_callers
from allokoli.core import database, events
from allokoli.core.http import create_app as create_http_app
from allokoli.core.settings import get_settings
from allokoli.engine import servers
from allokoli.engine.api import calls, recordings, sockets, web_calls
from allokoli.engine.api.errors import error_body
from allokoli.engine.api.kinds import warm_up
from allokoli.engine.api.routes import entity_routes
from allokoli.engine.calls import ending
from allokoli.engine.calls.switchboard import Switchboard
from allokoli.engine.calls.voice import VoiceFactory
from allokoli.engine.campaigns import endpoints as campaigns
from allokoli.engine.chats import announcing, working
from allokoli.engine.chats import endpoints as chats
from allokoli.engine.credentials import endpoints as credentials
from allokoli.engine.files import endpoints as files
from allokoli.engine.knowledge import endpoints as knowledge
from allokoli.engine.mcp_server.server import McpEndpoint
from allokoli.engine.models.guided import ROUTES as GUIDED_ROUTES
from allokoli.engine.reporting import endpoints as reporting
from allokoli.engine.telephony import number_routes as phone_numbers
from allokoli.engine.telephony import stream as phone_stream
from allokoli.engine.telephony import webhooks as phone_webhooks
from allokoli.engine.testing import endpoints as testing
from allokoli.engine.web_client import endpoints as web_client

_log = structlog.get_logger()


def create_app(*, voice: VoiceFactory | None = None, audio: bool = True) -> FastAPI:
    """The application.

    Args:
        voice: makes the audio of calls; the local one when None.
        audio: False for an engine that carries text calls only (tests, tools).
    """
    mcp = McpEndpoint()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        speech: Any = None
        factory = voice
        if factory is None and audio:
            speech, factory = await asyncio.to_thread(_local_voice)
        board = Switchboard(factory)
        app.state.switchboard = mcp.switchboard = board
        # Reading the SDK's types, and learning what callers say, takes seconds of one core; the
        # first request must not wait.
        ahead = [warm_up, warm_callers] if audio else [warm_up]
        warming = [asyncio.create_task(asyncio.to_thread(work)) for work in ahead]
        await board.open()
        try:
            async with mcp.run():
                yield
        finally:
            await asyncio.gather(*warming, return_exceptions=True)
            await board.close()
            if speech is not None:
                await asyncio.to_thread(speech.close)
            for background in (ending.concluding, working.at_work, announcing.sending):
                await background.close()
            await servers.close()
            await events.close()
            await database.dispose()

    app = create_http_app(
        "AlloKoli engine",
        lifespan=lifespan,
        error_body=error_body,
        body_limits=dict.fromkeys(
            files.UPLOAD_PATHS, get_settings().max_file_bytes + files.ENVELOPE_BYTES
        ),
        # The interactive pages would load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["*"],
        allow_headers=["authorization", "content-type"],
        max_age=86_400,
    )
    app.include_router(campaigns.router)
    app.include_router(chats.router)
    app.include_router(credentials.router)
    app.include_router(files.router)
    app.include_router(knowledge.router)
    app.include_router(reporting.router)
    app.include_router(testing.router)
    # Before `/call/{id}/…`, which would take `web` for an id.
    app.include_router(web_calls.router)
    app.include_router(calls.router)
    app.include_router(recordings.router)
    app.include_router(sockets.router)
    app.include_router(phone_webhooks.router)
    app.include_router(phone_stream.router)
    # Before the plain routes of phone numbers, which tell no carrier.
    app.include_router(phone_numbers.router)
    # Last, since `/eval/{id}` would take `/eval/run` for an id.
    app.include_router(entity_routes())
    app.include_router(web_client.router)
    app.router.routes.extend(GUIDED_ROUTES)
    app.router.routes.append(Route("/mcp", endpoint=mcp))

    @app.get("/health", include_in_schema=False)
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    return app


def _local_voice() -> tuple[Any, VoiceFactory]:
    """The audio of this machine: models shared by every call of the process."""
    from allokoli.engine.audio import turn_models
    from allokoli.engine.audio.limits import Limits
    from allokoli.engine.audio.voice_call import VoiceCall
    from allokoli.engine.calls.voice import Voice, VoiceRequest
    from allokoli.engine.quiet import hush
    from allokoli.engine.speech import Speech

    hush()
    settings = get_settings()
    speech = Speech.load(settings.models_dir, settings.whisper_model)
    turn_models.warm()

    def make(request: VoiceRequest) -> Voice:
        return VoiceCall(
            request.conversation,
            request.listener,
            request.recording_path,
            Limits(request.max_duration_s, request.silence_timeout_s),
            speech,
            assistant=request.assistant,
            around=request.around,
            on_client_message=request.on_client_message,
        )

    return speech, make
