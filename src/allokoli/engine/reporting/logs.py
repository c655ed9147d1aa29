"""`/logs`: what the engine did, line by line; as `vapi-server-sdk` 1.7.0 reads it."""

from typing import Any

from sqlalchemy import Select, delete, func, select
from starlette.datastructures import QueryParams

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.listing import Listing, apply, narrowed, read_listing
from allokoli.engine.api.wire import as_uuid, iso
from allokoli.engine.calls.call_log import LogEntry
from allokoli.engine.calls.models import Call

_TYPES = ("API", "Webhook", "Call", "Provider")
_BY_CALL = {
    "assistantId": Call.assistant_id,
    "phoneNumberId": Call.phone_number_id,
    "squadId": Call.squad_id,
}
_DELETED_BY = frozenset({"type", "callId", "customerId", *_BY_CALL})
_LISTED_BY = frozenset({"webhookType", *_DELETED_BY})


async def listed(identity: Identity, query: QueryParams) -> dict[str, Any]:
    """A page of log lines, newest first, or oldest first if asked.

    Raises:
        Invalid: a parameter.
    """
    listing = read_listing(query, _LISTED_BY, paged=True, sorts=("createdAt",))
    found = _filtered(select(LogEntry, Call), listing)
    every = narrowed(found, listing, created_at=LogEntry.time, updated_at=LogEntry.time)
    page = apply(
        found,
        listing,
        row_id=LogEntry.id,
        created_at=LogEntry.time,
        updated_at=LogEntry.time,
    )
    async with session(identity) as opened:
        total = await opened.scalar(
            select(func.count()).select_from(every.with_only_columns(LogEntry.id).subquery())
        )
        results = [_shown(entry, call) for entry, call in (await opened.execute(page)).all()]
    return {"results": results, "metadata": listing.metadata(total or 0)}


async def remove(identity: Identity, query: QueryParams) -> dict[str, Any]:
    """Remove the lines a query names: all of the organization's when it names none.

    Raises:
        Invalid: a parameter.
    """
    listing = read_listing(query, _DELETED_BY)
    if listing.times or "limit" in query:
        raise Invalid(["logs are deleted by type, assistantId, phoneNumberId, squadId or callId"])
    found = _filtered(select(LogEntry, Call), listing).with_only_columns(LogEntry.id)
    async with session(identity) as opened:
        removed = await opened.execute(
            delete(LogEntry).where(LogEntry.id.in_(found)).returning(LogEntry.id)
        )
        return {"deleted": len(removed.all())}


def _filtered(statement: Select[LogEntry, Call], listing: Listing) -> Select[LogEntry, Call]:
    statement = statement.outerjoin(Call, Call.id == LogEntry.call_id)
    for name, value in listing.equals:
        if name == "type":
            if value not in _TYPES:
                raise Invalid([f"type must be one of the following values: {', '.join(_TYPES)}"])
            statement = statement.where(LogEntry.type == value)
        elif name == "webhookType":
            statement = statement.where(
                LogEntry.type == "Webhook", LogEntry.body["message"].astext == value
            )
        elif name == "customerId":
            statement = statement.where(Call.request["customerId"].astext == value)
        else:
            wanted = as_uuid(value)
            if wanted is None:
                raise Invalid([f"{name} must be a UUID"])
            column = LogEntry.call_id if name == "callId" else _BY_CALL[name]
            statement = statement.where(column == wanted)
    return statement


def _shown(entry: LogEntry, call: Call | None) -> dict[str, Any]:
    """A line in Vapi's words, with what else it says."""
    body = dict(entry.body)
    shown: dict[str, Any] = {
        **body,
        "id": str(entry.id),
        "time": iso(entry.time),
        "orgId": str(entry.org_id),
        "type": entry.type,
        "callId": str(entry.call_id) if entry.call_id else None,
    }
    if entry.type == "Webhook":
        shown["webhookType"] = body.get("message")
    if isinstance(body.get("ms"), (int, float)):
        shown["requestDurationSeconds"] = body["ms"] / 1000
    if body.get("level") == "error":
        shown["error"] = {"message": str(body.get("reason") or body.get("event") or "")}
    if call is not None:
        shown |= {
            "assistantId": str(call.assistant_id) if call.assistant_id else None,
            "phoneNumberId": str(call.phone_number_id) if call.phone_number_id else None,
            "squadId": str(call.squad_id) if call.squad_id else None,
            "customerId": call.request.get("customerId"),
        }
    return {name: value for name, value in shown.items() if value is not None}
