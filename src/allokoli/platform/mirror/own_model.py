"""Puts an organization's language model in the place of the guided one, on the way out.

Our rows keep the guided model: what the organization chooses is one row of its own, and its key
never lies among an assistant's fields. An assistant whose owner gave it a model of its own keeps
it, and is lent no key.
"""

from typing import Any

from allokoli.core.settings import get_settings
from allokoli.vapi.regions import OwnModel

_CUSTOM = "custom-llm"
# What says which model answers; the rest of `model` is the assistant's own.
_POINTERS = ("provider", "url", "model", "metadataSendMode", "timeoutSeconds")


def guided_url() -> str:
    """The guided model as voice platforms reach it."""
    return f"{get_settings().engine_public_url}/guided/v1"


def follows(config: dict[str, Any]) -> bool:
    """Whether an assistant follows its organization's choice: it was left the guided model."""
    model = config.get("model")
    return (
        isinstance(model, dict)
        and model.get("provider") == _CUSTOM
        and model.get("model") == "guided"
        and str(model.get("url")).endswith("/guided/v1")
    )


def with_model(config: dict[str, Any], own: OwnModel | None) -> dict[str, Any]:
    """The fields with the organization's model and its key; as they are without one."""
    if own is None or not follows(config):
        return config
    model = {
        **config["model"],
        "url": own.url,
        "model": own.name,
        # Other servers refuse properties that OpenAI's do not know.
        "metadataSendMode": "off",
        "timeoutSeconds": own.wait_s,
    }
    credentials = [{"provider": _CUSTOM, "apiKey": own.key}] if own.key else []
    return {**config, "model": model, "credentials": credentials}


def as_we_hold_it(current: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    """What the platform holds of an assistant, with the model that our own row leads to."""
    model = current.get("model")
    if not follows(config) or not isinstance(model, dict):
        return current
    kept = {name: value for name, value in model.items() if name not in _POINTERS}
    ours = {name: config["model"][name] for name in _POINTERS if name in config["model"]}
    return {**current, "model": {**kept, **ours}}
