"""Vapi's OpenAPI document, where the machine has it; it is never part of the project."""

import json
import os
from copy import deepcopy
from pathlib import Path
from typing import Any

_BESIDE = Path(__file__).parents[4] / "shared" / "reference" / "vapi" / "openapi.json"

_CHAT_MESSAGE = {
    "type": "object",
    "required": ["role"],
    "properties": {"role": {"enum": ["system", "user", "assistant", "tool", "developer"]}},
}
_OF_AN_END = frozenset({"startedAt", "endedAt", "endedReason"})
_MESSAGES_OF_CHATS = {
    "Chat": ("messages", "output"),
    "Session": ("messages",),
}


def find() -> Path | None:
    """Where it is: `ALLOKOLI_VAPI_OPENAPI`, or beside the project; None when it is not there."""
    path = Path(os.environ.get("ALLOKOLI_VAPI_OPENAPI", _BESIDE))
    return path if path.is_file() else None


def read(path: Path) -> dict[str, Any]:
    """The document, with what is wrong in it put right.

    - Patterns are written as JavaScript writes them, between slashes with flags behind: no text at
      all matches them as JSON Schema reads them.
    - Some enumerations of texts are typed as objects (`AudioFormat.format`): nothing matches both.
    - The messages of a chat (`role`, `content`) and those of a call (`role`, `message`, `time`)
      bear the same names, and the document kept one set, the call's.
    - Variants overlap, so that `oneOf` refuses what is right twice.
    - An eval run must have a reason and times of its end, though it may be queued or running.
    """
    document: dict[str, Any] = json.loads(path.read_text("utf-8"), object_hook=_right)
    run = document["components"]["schemas"]["EvalRun"]
    run["required"] = [name for name in run["required"] if name not in _OF_AN_END]
    for name, properties in _MESSAGES_OF_CHATS.items():
        held = document["components"]["schemas"][name]["properties"]
        for one in properties:
            held[one] = {"type": "array", "items": deepcopy(_CHAT_MESSAGE)}
    return document


def strict(path: Path) -> dict[str, Any]:
    """The document to generate requests from.

    Vapi refuses properties it does not name, though its document does not say so: a generated body
    with one would never get further.
    """
    document = read(path)
    for schema in document["components"]["schemas"].values():
        _close(schema)
    return document


def _right(schema: dict[str, Any]) -> dict[str, Any]:
    if isinstance(schema.get("oneOf"), list):
        schema["anyOf"] = schema.pop("oneOf")
    texts = schema.get("enum")
    if schema.get("type") == "object" and isinstance(texts, list):
        schema["type"] = "string"
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and pattern.startswith("/"):
        body, _, flags = pattern[1:].rpartition("/")
        if "u" in flags:
            # Classes of Unicode letters, which JSON Schema's patterns lack.
            del schema["pattern"]
        else:
            schema["pattern"] = body
    return schema


def _close(schema: Any) -> None:
    if isinstance(schema, list):
        for one in schema:
            _close(one)
    elif isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and "allOf" not in schema:
            schema.setdefault("additionalProperties", False)
        for one in schema.values():
            _close(one)
