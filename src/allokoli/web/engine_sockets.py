"""`/engine/*` for WebSockets: the audio of calls, carried both ways and as it comes.

What one side sends is read only as fast as the other takes it. A side that vanishes, stops reading
or sends more than allowed ends the passage for both, with a code that says why.
"""

import asyncio
import contextlib
from collections.abc import Awaitable
from http import HTTPStatus

import structlog
from fastapi import APIRouter, WebSocket
from starlette.responses import Response
from starlette.websockets import WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Origin, Subprotocol

from allokoli.core.settings import get_settings
from allokoli.web.engine_proxy import PREFIX, quoted_path, refusal, request_headers

_log = structlog.get_logger()
router = APIRouter()

MAX_SOCKETS = 400
MAX_MESSAGE_BYTES = 1_000_000
# A side that takes nothing for so long is not there any more; audio comes fifty times a second.
WRITE_S = 10.0
_OPEN_S = 5.0
_CLOSE_S = 2.0
_PING_S = 20.0
_WAITING_MESSAGES = 16

# RFC 6455, 7.4: what may not be sent in a close frame, and what is said instead.
_NO_CODE, _ABNORMAL, _NO_TLS = 1005, 1006, 1015
_NORMAL, _GOING_AWAY, _TOO_BIG, _BROKEN, _TRY_LATER = 1000, 1001, 1009, 1011, 1013
_SAID_INSTEAD = {_NO_CODE: _NORMAL, _ABNORMAL: _GOING_AWAY, _NO_TLS: _BROKEN}

# How sending fails to a client that has left.
_GONE = (RuntimeError, OSError, WebSocketDisconnect)
# Written anew for the second hop.
_OF_THE_HANDSHAKE = b"sec-websocket-"
_NOT_SENT = {b"origin", b"user-agent"}

_open = 0


@router.websocket(PREFIX + "/{path:path}")
async def pass_on_socket(websocket: WebSocket, path: str) -> None:
    """Open the same socket at the engine, and carry messages until either side closes."""
    global _open  # noqa: PLW0603 - one count for the process
    if _open >= MAX_SOCKETS:
        await _deny(websocket, HTTPStatus.SERVICE_UNAVAILABLE, "Too many calls at once")
        return
    _open += 1
    try:
        await _pass_on(websocket, path)
    finally:
        _open -= 1


async def _pass_on(websocket: WebSocket, path: str) -> None:
    try:
        engine = await _engine(websocket, path)
    except InvalidStatus as refused:
        answer = refused.response
        await _deny_with(websocket, Response(bytes(answer.body or b""), answer.status_code))
        return
    except TimeoutError:
        await _deny(
            websocket, HTTPStatus.GATEWAY_TIMEOUT, "The voice engine did not answer in time"
        )
        return
    except (OSError, WebSocketException) as error:
        _log.warning("engine_unreachable", error=type(error).__name__)
        await _deny(websocket, HTTPStatus.BAD_GATEWAY, "The voice engine is not running")
        return
    try:
        await websocket.accept(engine.subprotocol)
        code, reason = await _carry(websocket, engine)
        await _ended(engine.close(code, reason))
        await _ended(websocket.close(code, reason))
    finally:
        # Without waiting for the answer of a side that may not be there.
        engine.transport.abort()


async def _engine(websocket: WebSocket, path: str) -> ClientConnection:
    base = get_settings().engine_internal_url.replace("http", "ws", 1)
    query = websocket.scope["query_string"].decode("latin-1")
    subprotocols = [Subprotocol(one) for one in websocket.scope.get("subprotocols", [])]
    origin = websocket.headers.get("origin")
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in request_headers(websocket)
        if name not in _NOT_SENT and not name.startswith(_OF_THE_HANDSHAKE)
    ]
    return await connect(
        f"{base}{quoted_path(websocket, path)}" + (f"?{query}" if query else ""),
        origin=Origin(origin) if origin else None,
        additional_headers=headers,
        user_agent_header=websocket.headers.get("user-agent"),
        subprotocols=subprotocols or None,
        # Speech does not compress, and a small message must not grow into a large one.
        compression=None,
        proxy=None,
        open_timeout=_OPEN_S,
        close_timeout=_CLOSE_S,
        ping_interval=_PING_S,
        ping_timeout=_PING_S,
        max_size=MAX_MESSAGE_BYTES,
        max_queue=_WAITING_MESSAGES,
    )


async def _carry(websocket: WebSocket, engine: ClientConnection) -> tuple[int, str]:
    """Carry messages both ways; returns the code and reason to close with."""
    ways = [
        asyncio.create_task(_from_client(websocket, engine)),
        asyncio.create_task(_from_engine(websocket, engine)),
    ]
    try:
        done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)


async def _from_client(websocket: WebSocket, engine: ClientConnection) -> tuple[int, str]:
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return _sayable(message.get("code")), message.get("reason") or ""
        piece = message.get("bytes")
        piece = message.get("text") if piece is None else piece
        if piece is None:
            continue
        if len(piece) > MAX_MESSAGE_BYTES:
            return _TOO_BIG, "This message is too large."
        try:
            async with asyncio.timeout(WRITE_S):
                await engine.send(piece)
        except TimeoutError:
            return _TRY_LATER, "The voice engine does not keep up."
        except ConnectionClosed as closed:
            return _closed(closed)


async def _from_engine(websocket: WebSocket, engine: ClientConnection) -> tuple[int, str]:
    try:
        async for piece in engine:
            async with asyncio.timeout(WRITE_S):
                if isinstance(piece, str):
                    await websocket.send_text(piece)
                else:
                    await websocket.send_bytes(piece)
    except TimeoutError:
        return _TRY_LATER, "This client does not keep up with the call."
    except ConnectionClosed as closed:
        return _closed(closed)
    except _GONE:
        # The client is gone; the other way may not have been told yet.
        return _GOING_AWAY, ""
    return _sayable(engine.close_code), engine.close_reason or ""


def _closed(closed: ConnectionClosed) -> tuple[int, str]:
    if closed.sent is not None and not closed.rcvd_then_sent:
        return _sayable(closed.sent.code), closed.sent.reason
    if closed.rcvd is not None:
        return _sayable(closed.rcvd.code), closed.rcvd.reason
    return _BROKEN, "The voice engine is gone."


def _sayable(code: int | None) -> int:
    return _SAID_INSTEAD.get(code or _NORMAL, code or _NORMAL)


async def _ended(closing: Awaitable[None]) -> None:
    with contextlib.suppress(*_GONE, TimeoutError, WebSocketException):
        async with asyncio.timeout(_CLOSE_S):
            await closing


async def _deny(websocket: WebSocket, status: HTTPStatus, message: str) -> None:
    await _deny_with(websocket, refusal(status, message))


async def _deny_with(websocket: WebSocket, response: Response) -> None:
    with contextlib.suppress(*_GONE):
        await websocket.send_denial_response(response)
