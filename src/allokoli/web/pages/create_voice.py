"""Talking with AlloKoliConfig on the page of the conversation."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from allokoli.configurator import voice
from allokoli.configurator.voice_assistant import MAX_DURATION_S
from allokoli.core import events
from allokoli.core.errors import NotFound
from allokoli.core.http import machine_of
from allokoli.web.locale_path import PREFIX
from allokoli.web.pages.create import held_conversation, shown
from allokoli.web.session_cookies import MaybeOwner
from allokoli.web.templating import render

router = APIRouter(prefix=PREFIX + "/create")

_BEAT_S = 15.0


@router.post("/call")
async def call(request: Request, owner: MaybeOwner) -> Response:
    """Start a call with AlloKoliConfig; the link it answers with opens this call only."""
    held = await held_conversation(request, owner)
    if held is None:
        raise NotFound("Cette conversation n’existe pas ou a expiré.")
    made = await voice.start(owner, held.id, machine=machine_of(request))
    return JSONResponse({"id": str(made.id), "webCallUrl": made.web_call_url}, 201)


@router.get("/changes")
async def changes(request: Request, owner: MaybeOwner) -> Response:
    """Server-sent events: the conversation changed."""
    held = await held_conversation(request, owner)
    if held is None:
        return Response(status_code=204)
    headers = {"cache-control": "no-store"}
    return StreamingResponse(changes_of(held.id), headers=headers, media_type="text/event-stream")


@router.get("/now")
async def now(request: Request, locale: str, owner: MaybeOwner) -> Response:
    """Everything the page shows of the conversation."""
    held = await held_conversation(request, owner)
    if held is None:
        return Response(headers={"hx-redirect": f"/{locale}/create"})
    return render(request, "create/now.html", **shown(held, locale))


async def changes_of(session_id: UUID) -> AsyncIterator[str]:
    """Tells each change, as long as a call may last; an event carries nothing but its name."""
    async with events.subscribe(f"session:{session_id}") as stream:
        coming = asyncio.ensure_future(anext(stream))
        try:
            ends_s = monotonic() + MAX_DURATION_S
            while monotonic() < ends_s:
                # Waited for without being cancelled: cancelling would end the stream.
                done, _waiting = await asyncio.wait({coming}, timeout=_BEAT_S)
                if not done:
                    yield ": beat\n\n"
                    continue
                coming = asyncio.ensure_future(anext(stream))
                yield "event: changed\ndata: {}\n\n"
        finally:
            coming.cancel()
