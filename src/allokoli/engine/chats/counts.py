"""What chats used: real counts at a price of zero."""

from typing import Any

from allokoli.engine.conversation.conversation import Conversation


def model_cost(conversation: Conversation) -> dict[str, Any]:
    """One turn's part of Vapi's `costs`."""
    asked = conversation.assistant.get("model") or {}
    return {
        "type": "model",
        "model": {name: asked[name] for name in ("provider", "model") if asked.get(name)},
        "promptTokens": conversation.prompt_tokens,
        "completionTokens": conversation.completion_tokens,
        "cost": 0,
    }


def added(metrics: dict[str, Any] | None, model: dict[str, Any]) -> dict[str, Any]:
    """A session's counts after a turn: one entry a model."""
    models: list[dict[str, Any]] = [dict(one) for one in (metrics or {}).get("models", ())]
    for one in models:
        if one["model"] == model["model"]:
            for name in ("promptTokens", "completionTokens"):
                one[name] += model[name]
            return {"models": models}
    return {"models": [*models, model]}
