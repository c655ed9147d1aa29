"""What is added to an entity's fields on their way to the voice platform."""

from typing import Any
from uuid import UUID

from allokoli.core.settings import get_settings
from allokoli.vapi.regions import Access

# The mark that lets an entity be found at the platform when its id was never recorded.
MARK = "allokoliId"
_RECEIVER = "/api/v1/webhooks/receive"
_RECEIVER_TIMEOUT_S = 20


def marked(config: dict[str, Any], row_id: UUID) -> dict[str, Any]:
    """The fields with our id among their metadata."""
    metadata = config.get("metadata")
    kept = metadata if isinstance(metadata, dict) else {}
    return {**config, "metadata": {**kept, MARK: str(row_id)}}


def with_server(config: dict[str, Any], access: Access) -> dict[str, Any]:
    """The fields with the address and secret that bring server messages to us."""
    return {
        **config,
        "server": {
            "url": receiver_url(access),
            "timeoutSeconds": _RECEIVER_TIMEOUT_S,
            "headers": {"X-Vapi-Secret": access.server_secret},
        },
    }


def receiver_url(access: Access) -> str:
    """Where the platform sends server messages: directly when it runs on this machine."""
    settings = get_settings()
    base = settings.web_internal_url if access.kind == "engine" else settings.public_url
    return f"{base}{_RECEIVER}"
