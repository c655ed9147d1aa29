"""WebSockets of calls: the caller's audio, and a listener's ear."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from uuid import UUID

import structlog
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError
from allokoli.core.identity import Identity
from allokoli.engine.api.auth import identify
from allokoli.engine.api.errors import BadKey, Busy, WrongKey
from allokoli.engine.api.resources import valid_id
from allokoli.engine.calls import links, repository
from allokoli.engine.calls.models import WEBSOCKET
from allokoli.engine.calls.shown import monitored
from allokoli.engine.calls.switchboard import Switchboard
from allokoli.engine.calls.voice import AudioFormat, ListenerTooSlow, Voice

# Close codes, in the range left to applications (RFC 6455, 7.4.2), after the HTTP status.
_OWN = 4000
TOO_SLOW = 4408
_NORMAL = 1000
_BROKEN = 1011
_MAX_REASON_BYTES = 120
_CLOSING_S = 2.0
# A listener that does not take a piece of audio for so long is not listening.
_WRITE_S = 5.0

_log = structlog.get_logger()
router = APIRouter(tags=["call"])


@router.websocket("/call/{call_id}/transport")
@router.websocket("/{call_id}/transport")
async def transport(websocket: WebSocket, call_id: str) -> None:
    """The audio of a `vapi.websocket` call, both ways; its link is the permission.

    A refusal closes with 4000 plus the HTTP status it would have had, and says why.
    """
    await websocket.accept()
    async with _answered(websocket):
        wanted = valid_id(call_id)
        token = websocket.query_params.get("token")
        if token is None:
            raise BadKey("This link carries no token.")
        identity = Identity.job(links.organization(token, links.TRANSPORT, wanted))
        audio_format = await _audio_format(identity, wanted)

        async def connect(voice: Voice) -> Voice:
            await voice.answer_websocket(websocket, audio_format)
            return voice

        voice = await _board(websocket).carry(identity, wanted, connect)
        await voice.wait()


@router.websocket("/call/{call_id}/listen")
async def listen(websocket: WebSocket, call_id: str) -> None:
    """A running call as it is heard, audio and client messages; what a listener sends is ignored.

    Binary frames are 16-bit stereo at 16 kHz, the caller left and the assistant right; text frames
    are JSON. It closes with 1000 when the call ends, 4408 for a listener that does not keep up.
    """
    await websocket.accept()
    async with _answered(websocket):
        wanted = valid_id(call_id)
        identity, with_key = await _listener(websocket, wanted)
        async with session(identity) as opened:
            call = await repository.find(opened, wanted)
        enabled, needs_key = monitored(call, "listen")
        if not enabled:
            raise WrongKey("This call may not be listened to: monitorPlan.listenEnabled is false.")
        if needs_key and not with_key:
            raise BadKey("Missing bearer token. Send 'Authorization: Bearer <public key>'.")
        heard = _board(websocket).listen(call)
        sending = asyncio.create_task(_send(websocket, heard))
        leaving = asyncio.create_task(_left(websocket))
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        for task in (sending, leaving):
            task.cancel()
        sent, _ = await asyncio.gather(sending, leaving, return_exceptions=True)
        if isinstance(sent, (TimeoutError, ListenerTooSlow)):
            await _close(websocket, TOO_SLOW, str(sent) or "This listener does not read.")


def _board(websocket: WebSocket) -> Switchboard:
    found: Switchboard = websocket.app.state.switchboard
    return found


@contextlib.asynccontextmanager
async def _answered(websocket: WebSocket) -> AsyncIterator[None]:
    """Close it in the end, whatever happens, with a code that says why."""
    try:
        yield
    except AlloKoliError as error:
        await _close(websocket, _OWN + error.status, error.message)
    except WebSocketDisconnect:
        return
    except Exception as error:  # noqa: BLE001 - the other side is told in any case
        _log.error("call_socket_failed", error=type(error).__name__)
        await _close(websocket, _BROKEN, "Something went wrong on our side.")
    else:
        await _close(websocket, _NORMAL, "")


async def _close(websocket: WebSocket, code: int, reason: str) -> None:
    short = reason.encode()[:_MAX_REASON_BYTES].decode(errors="ignore")
    with contextlib.suppress(RuntimeError, OSError, TimeoutError, WebSocketDisconnect):
        async with asyncio.timeout(_CLOSING_S):
            await websocket.close(code, short)


async def _audio_format(identity: Identity, call_id: UUID) -> AudioFormat:
    async with session(identity) as opened:
        call = await repository.find(opened, call_id)
    if call.transport != WEBSOCKET:
        raise Busy("This call is not carried by a WebSocket.")
    asked = call.request.get("transport")
    return AudioFormat.of(asked.get("audioFormat") if isinstance(asked, dict) else None)


async def _listener(websocket: WebSocket, call_id: UUID) -> tuple[Identity, bool]:
    """For whom a listener acts, and whether a key was shown."""
    authorization = websocket.headers.get("authorization")
    if authorization is not None:
        caller = await identify(authorization)
        if caller.scope == "web_call":
            raise WrongKey("This token only starts web calls.")
        return caller.identity, True
    token = websocket.query_params.get("token")
    if token is None:
        raise BadKey("Missing bearer token. Send 'Authorization: Bearer <public key>'.")
    return Identity("api_key", links.organization(token, links.LISTEN, call_id)), False


async def _send(websocket: WebSocket, heard: AsyncIterator[bytes | dict[str, object]]) -> None:
    """Pass on what is heard until it ends.

    Raises:
        TimeoutError: the listener does not read.
        ListenerTooSlow: it did not keep up.
    """
    async with contextlib.aclosing(heard) as pieces:  # type: ignore[type-var]
        async for piece in pieces:
            async with asyncio.timeout(_WRITE_S):
                if isinstance(piece, bytes):
                    await websocket.send_bytes(piece)
                else:
                    await websocket.send_text(json.dumps(piece, ensure_ascii=False))


async def _left(websocket: WebSocket) -> None:
    """Read until the listener leaves; what it sends counts for nothing."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
