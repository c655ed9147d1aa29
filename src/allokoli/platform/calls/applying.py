"""Applies what the voice platform says of a call to our row, in whatever order it arrives."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock, events, jobs
from allokoli.platform.assistants import repository as assistants
from allokoli.platform.calls import repository
from allokoli.platform.calls.models import ENDED, TEXT, Call, Outcome
from allokoli.platform.messages import repository as messages
from allokoli.platform.messages import transcript
from allokoli.platform.messages.wire import Said, said
from allokoli.vapi.server_messages import ServerMessage, mapping, moment, text

_PROGRESS = ("scheduled", "queued", "ringing", "in-progress", "forwarding", ENDED)
_SUCCESS = {"true", "pass", "passed", "success", "successful"}
_FAILURE = {"false", "fail", "failed", "failure", "unsuccessful"}
_LONGEST_NAME = 200


async def known_call(opened: AsyncSession, org_id: UUID, described: dict[str, Any]) -> Call | None:
    """The row of a call the platform describes, made when it is new, locked.

    Args:
        opened: a session of the organization.
        org_id: the organization.
        described: Vapi's Call.

    Returns:
        The row; None when the description has no id.
    """
    platform_id = text(described.get("id"))
    if not platform_id:
        return None
    named = text(described.get("assistantId"))
    assistant = await assistants.by_platform_id(opened, named) if named else None
    now = clock.now()
    columns = {
        "assistant_id": assistant.id if assistant else None,
        "assistant_name": assistant.name if assistant else _transient_name(described),
        "type": text(described.get("type")),
        "transport": _transport(described),
        "status": _known_status(described.get("status")) or "queued",
        "customer_number": text(mapping(described.get("customer")).get("number")),
        "started_at": moment(described.get("startedAt")),
        "created_at": moment(described.get("createdAt")) or now,
        "updated_at": now,
        "recording": "none",
    }
    return await repository.ensure(opened, org_id, platform_id, columns)


def _transport(described: dict[str, Any]) -> str | None:
    """What carries a call; our engine says of a written one that it is a conversation in chat."""
    if described.get("conversationType") == "chat":
        return "text"
    return text(mapping(described.get("transport")).get("provider"))


async def apply(opened: AsyncSession, org_id: UUID, message: ServerMessage) -> Call | None:
    """Apply one server message. Called once for each, inside the transaction that stores it."""
    call = await known_call(opened, org_id, message.call)
    if call is None:
        return None
    body = message.body
    if message.type == "status-update":
        _advance(call, body.get("status"), text(body.get("endedReason")))
    elif message.type == "transcript":
        await _hear(opened, call, body)
    elif message.type == "conversation-update":
        await _follow(opened, call, said(body.get("messages")))
    elif message.type == "end-of-call-report":
        await report(opened, call, {**message.call, **body, "status": ENDED})
        await conclude(opened, call, body)
    await tell(opened, call, message.type)
    return call


async def report(opened: AsyncSession, call: Call, described: dict[str, Any]) -> None:
    """Take over everything a finished (or running) call's description holds.

    Args:
        opened: a session of the organization.
        call: the row, locked.
        described: Vapi's Call, or an end-of-call report over it.
    """
    _advance(call, described.get("status"), text(described.get("endedReason")))
    call.started_at = moment(described.get("startedAt")) or call.started_at
    call.ended_at = moment(described.get("endedAt")) or call.ended_at
    artifact = mapping(described.get("artifact"))
    turns = said(artifact.get("messages") or described.get("messages"))
    if turns:
        await transcript.replace(opened, call.org_id, call.id, turns)
    analysis = mapping(described.get("analysis"))
    if analysis:
        _judge(call, analysis)


async def conclude(opened: AsyncSession, call: Call, described: dict[str, Any]) -> None:
    """What follows a call that is over: its recording is fetched, its owner told."""
    from allokoli.platform.calls.tasks import download_recording
    from allokoli.platform.notifications.tasks import notify_call

    call.reported_at = clock.now()
    org_id, call_id = str(call.org_id), str(call.id)
    if call.recording == "none" and _is_recorded(mapping(described.get("artifact"))):
        call.recording = "pending"
        await jobs.defer(opened, download_recording, org_id=org_id, call_id=call_id)
    await jobs.defer(opened, notify_call, org_id=org_id, call_id=call_id)


async def tell(opened: AsyncSession, call: Call, event: str) -> None:
    """Tell whoever follows the call, or the organization's list of calls."""
    await events.publish(opened, f"call:{call.id}", event=event)
    topic = f"org:{call.org_id}"
    await events.publish(opened, topic, event="call", id=str(call.id), status=call.status)


def _advance(call: Call, status: Any, reason: str | None) -> None:
    """A call never goes back: a late "in-progress" does not reopen one that ended."""
    known = _known_status(status)
    if known is not None and _rank(known) > _rank(call.status):
        call.status = known
        if known == "in-progress" and call.started_at is None:
            call.started_at = clock.now()
        if known == ENDED and call.ended_at is None:
            call.ended_at = clock.now()
    if reason and call.status == ENDED:
        call.ended_reason = reason


async def _hear(opened: AsyncSession, call: Call, body: dict[str, Any]) -> None:
    role, content = text(body.get("role")), text(body.get("transcript"))
    final = body.get("transcriptType") == "final"
    if role and content and final and _is_live(call):
        turn = Said(role, content, moment(body.get("timestamp")))
        await transcript.append_if_new(opened, call.org_id, call.id, turn)


async def _follow(opened: AsyncSession, call: Call, turns: list[Said]) -> None:
    if _is_live(call) and len(turns) >= await messages.count(opened, call.id):
        await transcript.replace(opened, call.org_id, call.id, turns)


def _is_live(call: Call) -> bool:
    """Whether messages are still gathered live; those of a text call come with its answers."""
    return call.reported_at is None and call.transport != TEXT


def _judge(call: Call, analysis: dict[str, Any]) -> None:
    call.summary = text(analysis.get("summary")) or call.summary
    data = analysis.get("structuredData")
    if isinstance(data, dict):
        call.structured_data, call.intent = data, text(data.get("intent"))
    evaluation = analysis.get("successEvaluation")
    if evaluation is not None:
        call.success_evaluation = _evaluation(evaluation)
        call.outcome = _outcome(call.success_evaluation)


def _evaluation(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else text(value) or str(value)


def _outcome(evaluation: str) -> Outcome | None:
    word = evaluation.strip().lower()
    if word in _SUCCESS:
        return "success"
    return "failure" if word in _FAILURE else None


def _is_recorded(artifact: dict[str, Any]) -> bool:
    return any(artifact.get(name) for name in ("stereoRecordingUrl", "recordingUrl", "recording"))


def _transient_name(described: dict[str, Any]) -> str | None:
    name = text(mapping(described.get("assistant")).get("name"))
    return name[:_LONGEST_NAME] if name else None


def _known_status(value: Any) -> str | None:
    return value if value in _PROGRESS else None


def _rank(status: str) -> int:
    return _PROGRESS.index(status) if status in _PROGRESS else 0
