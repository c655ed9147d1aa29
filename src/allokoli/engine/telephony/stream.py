"""Twilio's media streams: the audio of a phone call, on a WebSocket."""

import asyncio
import contextlib
import json
from typing import Any
from uuid import UUID

import structlog
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import BadKey
from allokoli.engine.calls import repository
from allokoli.engine.calls.kept import kept_number
from allokoli.engine.calls.models import ENDED, Call
from allokoli.engine.calls.switchboard import Switchboard
from allokoli.engine.calls.voice import Voice
from allokoli.engine.conversation.ended_reasons import CALLER_HUNG_UP, CARRIER_LEFT, FORWARDED
from allokoli.engine.telephony import links, twilio_api, twiml
from allokoli.engine.telephony.accounts import Account, account_of, number_of
from allokoli.engine.telephony.twilio_api import TwilioFailed

_START_S = 10.0
_CLOSING_S = 2.0
_MAX_FIRST_MESSAGES = 5
_MAX_MESSAGE_CHARS = 20_000
_REFUSED = 1008
_NORMAL = 1000
# Endings after which Twilio has nothing left to hang up.
_OVER_THERE = frozenset({CALLER_HUNG_UP, FORWARDED, CARRIER_LEFT})

_log = structlog.get_logger()
router = APIRouter(prefix=links.PREFIX)


@router.websocket("/stream")
async def stream(websocket: WebSocket) -> None:
    """Carry a phone call. The token in the stream's parameters, which we signed, opens it."""
    await websocket.accept()
    code = _REFUSED
    try:
        started = await _start(websocket)
        if started is not None:
            await _carry(websocket, *started)
            code = _NORMAL
    except WebSocketDisconnect:
        return
    except AlloKoliError as error:
        _log.warning("phone_stream_refused", error=type(error).__name__)
    with contextlib.suppress(RuntimeError, OSError, TimeoutError, WebSocketDisconnect):
        async with asyncio.timeout(_CLOSING_S):
            await websocket.close(code)


async def _start(websocket: WebSocket) -> tuple[dict[str, Any], UUID, UUID] | None:
    """Twilio's `start` message, and the organization and the call its token names."""
    message: dict[str, Any] | None = None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_START_S):
            for _ in range(_MAX_FIRST_MESSAGES):
                received = _object(await _text(websocket))
                if received.get("event") == "start" and isinstance(received.get("start"), dict):
                    message = received
                    break
    if message is None:
        return None
    given = message["start"].get("customParameters")
    token = given.get("token") if isinstance(given, dict) else None
    if not isinstance(token, str):
        raise BadKey("The stream carries no token.")
    return message, *links.read_stream_token(token)


async def _carry(
    websocket: WebSocket, message: dict[str, Any], org_id: UUID, call_id: UUID
) -> None:
    board: Switchboard = websocket.app.state.switchboard
    identity = Identity.job(org_id)
    async with session(identity) as opened:
        call = await repository.find(opened, call_id)
    call_sid = str(message["start"].get("callSid") or "")
    known = (call.artifacts.get("phone") or {}).get("providerId")
    if not call_sid or known not in {None, call_sid}:
        raise BadKey("The stream is of another call.")
    account = await account_of(org_id, kept_number(call) or {})
    line = _Line(call, account, call_sid)

    async def connect(voice: Voice) -> Voice:
        await voice.answer_twilio(websocket, message, line.forward)
        return voice

    try:
        voice = await board.carry(identity, call_id, connect)
        reason = await voice.wait()
    except AlloKoliError:
        # It was canceled while it rang, or cannot be carried: the caller must not hear silence.
        async with session(identity) as opened:
            ended = (await repository.find(opened, call_id)).status == ENDED
        await line.hang_up()
        if not ended:
            raise
        return
    if reason not in _OVER_THERE:
        await line.hang_up()


class _Line:
    """Twilio's side of a running call.

    Args:
        call: as stored when the stream began.
        account: that the number is on; None when nothing opens it any more.
        call_sid: Twilio's id of the call.
    """

    def __init__(self, call: Call, account: Account | None, call_sid: str) -> None:
        self._call = call
        self._account = account
        self._call_sid = call_sid

    async def forward(self, destination: dict[str, Any]) -> None:
        """Connect the caller to somebody else; the stream ends by that.

        Raises:
            TwilioFailed: it was not done.
        """
        if self._account is None:
            raise TwilioFailed("There are no credentials for the number's account.")
        call, number = self._call, number_of(kept_number(self._call) or {})
        customer = str((call.request.get("customer") or {}).get("number") or "")
        async with session(Identity.job(call.org_id)) as opened:
            row = await repository.find(opened, call.id, lock=True)
            row.artifacts = {**row.artifacts, "destination": destination}
        told = twiml.dial(
            destination, org_id=call.org_id, call_id=call.id, customer=customer, number=number
        )
        await twilio_api.change_call(self._account, self._call_sid, [("Twiml", told)])

    async def hang_up(self) -> None:
        """End the call at Twilio; never fails, since closing the stream ends it as well."""
        if self._account is None:
            return
        try:
            await twilio_api.change_call(self._account, self._call_sid, [("Status", "completed")])
        except TwilioFailed as failure:
            _log.warning("phone_not_hung_up", call=str(self._call.id), code=failure.code)


async def _text(websocket: WebSocket) -> str:
    """The next message; empty for one that is no text, or too long.

    Raises:
        WebSocketDisconnect: the other side left.
    """
    received = await websocket.receive()
    if received["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(received.get("code") or _NORMAL)
    text = received.get("text") or ""
    return text if len(text) <= _MAX_MESSAGE_CHARS else ""


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
