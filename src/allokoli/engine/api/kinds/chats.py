"""Chats, and the sessions that join them."""

from functools import lru_cache
from typing import Any

from allokoli.engine.api.kinds.chat_messages import input_problems, message_problems
from allokoli.engine.api.kinds.kind import Kind, sdk_type
from allokoli.engine.api.validation import limits
from allokoli.engine.api.validation.shapes import Field, Fields

_ANSWERERS = {"assistantId": "assistant", "squadId": "squad"}


@lru_cache(maxsize=1)
def _chat() -> Fields:
    return {
        "input": Field(Any, required=True),
        **_answerer(),
        "name": Field(str),
        "sessionId": Field(str),
        "stream": Field(bool),
        "previousChatId": Field(str),
        "transport": Field(sdk_type("TwilioSmsChatTransport")),
    }


@lru_cache(maxsize=1)
def _session() -> Fields:
    return {
        **_answerer(),
        "name": Field(str),
        "status": Field(sdk_type("CreateSessionDtoStatus", "sessions")),
        "expirationSeconds": Field(float),
        "messages": Field(Any),
        "customer": Field(sdk_type("CreateCustomerDto")),
        "customerId": Field(str),
        "phoneNumberId": Field(str),
        "phoneNumber": Field(sdk_type("ImportTwilioPhoneNumberDto")),
    }


@lru_cache(maxsize=1)
def _changed_session() -> Fields:
    changeable = ("name", "status", "expirationSeconds", "messages")
    return {name: field for name, field in _session().items() if name in changeable}


def _answerer() -> Fields:
    return {
        "assistantId": Field(str),
        "assistant": Field(sdk_type("CreateAssistantDto")),
        "assistantOverrides": Field(sdk_type("AssistantOverrides")),
        "squadId": Field(str),
        "squad": Field(sdk_type("CreateSquadDto")),
    }


def _session_problems(body: dict[str, Any]) -> list[str]:
    return message_problems(body.get("messages") or [], "messages")


CHAT = Kind(
    "chat",
    "Chat",
    "/chat",
    _chat,
    family="page",
    filters={
        "id": "id",
        "idAny": "id",
        "assistantId": "assistantId",
        "assistantIdAny": "assistantId",
        "squadId": "squadId",
        "sessionId": "sessionId",
        "previousChatId": "previousChatId",
    },
    limits=limits.NAMED_40,
    references=_ANSWERERS,
    managed=frozenset({"messages", "output", "cost", "costs", "conversationState"}),
    further=input_problems,
    plain=False,
)
SESSION = Kind(
    "session",
    "Session",
    "/session",
    _session,
    _changed_session,
    family="page",
    filters={
        "id": "id",
        "idAny": "id",
        "name": "name",
        "assistantId": "assistantId",
        "assistantIdAny": "assistantId",
        "squadId": "squadId",
        "workflowId": "workflowId",
        "phoneNumberId": "phoneNumberId",
        "phoneNumberIdAny": "phoneNumberId",
        "number": "customer.number",
        "sipUri": "customer.sipUri",
        "email": "customer.email",
        "externalId": "customer.externalId",
        "extension": "customer.extension",
        "customerNumberAny": "customer.number",
    },
    limits=limits.SESSION,
    references={**_ANSWERERS, "phoneNumberId": "phone-number"},
    managed=frozenset({"cost", "costs", "artifact", "conversationState", "metrics", "web"}),
    further=_session_problems,
    derived=lambda _body: {"status": "active", "expirationSeconds": 86_400},
    plain=False,
)
