"""Answers what assistants ask of the agenda during calls: the functions of `agenda_tools`."""

import asyncio
import json
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError
from allokoli.core.identity import Identity
from allokoli.platform.agenda import repository
from allokoli.platform.agenda.asked import Asked, Caller, caller_of, calls_in
from allokoli.platform.agenda.models import ToolCall
from allokoli.platform.agenda.service import place_of
from allokoli.platform.agenda.tool_functions import FUNCTIONS, READING, Answer, Desk
from allokoli.vapi.server_messages import ServerMessage

TOOL_CALLS = "tool-calls"
MOST_CALLS = 16
_LONGEST_S = 1.9
# Shorter, so that what waits too long is given up by the database, which then writes nothing.
_STATEMENT_MS = 1_500
_BUSY = "The agenda does not answer."
_log = structlog.get_logger()


async def answer(
    identity: Identity, message: ServerMessage, *, rehearsal: bool = False
) -> dict[str, Any]:
    """The answer to a `tool-calls` message, within two seconds.

    Args:
        identity: the organization, from `server_messages.service.sender`.
        message: the message.
        rehearsal: answer as if, and write nothing.

    Returns:
        Vapi's `{"results": [{toolCallId, name, result | error}]}`; a result is JSON in a string.
    """
    given_up_at = asyncio.get_running_loop().time() + _LONGEST_S
    results = []
    for asked in calls_in(message)[:MOST_CALLS]:
        head = {"toolCallId": asked.id, "name": asked.name}
        try:
            async with asyncio.timeout_at(given_up_at):
                result = await _answered(identity, message, asked, rehearsal=rehearsal)
        except _Refused as refusal:
            results.append({**head, "error": str(refusal)})
        except AlloKoliError as error:
            results.append({**head, "error": error.code})
        except (SQLAlchemyError, TimeoutError) as error:
            _log.warning("agenda_not_answered", name=asked.name, error=type(error).__name__)
            results.append({**head, "error": _BUSY})
        else:
            results.append({**head, "result": json.dumps(result, ensure_ascii=False)})
    return {"results": results}


class _Refused(Exception):
    """What was asked cannot be understood; the sentence is for the model."""


async def _answered(
    identity: Identity, message: ServerMessage, asked: Asked, *, rehearsal: bool
) -> dict[str, Any]:
    if asked.name not in FUNCTIONS:
        raise _Refused("There is no function of this name here.")
    arguments, _ = FUNCTIONS[asked.name]
    try:
        given = arguments.model_validate(asked.arguments)
    except ValidationError as error:
        wrong = sorted({str(one["loc"][0]) for one in error.errors() if one["loc"]})
        raise _Refused(f"Missing or not valid: {', '.join(wrong)}.") from None
    async with session(identity) as opened:
        await opened.execute(text(f"set local statement_timeout = {_STATEMENT_MS}"))
        caller = await caller_of(opened, identity, message, rehearsal=rehearsal)
        if not rehearsal:
            return await _kept(opened, caller, asked, given)
        async with opened.begin_nested() as attempt:
            found = await _done(opened, caller, asked, given)
            await attempt.rollback()
        return found.result


async def _kept(opened: AsyncSession, caller: Caller, asked: Asked, given: Any) -> dict[str, Any]:
    """Do what was asked once: the same request again gets the same answer."""
    org_id, key = caller.identity.organization, asked.key
    # What comes without a conversation's id has nothing to tell its requests from another's by.
    known = bool(caller.call_id)
    if known and asked.name not in READING:
        # Whoever holds the agenda sees what an earlier delivery of the same request did.
        await place_of(opened, caller.identity, caller.blueprint, lock=True)
        earlier = await repository.tool_call(opened, org_id, caller.call_id, key)
        if earlier is not None:
            return earlier.result
    found = await _done(opened, caller, asked, given)
    if known and (asked.name not in READING or found.shown):
        await repository.remember(
            opened,
            ToolCall(
                org_id=org_id,
                call_platform_id=caller.call_id,
                tool_call_id=key,
                name=asked.name,
                result=found.result,
                booking_ids=list(found.shown),
                created_at=clock.now(),
            ),
        )
    return found.result


async def _done(opened: AsyncSession, caller: Caller, asked: Asked, given: Any) -> Answer:
    writes = asked.name not in READING
    place = await place_of(opened, caller.identity, caller.blueprint, lock=writes)
    _, function = FUNCTIONS[asked.name]
    return await function(Desk(opened, place, caller), given)
