import json
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request

from allokoli.core.errors import InvalidInput, TooLarge
from allokoli.platform.clean_text import cleaned
from allokoli.platform.server_messages import service

router = APIRouter(prefix="/webhooks", tags=["webhooks"])
# For the application's `large_body_paths`: this route bounds its bodies itself.
RECEIVE_PATH = "/api/v1/webhooks/receive"
LARGEST_BYTES = 8_000_000


@router.post("/receive")
async def receive(
    request: Request,
    secret: Annotated[str | None, Header(alias="X-Vapi-Secret", max_length=200)] = None,
    rehearsal: bool = False,
) -> dict[str, Any]:
    """Where a voice platform sends its server messages (`{"message": {…}}`).

    In a rehearsal, which simulated callers hold, functions answer as if and nothing is kept.
    """
    identity = await service.sender(secret)
    payload = _decoded(await _bounded_body(request))
    return await service.answer(identity, payload, rehearsal=rehearsal)


async def _bounded_body(request: Request) -> bytes:
    """The report of an hour's call is larger than what a form may send, but not without end."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BYTES:
            raise TooLarge("Cet envoi est trop volumineux.", details={"max_bytes": LARGEST_BYTES})
    return bytes(body)


def _decoded(body: bytes) -> Any:
    """The body as JSON that PostgreSQL can keep."""
    try:
        return cleaned(json.loads(body, parse_constant=lambda _name: None))
    except (ValueError, RecursionError):
        raise InvalidInput("Ce message ne vient pas d’une plateforme vocale.") from None
