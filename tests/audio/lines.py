"""Calls behind a port, for callers that come over a WebSocket."""

import asyncio
import contextlib

from scripted import Notes, ScriptedConversation
from serving import free_port, serve
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from allokoli.engine.audio.limits import Limits
from allokoli.engine.audio.voice_call import VoiceCall
from allokoli.engine.calls.voice import AudioFormat


class Line:
    """One call that waits for its caller at `url`."""

    def __init__(self, call, conversation, notes, told, url) -> None:
        self.call, self.conversation, self.notes, self.told = call, conversation, notes, told
        self.url = url

    async def until(self, condition, within_s: float = 20.0) -> None:
        """Wait, in the time of the call, until the call reports something."""
        async with asyncio.timeout(within_s):
            while not condition():  # noqa: ASYNC110 - audio goes on by itself
                await asyncio.sleep(0.02)

    async def ended(self, within_s: float = 20.0) -> str:
        """The reason, once the call is over."""
        await self.until(lambda: self.call._run is not None)
        async with asyncio.timeout(within_s):
            return await self.call.wait()


@contextlib.asynccontextmanager
async def lines(speech, folder):
    """`await start(…)` opens a line; all are closed in the end."""
    calls, stack = [], contextlib.AsyncExitStack()

    async def start(
        conversation=None, audio_format=None, limits=None, answer=None, **options
    ) -> Line:
        conversation = conversation or ScriptedConversation()
        notes, told = Notes(), []
        call = VoiceCall(
            conversation,
            notes,
            folder / f"call-{len(calls)}.wav",
            limits or Limits(60, 30),
            speech,
            on_client_message=told.append,
            **options,
        )

        async def connected(websocket):
            await websocket.accept()
            if answer:
                await answer(call, websocket)
            else:
                await call.answer_websocket(websocket, audio_format or AudioFormat())
            await call.wait()

        port = free_port()
        app = Starlette(routes=[WebSocketRoute("/call", connected)])
        await stack.enter_async_context(serve(app, port, lifespan="off"))
        calls.append(call)
        return Line(call, conversation, notes, told, f"ws://127.0.0.1:{port}/call")

    try:
        yield start
    finally:
        for call in calls:
            await call.hang_up("manually-canceled")
        await stack.aclose()
