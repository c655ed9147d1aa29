"""What each tool takes. Names and types are those of Vapi's MCP server, so that a client written
for it needs another address and nothing else."""

from typing import Any

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_ADDRESS: Schema = {"type": "string", "format": "uri"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_VOICE_PROVIDERS = (
    "vapi", "11labs", "azure", "cartesia", "custom-voice", "deepgram", "hume", "lmnt", "neuphonic",
    "openai", "playht", "rime-ai", "smallest-ai", "tavus", "sesame",
)  # fmt: skip
_FIRST_MESSAGE_MODES = (
    "assistant-speaks-first",
    "assistant-waits-for-user",
    "assistant-speaks-first-with-model-generated-message",
)
_TOOL_TYPES = ("sms", "transferCall", "function", "apiRequest")


def _object(properties: dict[str, Schema], *required: str) -> Schema:
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**made, "required": list(required)} if required else made


def _named(schema: Schema, description: str, **extra: Any) -> Schema:
    return {**schema, "description": description, **extra}


_MODEL = _object({"provider": _TEXT, "model": _TEXT}, "provider", "model")
_VOICE = _object(
    {
        "provider": {"type": "string", "enum": list(_VOICE_PROVIDERS)},
        "voiceId": _TEXT,
        "model": _TEXT,
    },
    "provider",
    "voiceId",
)
# A JSON Schema inside a tool's arguments; its depth is checked where the tool is stored.
_JSON_SCHEMA = _object(
    {
        "type": {"type": "string", "const": "object"},
        "properties": {"type": "object"},
        "required": _TEXTS,
    },
    "type",
    "properties",
)

_ASSISTANT: dict[str, Schema] = {
    "name": _named(_TEXT, "What the assistant is called, at most 40 characters"),
    "instructions": _named(_TEXT, "How the assistant should behave, in plain words"),
    "llm": {
        "anyOf": [_MODEL, _TEXT],
        "description": "The language model: {provider, model}, or the same as JSON text",
    },
    "toolIds": _named(_TEXTS, "Ids of stored tools the assistant may use"),
    "transcriber": _named(_MODEL, "What turns speech into text"),
    "voice": _named(_VOICE, "What speaks"),
    "firstMessage": _named(_TEXT, "What the assistant says when the call begins"),
    "firstMessageMode": {
        "type": "string",
        "enum": list(_FIRST_MESSAGE_MODES),
        "description": "Who speaks first",
    },
}
_ASSISTANT_DEFAULTS: dict[str, Any] = {
    "instructions": "You are a helpful assistant.",
    "llm": {"provider": "openai", "model": "gpt-4o"},
    "transcriber": {"provider": "deepgram", "model": "nova-3"},
    "voice": {"provider": "11labs", "voiceId": "sarah"},
    "firstMessage": "Hello, how can I help you today?",
    "firstMessageMode": "assistant-speaks-first",
}
_DESTINATION = _object(
    {
        "type": {"type": "string", "const": "number"},
        "number": _named(_TEXT, "E.164, e.g. +33140506070"),
        "extension": _TEXT,
        "callerId": _TEXT,
        "description": _TEXT,
    },
    "type",
    "number",
)
_STRINGS: Schema = {"type": "object", "additionalProperties": _TEXT}
_BACKOFF = _object(
    {
        "type": {"type": "string", "enum": ["fixed", "exponential"], "default": "fixed"},
        "maxRetries": {"type": "number", "default": 3},
        "baseDelaySeconds": {"type": "number", "default": 1},
    }
)
_TOOL: dict[str, Schema] = {
    "name": _named(_TEXT, "What the model calls the tool"),
    "description": _named(_TEXT, "What the tool does, for the model"),
    "sms": _object({"metadata": _object({"from": _TEXT}, "from")}, "metadata"),
    "transferCall": _object(
        {"destinations": {"type": "array", "items": _DESTINATION}}, "destinations"
    ),
    "function": _object(
        {
            "parameters": _JSON_SCHEMA,
            "server": _object({"url": _ADDRESS, "headers": _STRINGS}, "url"),
        },
        "parameters",
        "server",
    ),
    "apiRequest": _object(
        {
            "url": _ADDRESS,
            "method": {"type": "string", "enum": ["GET", "POST"], "default": "POST"},
            "headers": _STRINGS,
            "body": _JSON_SCHEMA,
            "backoffPlan": _BACKOFF,
            "timeoutSeconds": {"type": "number", "default": 20},
        },
        "url",
    ),
}

NOTHING = _object({})
CREATE_ASSISTANT = _object(
    {
        name: {**schema, "default": _ASSISTANT_DEFAULTS[name]}
        if name in _ASSISTANT_DEFAULTS
        else schema
        for name, schema in _ASSISTANT.items()
    },
    "name",
)
UPDATE_ASSISTANT = _object(
    {"assistantId": _named(_TEXT, "The assistant to change"), **_ASSISTANT}, "assistantId"
)
CREATE_CALL = _object(
    {
        "assistantId": _named(_TEXT, "The assistant that speaks"),
        "phoneNumberId": _named(_TEXT, "The number to call from"),
        "customer": _object({"number": _named(_TEXT, "The number to call, E.164")}, "number"),
        "scheduledAt": _named(_TEXT, "When to call, ISO 8601; now when absent"),
        "assistantOverrides": _object(
            {"variableValues": {"type": "object", "additionalProperties": {}}}
        ),
    }
)
CREATE_TOOL = _object({"type": {"type": "string", "enum": list(_TOOL_TYPES)}, **_TOOL}, "type")
UPDATE_TOOL = _object({"toolId": _named(_TEXT, "The tool to change"), **_TOOL}, "toolId")


def one(name: str, what: str) -> Schema:
    """The input of a tool that takes an id.

    Args:
        name: of the argument.
        what: the kind of thing, for people.
    """
    return _object({name: _named(_TEXT, f"Id of the {what}")}, name)


def with_defaults(schema: Schema, arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments completed by the defaults a schema declares."""
    declared = {
        name: one["default"] for name, one in schema["properties"].items() if "default" in one
    }
    return {**declared, **arguments}
