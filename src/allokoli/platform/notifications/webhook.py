"""What a call brought, sent to the owner's own server."""

import asyncio

import httpx

from allokoli.core import clock, outbound
from allokoli.core.errors import AlloKoliError
from allokoli.platform.calls.schemas import CallRead

_WHOLE_S = 15.0
_TRY_AGAIN = frozenset({408, 425, 429})
_REFUSED, _FAILED = 400, 500


class NotTaken(AlloKoliError):
    """The owner's server did not take the call."""

    status = 502
    code = "webhook_not_taken"


async def deliver(url: str, call: CallRead) -> None:
    """POST `{"type": "call.completed", "created_at": …, "call": …}`, the call as the API shows it.

    The `Idempotency-Key` is the call's id: a server that is told twice can tell. A server that
    refuses (4xx) or whose address is not a public one is not asked again.

    Args:
        url: chosen by the owner.
        call: what happened in it.

    Raises:
        NotTaken: the server does not answer, or fails.
    """
    body = {
        "type": "call.completed",
        "created_at": clock.now().isoformat(),
        "call": call.model_dump(mode="json"),
    }
    try:
        async with asyncio.timeout(_WHOLE_S), outbound.client() as http:
            request = http.build_request(
                "POST", url, json=body, headers={"idempotency-key": str(call.id)}
            )
            answer = await http.send(request, stream=True)
            await answer.aclose()
    except (outbound.RefusedAddress, httpx.InvalidURL, httpx.UnsupportedProtocol):
        return
    except (httpx.HTTPError, TimeoutError):
        raise NotTaken("the server did not answer") from None
    if answer.status_code >= _FAILED or answer.status_code in _TRY_AGAIN:
        raise NotTaken("the server failed")
