"""Which model answers for an assistant, and what to tell its owner about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allokoli.core.i18n import LOCALES
from allokoli.core.settings import get_settings
from allokoli.engine.conversation.script import END_CALL, assistant_language, blueprint_of
from allokoli.engine.models.guided import guided_transport
from allokoli.engine.models.openai_compatible import ModelSettings, OpenAICompatible

GUIDED_PATH = "/guided/v1"
_DEFAULT_TIMEOUT_S = 20.0
_OURS = frozenset({"model", "messages", "stream", "tools"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """A model ready to answer.

    Attributes:
        model: to be closed at the end of the call.
        guided: whether it is the guided one, which analyses calls by itself.
    """

    model: OpenAICompatible
    guided: bool


def choose_model(
    assistant: dict[str, Any],
    *,
    call: dict[str, Any],
    started_at: datetime,
    task: str | None = None,
) -> Chosen:
    """The model an assistant's settings lead to.

    Args:
        assistant: as Vapi writes it, overrides applied.
        call: what the model may know of the call, by Vapi's names.
        started_at: the moment relative dates count from, aware.
        task: "analysis" to ask the guided model what a finished call gave.
    """
    asked = assistant.get("model") or {}
    provider = asked.get("provider")
    call = {**call, "createdAt": started_at.isoformat()}
    if provider == "custom-llm" and isinstance(asked.get("url"), str):
        if is_guided(asked["url"]):
            return Chosen(_guided(assistant, call, task), guided=True)
        return Chosen(_custom(asked, assistant, call), guided=False)
    return Chosen(_guided(assistant, call, task), guided=True)


def model_warnings(assistant: dict[str, Any]) -> list[str]:
    """What an assistant asks for and will not get in a call, as sentences for its owner."""
    asked = assistant.get("model") or {}
    provider = asked.get("provider")
    warnings = []
    if provider is not None and provider != "custom-llm":
        warnings.append(
            f"No credential is stored for the model provider '{provider}': "
            "the built-in guided model answers instead."
        )
    types = {tool.get("type") for tool in asked.get("tools") or () if isinstance(tool, dict)}
    warnings.extend(
        f"This engine does not run tools of type '{name}' in calls: it is left out."
        for name in sorted(str(one) for one in types - {END_CALL})
    )
    if asked.get("toolIds"):
        warnings.append("This engine does not run stored tools in calls: toolIds are left out.")
    return warnings


def is_guided(url: str) -> bool:
    """Whether a model's address is this product's own guided model."""
    settings = get_settings()
    own = (settings.engine_public_url, settings.engine_internal_url)
    return url.rstrip("/") in {base + GUIDED_PATH for base in own}


def _guided(assistant: dict[str, Any], call: dict[str, Any], task: str | None) -> OpenAICompatible:
    blueprint = blueprint_of(assistant) or _message_taker(assistant)
    metadata: dict[str, Any] = {"blueprint": blueprint}
    if task:
        metadata["task"] = task
    settings = ModelSettings(
        url=get_settings().engine_internal_url + GUIDED_PATH,
        model="guided",
        extra={"metadata": metadata, "call": call},
    )
    return OpenAICompatible(settings, guided_transport())


def _message_taker(assistant: dict[str, Any]) -> dict[str, Any]:
    """A blueprint for an assistant that was made without one: it takes a message."""
    language = assistant_language(assistant)
    name = str(assistant.get("name") or "Assistant").strip()
    greeting = str(assistant.get("firstMessage") or "").strip()
    return {
        "sector": "other",
        "name": name[:40] or "Assistant",
        "greeting": greeting[:500] or name,
        "tone": "formal",
        "languages": [language if language in LOCALES else "fr"],
        "services": ["message"],
        "fields": [
            {"key": "name", "label": "Nom", "type": "name", "required": True},
            {"key": "phone", "label": "Téléphone", "type": "phone", "required": True},
            {"key": "reason", "label": "Motif", "type": "text", "required": True},
        ],
    }


def _custom(
    asked: dict[str, Any], assistant: dict[str, Any], call: dict[str, Any]
) -> OpenAICompatible:
    options = {
        ours: asked[theirs]
        for ours, theirs in (("temperature", "temperature"), ("max_tokens", "maxTokens"))
        if asked.get(theirs) is not None
    }
    headers = asked.get("headers")
    settings = ModelSettings(
        url=asked["url"],
        model=str(asked.get("model") or "default"),
        timeout_s=float(asked.get("timeoutSeconds") or _DEFAULT_TIMEOUT_S),
        headers={str(name): str(one) for name, one in headers.items()}
        if isinstance(headers, dict)
        else {},
        options=options,
        extra=_extra(asked.get("metadataSendMode"), assistant.get("metadata"), call),
    )
    return OpenAICompatible(settings)


def _extra(mode: Any, metadata: Any, call: dict[str, Any]) -> dict[str, Any]:
    """What goes beside OpenAI's own properties, as `metadataSendMode` says."""
    if mode == "off":
        return {}
    known = metadata if isinstance(metadata, dict) else {}
    if mode == "destructured":
        return {**{name: one for name, one in known.items() if name not in _OURS}, "call": call}
    return {"metadata": known, "call": call, "customer": call.get("customer")}
