import json
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request

from allokoli.core.errors import InvalidInput
from allokoli.platform.clean_text import cleaned
from allokoli.platform.server_messages import service

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


@router.post("/receive")
async def receive(
    request: Request,
    secret: Annotated[str | None, Header(alias="X-Vapi-Secret", max_length=200)] = None,
) -> dict[str, Any]:
    """Where a voice platform sends its server messages (`{"message": {…}}`)."""
    identity = await service.sender(secret)
    new = await service.receive(identity, _decoded(await request.body()))
    return {"received": True, "new": new}


def _decoded(body: bytes) -> Any:
    """The body as JSON that PostgreSQL can keep."""
    try:
        return cleaned(json.loads(body, parse_constant=lambda _name: None))
    except (ValueError, RecursionError):
        raise InvalidInput("Ce message ne vient pas d’une plateforme vocale.") from None
