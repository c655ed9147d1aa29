"""What a call's conversation needs of the engine around it."""

from typing import Any

import structlog

from allokoli.engine.api.wire import iso
from allokoli.engine.calls.models import Call
from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.conversation.cast import Cast
from allokoli.engine.conversation.chat_model import ChatModel
from allokoli.engine.models.choose import choose_model

_log = structlog.get_logger()


class CallBackstage:
    """The `Backstage` of a call.

    Args:
        call: the row.
    """

    def __init__(self, call: Call) -> None:
        self._call = call

    def model(self, assistant: dict[str, Any]) -> ChatModel:
        """See `Backstage`."""
        call = self._call
        return choose_model(assistant, call=known_of(call), started_at=call.created_at).model

    async def ask_server(
        self,
        kind: str,  # noqa: ARG002
        fields: dict[str, Any],  # noqa: ARG002
        server: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """See `Backstage`."""
        raise ServerFailed("no server")

    async def headers_for(self, credential_id: str) -> dict[str, str]:  # noqa: ARG002
        """See `Backstage`."""
        raise ServerFailed("no credential")

    async def credential(self, provider: str) -> dict[str, Any] | None:  # noqa: ARG002
        """See `Backstage`."""
        return None

    async def search(self, knowledge: dict[str, Any], query: str) -> list[str]:  # noqa: ARG002
        """See `Backstage`."""
        return []

    async def find_cast(self, body: dict[str, Any]) -> Cast:  # noqa: ARG002
        """See `Backstage`."""
        raise ServerFailed("nobody")

    def warn(self, sentence: str) -> None:
        """See `Backstage`."""
        _log.warning("call_warning", call=str(self._call.id), sentence=sentence)


def known_of(call: Call) -> dict[str, Any]:
    """What a model may know of the call it answers in, by Vapi's names."""
    return {
        "id": str(call.id),
        "orgId": str(call.org_id),
        "type": call.type,
        "createdAt": iso(call.created_at),
        "assistantId": str(call.assistant_id) if call.assistant_id else None,
        "customer": call.request.get("customer"),
    }
