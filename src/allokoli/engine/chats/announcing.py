"""Tells an assistant's server of its chats and sessions, when it listens to that. Best effort."""

from typing import Any
from uuid import UUID

import structlog

from allokoli.core.security.sealed_json import part
from allokoli.engine import servers
from allokoli.engine.api.secrets import masked
from allokoli.engine.background import Background
from allokoli.engine.calls.server_messages import envelope
from allokoli.engine.conversation.backstage import ServerFailed

_TIMEOUT_S = 30.0

_log = structlog.get_logger()
sending = Background("server_message_failed", most=200, closing_s=3.0)


def announce(
    org_id: UUID, assistant: dict[str, Any] | None, kind: str, **fields: dict[str, Any]
) -> None:
    """Send a message of a kind; returns at once.

    Args:
        org_id: whose it is.
        assistant: secrets included; None when nobody is known to answer.
        kind: `chat.created`, `session.updated`, …
        fields: what the message carries: the chat or the session, as the wire shows it.
    """
    server = (assistant or {}).get("server")
    wanted = (assistant or {}).get("serverMessages")
    if assistant is None or not isinstance(server, dict) or not isinstance(wanted, list):
        return
    if kind not in wanted:
        return
    known = {"assistant": masked(part(assistant)[0]), "customer": _customer_of(fields)}
    if sending.start(_send(org_id, server, kind, envelope(kind, fields, known))) is None:
        _log.warning("server_message_dropped", kind=kind)


async def _send(org_id: UUID, server: dict[str, Any], kind: str, body: dict[str, Any]) -> None:
    try:
        await servers.deliver(org_id, server, body, timeout_s=_TIMEOUT_S)
    except ServerFailed as failure:
        _log.warning("server_message_lost", kind=kind, reason=str(failure))


def _customer_of(fields: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    found = next((one["customer"] for one in fields.values() if one.get("customer")), None)
    return found if isinstance(found, dict) else None
