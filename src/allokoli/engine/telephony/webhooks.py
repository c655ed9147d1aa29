"""What Twilio asks and tells: answer this call, it rings, it is over, a machine took it."""

from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Request, Response

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Missing
from allokoli.engine.api.kinds import PHONE_NUMBER
from allokoli.engine.api.models import Resource
from allokoli.engine.api.resources import row as entity
from allokoli.engine.api.resources import valid_id, whole_body
from allokoli.engine.calls import repository
from allokoli.engine.calls.kept import kept_assistant, kept_number
from allokoli.engine.calls.models import Call
from allokoli.engine.calls.switchboard import Switchboard
from allokoli.engine.conversation.ended_reasons import CALLER_HUNG_UP
from allokoli.engine.telephony import answering, records, twiml, voicemail
from allokoli.engine.telephony.accounts import account_of, number_of
from allokoli.engine.telephony.links import PREFIX
from allokoli.engine.telephony.numbers import TWILIO
from allokoli.engine.telephony.phrases import language_of, phrase
from allokoli.engine.telephony.signatures import organization, verified

_NEVER_ANSWERED = {
    "busy": "customer-busy",
    "no-answer": "customer-did-not-answer",
    "failed": "twilio-failed-to-connect-call",
    "canceled": "customer-did-not-answer",
}
_COMPLETED = "completed"
_HUNG_UP = "call.in-progress.twilio-completed-call"
# SIP statuses by which a carrier says that there is no such number.
_NO_SUCH_NUMBER = frozenset({"404", "484", "604"})
_MISDIALED = "twilio-reported-customer-misdialed"

_log = structlog.get_logger()
router = APIRouter(prefix=PREFIX, include_in_schema=False)


def switchboard(request: Request) -> Switchboard:
    """A dependency: the calls of this process."""
    found: Switchboard = request.app.state.switchboard
    return found


Board = Annotated[Switchboard, Depends(switchboard)]


@router.post("/{number_id}/voice")
async def voice(number_id: str, request: Request, board: Board) -> Response:
    """A call comes in to a number."""
    found = await _number(request, number_id)
    asked = await _signed(request, found.org_id, whole_body(found))
    return _twiml(await answering.answer(found, asked, board.news))


@router.post("/{number_id}/status")
async def number_status(number_id: str, request: Request, board: Board) -> Response:
    """A call to a number is over."""
    found = await _number(request, number_id)
    told = await _signed(request, found.org_id, whole_body(found))
    async with session(Identity.job(found.org_id)) as opened:
        call = await records.by_sid(opened, found.id, told.get("CallSid", ""))
    if call is not None:
        await _note_status(call, told, board)
    return _done()


@router.post("/call/{call_id}/status")
async def call_status(call_id: str, request: Request, board: Board) -> Response:
    """A call we placed rings, was answered, or is over."""
    call, told = await _call(request, call_id)
    await _note_status(call, told, board)
    return _done()


@router.post("/call/{call_id}/machine")
async def machine(call_id: str, request: Request, board: Board) -> Response:
    """Twilio knows whether a person or a machine took a call."""
    call, told = await _call(request, call_id)
    answered_by = told.get("AnsweredBy", "")[:40]
    identity = Identity.job(call.org_id)
    await records.note(identity, call.id, answeredBy=answered_by)
    assistant = kept_assistant(call)
    if not records.is_over(call) and voicemail.is_machine(assistant, answered_by):
        await board.order(identity, call.id, voicemail.order(assistant))
    return _done()


@router.post("/call/{call_id}/dialed")
async def dialed(call_id: str, request: Request) -> Response:
    """Somebody the caller was connected to hung up, or could not be reached."""
    call, told = await _call(request, call_id)
    outcome = told.get("DialCallStatus", "")[:20]
    await records.note(Identity.job(call.org_id), call.id, forwarding=outcome)
    if outcome in _NEVER_ANSWERED:
        language = language_of(number_of(kept_number(call) or {}))
        return _twiml(twiml.say_and_hang_up(phrase("not_connected", language), language))
    return _twiml(twiml.hang_up())


@router.post("/call/{call_id}/whisper")
async def whisper(call_id: str, request: Request) -> Response:
    """Somebody answers to whom a caller is about to be connected."""
    call, _ = await _call(request, call_id)
    destination = call.artifacts.get("destination")
    language = language_of(number_of(kept_number(call) or {}))
    return _twiml(twiml.whisper(destination if isinstance(destination, dict) else {}, language))


async def _note_status(call: Call, told: dict[str, str], board: Switchboard) -> None:
    identity, status = Identity.job(call.org_id), told.get("CallStatus", "")
    duration = told.get("CallDuration", "")
    if duration.isdecimal() and len(duration) < 8:  # noqa: PLR2004 - digits of any real duration
        await records.note(identity, call.id, durationSeconds=int(duration))
    if records.is_over(call):
        return
    reason = _NEVER_ANSWERED.get(status)
    if status == "failed" and told.get("SipResponseCode") in _NO_SUCH_NUMBER:
        reason = _MISDIALED
    if status == _COMPLETED and call.instance_id is None:
        # Nobody carried it: the caller left before the stream began, or the stream never came.
        reason = CALLER_HUNG_UP if call.type == records.INBOUND else _HUNG_UP
    if reason is not None:
        await records.finish(identity, call.id, reason, board.news)
    elif status == "ringing":
        board.news.status(call)


async def _number(request: Request, number_id: str) -> Resource:
    org_id = organization(request)
    async with session(Identity.job(org_id)) as opened:
        found = await entity(opened, PHONE_NUMBER, number_id)
    if found.body.get("provider") != TWILIO:
        raise Missing(PHONE_NUMBER.title, number_id)
    return found


async def _call(request: Request, call_id: str) -> tuple[Call, dict[str, str]]:
    """A call Twilio speaks of, and what it says, its signature verified."""
    org_id = organization(request)
    async with session(Identity.job(org_id)) as opened:
        call = await repository.find(opened, valid_id(call_id))
    told = await _signed(request, org_id, kept_number(call) or {})
    known = (call.artifacts.get("phone") or {}).get("providerId")
    if known is not None and told.get("ParentCallSid", told.get("CallSid")) != known:
        raise Missing("Call", call_id)
    return call, told


async def _signed(request: Request, org_id: UUID, number: dict[str, Any]) -> dict[str, str]:
    return await verified(request, await account_of(org_id, number))


def _twiml(text: str) -> Response:
    return Response(text, media_type="text/xml")


def _done() -> Response:
    return Response(status_code=204)
