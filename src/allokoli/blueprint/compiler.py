"""From a blueprint to a Vapi assistant (`CreateAssistantDTO`)."""

from typing import Any

from allokoli.blueprint.agenda_tools import agenda_tools
from allokoli.blueprint.blueprint import Blueprint, CallerField, FieldType
from allokoli.blueprint.prompt import compile_prompt
from allokoli.dialogue.lexicon import load

_VOICES = {
    "fr": "fr-FR-DeniseNeural",
    "en": "en-GB-SoniaNeural",
    "he": "he-IL-HilaNeural",
}
# Of several languages, a voice that reads each of them as its own.
_VOICES_OF_MANY = _VOICES | {
    "fr": "fr-FR-VivienneMultilingualNeural",
    "en": "en-US-AvaMultilingualNeural",
}
# What Deepgram tells apart in one call (its "multi"); Hebrew it does not know at all.
_TOLD_APART = frozenset({"fr", "en"})
_MAX_DURATION_S = 900
_MOST_KEYTERMS = 24
_PATIENCE_S = 2.0
_INTENTS = (
    "book", "change", "cancel", "question", "message", "human", "urgent", "opt_out",
    "wrong_number", "other",
)  # fmt: skip
_JSON_TYPES: dict[FieldType, dict[str, Any]] = {
    "text": {"type": "string"},
    "name": {"type": "string"},
    "phone": {"type": "string", "pattern": r"^\+[1-9]\d{6,14}$"},
    "email": {"type": "string", "format": "email"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"},
    "number": {"type": "integer"},
    "choice": {"type": "string"},
    "yes_no": {"type": "boolean"},
}
_SERVER_MESSAGES = [
    "status-update", "transcript", "conversation-update", "end-of-call-report", "hang",
    "speech-update",
]  # fmt: skip
_CLIENT_MESSAGES = [
    "transcript", "status-update", "speech-update", "conversation-update", "user-interrupted",
    "hang",
]  # fmt: skip


def compile_assistant(
    blueprint: Blueprint,
    *,
    guided_url: str,
    server_url: str,
    server_secret: str | None = None,
    disclose: bool = True,
) -> dict[str, Any]:
    """The Vapi assistant that does what a blueprint says.

    Args:
        blueprint: what the owner said.
        guided_url: base URL of the guided model (OpenAI-compatible).
        server_url: where the voice platform POSTs its server messages.
        server_secret: sent back with them as `X-Vapi-Secret`.
        disclose: whether the greeting says that an automatic assistant answers and that the
            call is recorded (AI Act, article 50).
    """
    locale = blueprint.language
    words = load("allokoli.blueprint", locale, "caller")
    tools: list[dict[str, Any]] = [{"type": "endCall"}, *agenda_tools(blueprint)]
    server: dict[str, Any] = {"url": server_url, "timeoutSeconds": 20}
    if server_secret:
        server["headers"] = {"X-Vapi-Secret": server_secret}
    return {
        "name": blueprint.name,
        "firstMessage": first_message(blueprint, disclose=disclose),
        "firstMessageMode": "assistant-speaks-first",
        "model": {
            "provider": "custom-llm",
            "url": guided_url,
            "model": "guided",
            "metadataSendMode": "variable",
            "temperature": 0,
            "messages": [{"role": "system", "content": compile_prompt(blueprint, tools)}],
            "tools": tools,
        },
        "startSpeakingPlan": _patience(words),
        "voice": _voice(blueprint),
        "transcriber": _transcriber(blueprint),
        "analysisPlan": _analysis_plan(blueprint, words),
        "artifactPlan": {"recordingEnabled": True, "recordingFormat": "wav;l16"},
        "maxDurationSeconds": _MAX_DURATION_S,
        "endCallPhrases": list(words["end_call"]["phrases"]),
        "serverMessages": list(_SERVER_MESSAGES),
        "clientMessages": list(_CLIENT_MESSAGES),
        "server": server,
        "metadata": {"blueprint": blueprint.model_dump(mode="json", exclude_none=True)},
    }


def _patience(words: dict[str, Any]) -> dict[str, Any]:
    """Who was asked to spell or to dictate breathes between the letters."""
    asked = {"type": "assistant", "regex": words["patience"]["after"]}
    return {"customEndpointingRules": [{**asked, "timeoutSeconds": _PATIENCE_S}]}


def _voice(blueprint: Blueprint) -> dict[str, Any]:
    voices = _VOICES_OF_MANY if len(set(blueprint.languages)) > 1 else _VOICES
    return {"provider": "azure", "voiceId": voices[blueprint.language]}


def _transcriber(blueprint: Blueprint) -> dict[str, Any]:
    """Who hears the callers: in each of the assistant's languages, where one can."""
    languages = set(blueprint.languages)
    if blueprint.language == "he":
        return {"provider": "azure", "language": "he-IL"}
    several = len(languages) > 1 and languages <= _TOLD_APART
    language = "multi" if several else blueprint.language
    heard = {"provider": "deepgram", "model": "nova-3", "language": language}
    return heard | {"keyterm": _keyterms(blueprint)}


def _keyterms(blueprint: Blueprint) -> list[str]:
    """What callers are likely to say, the likeliest last: a yes is said in every call."""
    words = load("allokoli.blueprint", blueprint.language, "caller")["keyterms"]
    choices = (one for field in blueprint.fields for one in field.choices or ())
    email = words["email"] if any(field.type == "email" for field in blueprint.fields) else ()
    terms = dict.fromkeys([*choices, *words[blueprint.sector], *email, *words["common"]])
    return [one for one in terms if one][:_MOST_KEYTERMS]


def first_message(blueprint: Blueprint, *, disclose: bool = True) -> str:
    """The greeting, followed by the notice the law asks for."""
    if not disclose:
        return blueprint.greeting
    words = load("allokoli.blueprint", blueprint.language, "caller")
    return f"{blueprint.greeting} {words['wording']['disclosure'][0]}"


def structured_schema(blueprint: Blueprint) -> dict[str, Any]:
    """JSON schema of `structured_data`: one key per field, plus `intent` and `message`."""
    properties = {field.key: _property(field) for field in blueprint.fields}
    properties["intent"] = {"type": "string", "enum": list(_INTENTS)}
    properties.setdefault("message", {"type": "string"})
    return {"type": "object", "properties": properties, "required": ["intent"]}


def _property(field: CallerField) -> dict[str, Any]:
    found = {**_JSON_TYPES[field.type], "description": field.label}
    if field.type == "choice" and field.choices:
        found["enum"] = list(field.choices)
    return found


def _analysis_plan(blueprint: Blueprint, words: dict[str, Any]) -> dict[str, Any]:
    prompts = words["analysis"]

    def messages(prompt: str) -> list[dict[str, str]]:
        return [
            {"role": "system", "content": prompt},
            {"role": "user", "content": "{{transcript}}"},
        ]

    return {
        "minMessagesThreshold": 1,
        "summaryPlan": {"enabled": True, "messages": messages(prompts["summary"])},
        "structuredDataPlan": {
            "enabled": True,
            "schema": structured_schema(blueprint),
            "messages": messages(prompts["structured"]),
        },
        "successEvaluationPlan": {
            "enabled": True,
            "rubric": "PassFail",
            "messages": messages(prompts["success"]),
        },
    }
