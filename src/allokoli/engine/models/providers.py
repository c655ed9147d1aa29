"""Where each of Vapi's model providers serves OpenAI's chat completions.

Addresses are the providers' own, from their documentation; none was called from where this was
written. `BASE_URLS` is the whole of what is known of them: a provider is added by a line.
"""

from typing import Any

BASE_URLS = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com/v1",
    "google": "https://generativelanguage.googleapis.com/v1beta/openai",
    "groq": "https://api.groq.com/openai/v1",
    "together-ai": "https://api.together.xyz/v1",
    "openrouter": "https://openrouter.ai/api/v1",
    "deepinfra": "https://api.deepinfra.com/v1/openai",
    "perplexity-ai": "https://api.perplexity.ai",
    "anyscale": "https://api.endpoints.anyscale.com/v1",
    "cerebras": "https://api.cerebras.ai/v1",
    "deep-seek": "https://api.deepseek.com/v1",
    "xai": "https://api.x.ai/v1",
    "mistral": "https://api.mistral.ai/v1",
    "inflection-ai": "https://api.inflection.ai/v1",
    "minimax": "https://api.minimax.io/v1",
}
CUSTOM = "custom-llm"
AZURE = "azure-openai"
BEDROCK = "anthropic-bedrock"
# Providers whose stored credentials a call takes along.
LENT = (*BASE_URLS, CUSTOM, AZURE)

# Those that count tokens in a stream when asked to; others may refuse a name they do not know.
COUNTING = frozenset(
    {"openai", AZURE, "groq", "together-ai", "openrouter", "deepinfra", "cerebras", "deep-seek",
     "xai"}
)  # fmt: skip
# Those that call the answer's length by its newer name.
_NEWER_NAMES = frozenset({"openai", AZURE})


def failed(provider: str) -> str:
    """Vapi's `endedReason` for a call that ends because a provider's model failed."""
    known = provider in BASE_URLS or provider in {CUSTOM, AZURE, BEDROCK}
    return f"pipeline-error-{provider if known else CUSTOM}-llm-failed"


def address(provider: str, model: str, credential: dict[str, Any]) -> tuple[str, str, str] | None:
    """Where and with what key to ask for a model.

    Args:
        provider: Vapi's name.
        model: the model's name there.
        credential: the provider's, or one for Azure that serves the model.

    Returns:
        The provider that answers in fact, its base URL and the key; None when the credential does
        not lead to one.
    """
    if credential.get("provider") == AZURE:
        endpoint, key = credential.get("openAIEndpoint"), credential.get("openAIKey")
        if not isinstance(endpoint, str) or not isinstance(key, str):
            return None
        base = endpoint.rstrip("/").removesuffix("/openai/v1").removesuffix("/openai")
        return AZURE, f"{base}/openai/v1", key
    key = credential.get("apiKey")
    if provider not in BASE_URLS or not isinstance(key, str) or not key or not model:
        return None
    return provider, BASE_URLS[provider], key


def credential_for(assistant: dict[str, Any], provider: str, model: str) -> dict[str, Any] | None:
    """The credential an assistant's model is asked with, among those the call was lent.

    OpenAI's models are asked for at Azure when a credential there names them.
    """
    held = assistant.get("credentials")
    lent = [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []
    if provider == "openai":
        for one in lent:
            if one.get("provider") == AZURE and model in (one.get("models") or ()):
                return one
    return next((one for one in lent if one.get("provider") == provider), None)


def sampling(provider: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Vapi's sampling settings of a model, in the names a provider knows them by."""
    length = "max_completion_tokens" if provider in _NEWER_NAMES else "max_tokens"
    names = (
        ("temperature", "temperature"),
        ("maxTokens", length),
        ("reasoningEffort", "reasoning_effort"),
    )
    options = {ours: asked[theirs] for theirs, ours in names if asked.get(theirs) is not None}
    if provider in COUNTING:
        options["stream_options"] = {"include_usage": True}
    return options
