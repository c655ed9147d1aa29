"""What a call kept from its first moment, its secrets joined again."""

from typing import Any

from allokoli.core.security.sealed_json import part, whole
from allokoli.engine.calls.models import Call
from allokoli.engine.conversation.cast import Cast, Member


def kept_cast(call: Call) -> Cast:
    """Who may answer a call; of a call from before casts were kept, its assistant."""
    if "members" not in call.cast_json:
        return Cast((Member(call.assistant),))
    return Cast.from_json(whole(call.cast_json, call.secrets_sealed))


def kept_assistant(call: Call) -> dict[str, Any]:
    """Who opens a call."""
    return kept_cast(call).first.assistant


def kept_number(call: Call) -> dict[str, Any] | None:
    """The organization's phone number in a call, with its `id` when it is a stored one."""
    found: dict[str, Any] | None = whole(call.cast_json, call.secrets_sealed).get("phoneNumber")
    return found


def kept_state(call: Call) -> dict[str, Any]:
    """What its conversation knew after the last turn."""
    later = whole(call.cast_json, call.secrets_sealed).get("later")
    return {**call.state, "cast": later} if later else dict(call.state)


def state_columns(call: Call, state: dict[str, Any]) -> dict[str, Any]:
    """The columns that keep a conversation's state; a cast brought in later has secrets too.

    Args:
        call: the row as it is.
        state: of its conversation.
    """
    plain = {name: value for name, value in state.items() if name != "cast"}
    kept, later = whole(call.cast_json, call.secrets_sealed), state.get("cast")
    if later == kept.get("later"):
        return {"state": plain}
    clear, sealed = part({**kept, "later": later})
    return {"state": plain, "cast_json": clear, "secrets_sealed": sealed}


def kept_server(call: Call) -> dict[str, Any] | None:
    """Vapi's `server` a call reports to: its assistant's, else its number's; None without one."""
    number = kept_number(call) or {}
    return addressed(kept_assistant(call).get("server")) or addressed(number.get("server"))


def addressed(server: Any) -> dict[str, Any] | None:
    """A server that can be reached: one with an address."""
    url = server.get("url") if isinstance(server, dict) else None
    return server if isinstance(url, str) and url.startswith(("http://", "https://")) else None
