from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response, StreamingResponse

from allokoli.core.database import session
from allokoli.platform.access import Caller, Writer
from allokoli.platform.calls import live, recording, service
from allokoli.platform.calls.schemas import CallCreate, CallDetail, CallFilters, CallRead
from allokoli.platform.idempotency import IdempotencyKey, once
from allokoli.platform.pagination import Cursor, Limit, Page

router = APIRouter(prefix="/calls", tags=["calls"])


class _Listing(CallFilters):
    cursor: Cursor = None
    limit: Limit = 50


@router.get("")
async def list_calls(caller: Caller, wanted: Annotated[_Listing, Query()]) -> Page[CallRead]:
    async with session(caller) as opened:
        return await service.list_calls(opened, wanted, cursor=wanted.cursor, limit=wanted.limit)


@router.post("", status_code=201)
async def create_call(wanted: CallCreate, caller: Writer, key: IdempotencyKey = None) -> CallDetail:
    return await once(
        caller, "POST /calls", key, wanted, CallDetail, lambda: service.create_call(caller, wanted)
    )


@router.get("/{call_id}")
async def get_call(call_id: UUID, caller: Caller) -> CallDetail:
    async with session(caller) as opened:
        return await service.get_call(opened, call_id)


@router.delete("/{call_id}")
async def delete_call(call_id: UUID, caller: Writer) -> CallDetail:
    return await service.delete_call(caller, call_id)


@router.post("/{call_id}/end")
async def end_call(call_id: UUID, caller: Writer) -> CallDetail:
    return await service.end_call(caller, call_id)


@router.get("/{call_id}/listen", response_class=StreamingResponse)
async def listen(call_id: UUID, caller: Caller) -> StreamingResponse:
    """Server-sent events: `call`, `message`, `beat`, `end`."""
    async with session(caller) as opened:
        row = await service.row_of(opened, call_id)
    return StreamingResponse(
        live.as_server_sent_events(caller, row.id),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@router.get("/{call_id}/recording", response_class=Response)
async def play_recording(
    call_id: UUID,
    caller: Caller,
    wanted: Annotated[str | None, Header(alias="Range", max_length=100)] = None,
) -> Response:
    """Both sides of the call, in stereo; `Range` is understood."""
    return await recording.play(caller, call_id, wanted)
