"""A `tool-calls` message as the agenda reads it: what is asked, in which call, by whom."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.blueprint import Blueprint
from allokoli.core.identity import Identity
from allokoli.platform.agenda import arguments
from allokoli.platform.assistants import repository as assistants
from allokoli.vapi.server_messages import ServerMessage, mapping, text

_LONGEST_ID = 200
_MOST_MESSAGES = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of a function.

    Attributes:
        id: the model's id for it, the same whenever it is sent again.
        name: of the function.
        arguments: as the model gave them.
    """

    id: str
    name: str
    arguments: dict[str, Any]

    @property
    def key(self) -> str:
        """The same for each delivery of this call of a function and for no other: some models
        give every call the same id."""
        asked = json.dumps([self.id, self.name, self.arguments], sort_keys=True)
        return hashlib.sha256(asked.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Attributes:
        identity: the organization.
        call_id: of the call, or of the chat, at the platform.
        number: the caller's line in E.164, when it is known.
        assistant_id: ours; None for an assistant that is not stored.
        blueprint: of the assistant, when it has one.
        shown: bookings that a chat was shown, whose turns carry no common id.
        rehearsal: whether nothing may be written.
    """

    identity: Identity
    call_id: str
    number: str | None
    assistant_id: UUID | None
    blueprint: Blueprint | None
    shown: frozenset[UUID]
    rehearsal: bool

    @property
    def country(self) -> str:
        """Where phone numbers without an international prefix are."""
        return self.blueprint.country if self.blueprint else "FR"

    @property
    def language(self) -> str:
        """Of what the caller is written."""
        return self.blueprint.language if self.blueprint else "fr"


def calls_in(message: ServerMessage) -> list[Asked]:
    """The functions a message asks for, in order; what has no id cannot be answered."""
    listed = message.body.get("toolCallList") or message.body.get("toolCalls")
    found = []
    for one in listed if isinstance(listed, list) else ():
        given, function = mapping(one), mapping(mapping(one).get("function"))
        call_id = text(given.get("id"))
        name = text(given.get("name")) or text(function.get("name"))
        if not call_id or len(call_id) > _LONGEST_ID or not name:
            continue
        stated = (given.get("arguments"), given.get("parameters"), function.get("arguments"))
        chosen = next((value for value in stated if value is not None), None)
        found.append(Asked(call_id, name, arguments.read(chosen)))
    return found


async def caller_of(
    opened: AsyncSession, identity: Identity, message: ServerMessage, *, rehearsal: bool
) -> Caller:
    """Who sends a message: the assistant is ours by its id, else as the message describes it."""
    described = mapping(message.body.get("assistant"))
    chat = mapping(message.body.get("chat"))
    stored = None
    for named in (message.call.get("assistantId"), chat.get("assistantId"), described.get("id")):
        if stored is None and (platform_id := text(named)):
            stored = await assistants.by_platform_id(opened, platform_id)
    given = stored.blueprint if stored else mapping(described.get("metadata")).get("blueprint")
    customer = mapping(message.call.get("customer")) or mapping(message.body.get("customer"))
    conversation = message.call_id or text(chat.get("sessionId")) or text(chat.get("id")) or ""
    return Caller(
        identity=identity,
        call_id=conversation[:_LONGEST_ID],
        number=text(customer.get("number")),
        assistant_id=stored.id if stored else None,
        blueprint=_blueprint(given),
        shown=frozenset() if message.call_id else frozenset(_shown_in(message)),
        rehearsal=rehearsal,
    )


def _blueprint(given: Any) -> Blueprint | None:
    try:
        return Blueprint.model_validate(given) if isinstance(given, dict) else None
    except ValidationError:
        return None


def _shown_in(message: ServerMessage) -> Iterable[UUID]:
    """The bookings that functions gave earlier in a written conversation."""
    said = mapping(message.body.get("artifact")).get("messagesOpenAIFormatted")
    for one in said[-_MOST_MESSAGES:] if isinstance(said, list) else ():
        content = mapping(one).get("content")
        if mapping(one).get("role") != "tool" or not isinstance(content, str):
            continue
        try:
            result = mapping(json.loads(content))
        except (ValueError, RecursionError):
            continue
        bookings = result.get("bookings")
        for given in [result, *(bookings if isinstance(bookings, list) else ())]:
            try:
                yield UUID(str(mapping(given).get("id")))
            except ValueError:
                continue
