"""Tells a campaign's server what happens in it, as far as it listens. Best effort."""

import asyncio
from typing import Any
from uuid import UUID

import structlog

from allokoli.engine import servers
from allokoli.engine.calls.server_messages import envelope
from allokoli.engine.conversation.backstage import ServerFailed

_TIMEOUT_S = 10.0
_AT_ONCE = 10

_log = structlog.get_logger()


class Announcements:
    """Messages of one step of a campaign, sent together at its end.

    Args:
        org_id: whose campaign.
        campaign: as stored, secrets included.
        campaign_id: its id.
    """

    def __init__(self, org_id: UUID, campaign: dict[str, Any], campaign_id: UUID) -> None:
        self._org_id = org_id
        self._server = campaign.get("server")
        self._wanted = campaign.get("serverMessages")
        self._known = {"campaignId": str(campaign_id)}
        self._waiting: list[tuple[str, dict[str, Any]]] = []

    def add(self, kind: str, **fields: Any) -> None:
        """Have a message sent, if the server listens to its kind."""
        if not isinstance(self._server, dict):
            return
        if self._wanted is None or kind in self._wanted:
            self._waiting.append((kind, envelope(kind, fields, self._known)))

    async def send(self) -> None:
        """Send what is waiting."""
        places = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(self._one(places, *one) for one in self._waiting))
        self._waiting.clear()

    async def _one(self, places: asyncio.Semaphore, kind: str, body: dict[str, Any]) -> None:
        async with places:
            try:
                await servers.deliver(self._org_id, self._server or {}, body, timeout_s=_TIMEOUT_S)
            except ServerFailed as failure:
                _log.warning("server_message_lost", kind=kind, reason=str(failure))
