"""What keeps an endpoint without a key from being worn out."""

from collections import OrderedDict
from time import monotonic
from typing import Any

from starlette.requests import Request

from allokoli.core.http import machine_of

_MAX_TURNS = 200
_MAX_TURN_CHARS = 2_000
# Of a whole conversation: every one of its requests reads all of it again.
_MAX_CHARS = 40_000
_RATE_PER_S = 20.0
_BURST = 100.0
_MAX_CLIENTS = 10_000
_PROXIES = frozenset({"127.0.0.1", "::1"})

# Bucket of each client: (tokens left, when they were counted).
_buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()


class Refused(Exception):
    """The guided model does not take this request.

    Args:
        message: what to change.
        status: HTTP status.
        code: OpenAI's error code, if there is one.
    """

    def __init__(self, message: str, status: int = 400, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def admit(request: Request) -> None:
    """Count a request against its client.

    Raises:
        Refused: more than 20 a second for longer than a burst of 100.
    """
    client = machine_of(request)
    if client == "in-process":
        return
    if client in _PROXIES:
        # The last address is the one our own proxy saw; those before it are only claimed.
        client = request.headers.get("x-forwarded-for", client).split(",")[-1].strip()[:64]
    now = monotonic()
    tokens, counted_at = _buckets.pop(client, (_BURST, now))
    tokens = min(_BURST, tokens + (now - counted_at) * _RATE_PER_S)
    _buckets[client] = (max(tokens - 1.0, 0.0), now)
    while len(_buckets) > _MAX_CLIENTS:
        _buckets.popitem(last=False)
    if tokens < 1.0:
        raise Refused("Too many requests; wait a moment.", 429, "rate_limit_exceeded")


def user_turns(messages: Any) -> list[str]:
    """What the caller said, turn by turn; an empty turn is a silence.

    What comes after 40,000 characters is not heard, so that the conversation ends by itself.

    Args:
        messages: in OpenAI's shape.

    Raises:
        Refused: not a list of messages, or a conversation too long to be one.
    """
    if not isinstance(messages, list):
        raise Refused("messages must be an array.")
    turns = [
        _text(message.get("content"))
        for message in messages
        if isinstance(message, dict) and message.get("role") == "user"
    ]
    if len(turns) > _MAX_TURNS:
        raise Refused(f"A conversation has at most {_MAX_TURNS} turns of the caller.")
    left = _MAX_CHARS
    for index, turn in enumerate(turns):
        turns[index] = turn[:left]
        left -= len(turns[index])
    return turns


def _text(content: Any) -> str:
    """A message's words, whether written plainly or in parts."""
    if isinstance(content, list):
        content = " ".join(
            part["text"]
            for part in content
            if isinstance(part, dict) and isinstance(part.get("text"), str)
        )
    if content is None:
        return ""
    if not isinstance(content, str):
        raise Refused("messages[].content must be text.")
    return content[:_MAX_TURN_CHARS]
