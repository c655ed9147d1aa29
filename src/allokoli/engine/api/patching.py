"""How a PATCH changes an entity."""

from typing import Any


def patched(body: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """An entity after a PATCH.

    Top-level properties are replaced whole and null removes them, with one exception Vapi's own MCP
    server relies on: a `model` without a provider is merged into the one that is there.

    Args:
        body: the entity as stored.
        patch: what the client sent.
    """
    result = {**body, **patch}
    model = patch.get("model")
    if isinstance(model, dict) and "provider" not in model and isinstance(body.get("model"), dict):
        result["model"] = merged(body["model"], model)
    return {name: value for name, value in result.items() if value is not None}


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Objects merged at every depth; lists and scalars are replaced, null removes."""
    result = dict(base)
    for name, value in over.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(result.get(name), dict):
            result[name] = merged(result[name], value)
        else:
            result[name] = value
    return result
