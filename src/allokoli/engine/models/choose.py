"""Which models answer for an assistant, in which order, and what to tell its owner about it."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from allokoli.core.i18n import LOCALES
from allokoli.core.settings import get_settings
from allokoli.engine.conversation.chat_model import ChatModel
from allokoli.engine.conversation.script import assistant_language, blueprint_of
from allokoli.engine.models import providers
from allokoli.engine.models.chain import Chain
from allokoli.engine.models.guided import guided_transport
from allokoli.engine.models.openai_compatible import ModelSettings, OpenAICompatible
from allokoli.engine.servers import tokens

GUIDED_PATH = "/guided/v1"
_DEFAULT_TIMEOUT_S = 20.0
# A caller waits for the next piece of an answer no longer than this where another model can answer.
_HURRIED_TIMEOUT_S = 4.0
_MAX_FALLBACKS = 3
_OWN_GUIDE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/v1")
_OURS = frozenset({"model", "messages", "stream", "tools"})
_GUIDED_TITLE = "the built-in guided model"
_DEFAULT_TITLE = "the operator's model"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A model ready to answer.

    Attributes:
        model: to be closed at the end of the call.
        guided: whether it is the guided one, which analyses calls by itself.
    """

    model: ChatModel
    guided: bool


def choose_model(
    assistant: dict[str, Any],
    *,
    call: dict[str, Any],
    started_at: datetime,
    task: str | None = None,
    warn: Callable[[str], None] | None = None,
) -> Chosen:
    """The model an assistant's settings lead to, with those that step in when it fails.

    Args:
        assistant: as Vapi writes it, overrides applied; its `credentials` hold what the
            organization lends it (`credentials.lend`).
        call: what the model may know of the call, by Vapi's names.
        started_at: the moment relative dates count from, aware.
        task: "analysis" to ask what a finished call gave, another word for anything that is not
            said to a caller: the guided model, which answers as in a conversation, steps in for no
            other then, and answers need not be fit to be spoken.
        warn: told when a model is replaced by another.
    """
    call = {**call, "createdAt": started_at.isoformat()}
    asked = _asked(assistant)
    own = _own(asked, assistant, call)
    default = None if _leads_to_guided(assistant) else _operators(asked)
    settings = [*own, *([default] if default else [])]
    if not settings:
        return Chosen(_guided(assistant, call, task), guided=True)
    # An owner's own server keeps its part; who made the assistant by talking has a guide for it.
    guided_follows = task is None and (
        asked.get("provider") != providers.CUSTOM or bool(blueprint_of(assistant))
    )
    if guided_follows:
        settings = [replace(one, timeout_s=_hurried(one, asked)) for one in settings]
    links = [OpenAICompatible(one) for one in settings]
    if guided_follows:
        links.append(_guided(assistant, call, task))
    if len(links) == 1:
        return Chosen(links[0], guided=False)
    languages = _languages(assistant) if guided_follows else None
    chain = Chain(links, warn, languages=languages, scope=str(call.get("orgId") or ""))
    return Chosen(chain, guided=False)


def model_warnings(assistant: dict[str, Any]) -> list[str]:
    """What an assistant's model asks for and will not get in a call, as sentences for its owner.

    Args:
        assistant: with the credentials it was lent.
    """
    asked = _asked(assistant)
    provider = asked.get("provider")
    if provider is None or provider == providers.CUSTOM or _own(asked, assistant, {}):
        return []
    stands_in = _DEFAULT_TITLE if _operators(asked) else _GUIDED_TITLE
    if provider == providers.BEDROCK:
        problem = f"This engine does not sign requests to Amazon Bedrock ('{provider}')"
        return [f"{problem}: {stands_in} answers instead."]
    if provider == "vapi":
        return [f"Vapi's own models run at Vapi: {stands_in} answers instead."]
    if provider not in providers.BASE_URLS:
        return [f"The model provider '{provider}' is not known: {stands_in} answers instead."]
    return [
        f"No credential is stored for the model provider '{provider}': {stands_in} answers instead."
    ]


def _hurried(settings: ModelSettings, asked: dict[str, Any]) -> float:
    """How long to wait for a model that has the guided one behind it: as its owner says, else not
    as long as a caller would hang up after."""
    if asked.get("timeoutSeconds") is not None:
        return min(settings.timeout_s, _DEFAULT_TIMEOUT_S)
    return min(settings.timeout_s, _HURRIED_TIMEOUT_S)


def _languages(assistant: dict[str, Any]) -> tuple[str, ...]:
    """The languages an assistant was made to speak; none when nobody said."""
    spoken = blueprint_of(assistant).get("languages")
    listed = spoken if isinstance(spoken, list) else []
    return tuple(one for one in listed if one in LOCALES)


def _asked(assistant: dict[str, Any]) -> dict[str, Any]:
    asked = assistant.get("model")
    return asked if isinstance(asked, dict) else {}


def _leads_to_guided(assistant: dict[str, Any]) -> bool:
    """Whether the owner asked for the guided model, or for none and left it what it needs."""
    asked = _asked(assistant)
    if asked.get("provider") == providers.CUSTOM:
        return not isinstance(asked.get("url"), str) or is_guided(asked["url"])
    return asked.get("provider") is None and bool(blueprint_of(assistant))


