"""An assistant after `assistantOverrides`, which strangers may write: its own key for its model
does not follow to another address."""

from typing import Any

from allokoli.engine.api.patching import patched
from allokoli.engine.models.providers import CUSTOM

_ADDRESSES = ("url", "provider")

Json = dict[str, Any]


def overridden(assistant: Json, overrides: Json | None) -> Json:
    """An assistant after `assistantOverrides`; variables are left to the conversation."""
    asked = dict(overrides or {})
    asked.pop("variableValues", None)
    appended = asked.pop("tools:append", None)
    result = patched(assistant, asked)
    if _leads_elsewhere(_mapping(assistant.get("model")), _mapping(asked.get("model"))):
        result = _without_model_keys(result, asked)
    if appended:
        model = dict(result.get("model") or {})
        model["tools"] = [*(model.get("tools") or ()), *appended]
        result["model"] = model
    return result


def names_a_model_address(value: Any) -> bool:
    """Whether something a request brings says where a model is, at any depth."""
    if isinstance(value, list):
        return any(names_a_model_address(one) for one in value)
    if not isinstance(value, dict):
        return False
    return "url" in _mapping(value.get("model")) or any(
        names_a_model_address(one) for one in value.values()
    )


def _leads_elsewhere(before: Json, given: Json) -> bool:
    return any(given.get(name) not in (None, before.get(name)) for name in _ADDRESSES)


def _without_model_keys(assistant: Json, asked: Json) -> Json:
    """An assistant without the keys it held for servers of its own, unless new ones were given."""
    held = assistant.get("credentials")
    if "credentials" in asked or not isinstance(held, list):
        return assistant
    kept = [one for one in held if _mapping(one).get("provider") != CUSTOM]
    return {**assistant, "credentials": kept}


def _mapping(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