def _own(
    asked: dict[str, Any], assistant: dict[str, Any], call: dict[str, Any]
) -> list[ModelSettings]:
    """The models the owner named, as far as they can be asked."""
    if asked.get("provider") == providers.CUSTOM:
        return [] if _leads_to_guided(assistant) else [_custom(asked, assistant, call)]
    provider, fallbacks = str(asked.get("provider")), asked.get("fallbackModels")
    names = [
        asked.get("model"),
        *(fallbacks[:_MAX_FALLBACKS] if isinstance(fallbacks, list) else ()),
    ]
    found = []
    for name in dict.fromkeys(one for one in names if isinstance(one, str)):
        credential = providers.credential_for(assistant, provider, name)
        place = providers.address(provider, name, credential) if credential else None
        if place is not None:
            found.append(_named(place, name, asked))
    return found


def _named(place: tuple[str, str, str], name: str, asked: dict[str, Any]) -> ModelSettings:
    provider, url, key = place
    return ModelSettings(
        url=url,
        model=name,
        timeout_s=_HURRIED_TIMEOUT_S,
        headers={"api-key": key} if provider == providers.AZURE else {},
        options=providers.sampling(provider, asked),
        key=key,
        ended_reason=providers.failed(provider),
        title=f"{provider}'s {name[:80]}",
    )


def _operators(asked: dict[str, Any]) -> ModelSettings | None:
    """The model the operator of this installation answers with by default."""
    settings = get_settings()
    if not settings.model_url or not settings.model_name:
        return None
    return ModelSettings(
        url=settings.model_url,
        model=settings.model_name,
        timeout_s=_HURRIED_TIMEOUT_S,
        options=providers.sampling("default", {**asked, "reasoningEffort": None}),
        key=settings.model_key,
        title=_DEFAULT_TITLE,
        trusted=True,
    )


def is_guided(url: str) -> bool:
    """Whether a model's address is this product's own guided model."""
    settings = get_settings()
    own = (settings.engine_public_url, settings.engine_internal_url)
    return url.rstrip("/") in {base + GUIDED_PATH for base in own}


def _is_own_guide(url: str) -> bool:
    """Whether a model's address is AlloKoliConfig's, which this very installation answers at."""
    base = f"{get_settings().web_internal_url}/api/v1/configurator/sessions/"
    return url.startswith(base) and _OWN_GUIDE.fullmatch(url.removeprefix(base)) is not None


def _guided(assistant: dict[str, Any], call: dict[str, Any], task: str | None) -> OpenAICompatible:
    blueprint = blueprint_of(assistant) or _message_taker(assistant)
    metadata: dict[str, Any] = {"blueprint": blueprint}
    if task:
        # A question about a call offers no functions; which ones the call had decides its answer.
        metadata |= {"task": task, "tools": _function_names(assistant)}
    settings = ModelSettings(
        url=get_settings().engine_internal_url + GUIDED_PATH,
        model="guided",
        extra={"metadata": metadata, "call": call},
        title=_GUIDED_TITLE,
    )
    return OpenAICompatible(settings, guided_transport())


def _function_names(assistant: dict[str, Any]) -> list[str]:
    tools = _asked(assistant).get("tools")
    functions = [
        one.get("function")
        for one in (tools if isinstance(tools, list) else ())
        if isinstance(one, dict) and one.get("type") == "function"
    ]
    return [str(one["name"]) for one in functions if isinstance(one, dict) and one.get("name")]


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
) -> ModelSettings:
    headers = asked.get("headers")
    credential = providers.credential_for(assistant, providers.CUSTOM, "") or {}
    return ModelSettings(
        url=asked["url"],
        model=str(asked.get("model") or "default"),
        timeout_s=float(asked.get("timeoutSeconds") or _DEFAULT_TIMEOUT_S),
        headers={str(name): str(one) for name, one in headers.items()}
        if isinstance(headers, dict)
        else {},
        options=providers.sampling(providers.CUSTOM, asked),
        extra=_extra(asked.get("metadataSendMode"), assistant.get("metadata"), call),
        key=str(credential.get("apiKey") or ""),
        title="the assistant's own model",
        trusted=_is_own_guide(asked["url"]),
        authenticate=_token(credential, call.get("orgId")),
    )


def _token(
    credential: dict[str, Any], org_id: Any
) -> Callable[[], Awaitable[dict[str, str]]] | None:
    """Gets the OAuth2 token a credential leads to; None for one that is a key by itself."""
    if not isinstance(credential.get("authenticationPlan"), dict) or not isinstance(org_id, str):
        return None

    async def header() -> dict[str, str]:
        return {"Authorization": f"Bearer {await tokens.token(UUID(org_id), credential)}"}

    return header


def _extra(mode: Any, metadata: Any, call: dict[str, Any]) -> dict[str, Any]:
    """What goes beside OpenAI's own properties, as `metadataSendMode` says."""
    if mode == "off":
        return {}
    known = metadata if isinstance(metadata, dict) else {}
    about = {name: call.get(name) for name in ("phoneNumber", "customer")}
    if mode == "destructured":
        free = {name: one for name, one in known.items() if name not in _OURS}
        return {**free, "call": call, **about}
    return {"metadata": known, "call": call, **about}
