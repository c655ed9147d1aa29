"""Tools' arguments as the bodies REST takes."""

import json
from typing import Any

from allokoli.engine.api.errors import Invalid

_ECHOED = ("name", "transcriber", "voice", "firstMessage", "firstMessageMode")


def new_assistant(arguments: dict[str, Any]) -> dict[str, Any]:
    """The body of `POST /assistant`."""
    model = {
        **_llm(arguments["llm"]),
        "messages": [{"role": "system", "content": arguments["instructions"]}],
    }
    if arguments.get("toolIds"):
        model["toolIds"] = arguments["toolIds"]
    return {**{name: arguments[name] for name in _ECHOED if name in arguments}, "model": model}


def assistant_patch(arguments: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    """The body of `PATCH /assistant/{id}`.

    Changing the model keeps the instructions and tools of the one before, unless they are given.

    Args:
        arguments: the tool's.
        stored: the assistant as it is.
    """
    patch = {name: arguments[name] for name in _ECHOED if name in arguments}
    model: dict[str, Any] = {}
    if "llm" in arguments:
        before = stored.get("model") or {}
        kept = ("messages", "toolIds", "tools")
        model = {
            **{name: before[name] for name in kept if name in before},
            **_llm(arguments["llm"]),
        }
    if "instructions" in arguments:
        model["messages"] = [{"role": "system", "content": arguments["instructions"]}]
    if "toolIds" in arguments:
        model["toolIds"] = arguments["toolIds"]
    return {**patch, "model": model} if model else patch


def new_call(arguments: dict[str, Any]) -> dict[str, Any]:
    """The body of `POST /call`."""
    body = {name: value for name, value in arguments.items() if name != "scheduledAt"}
    if arguments.get("scheduledAt"):
        body["schedulePlan"] = {"earliestAt": arguments["scheduledAt"]}
    return body


def new_tool(arguments: dict[str, Any]) -> dict[str, Any]:
    """The body of `POST /tool`."""
    kind = arguments["type"]
    body = {"type": kind, **_tool(kind, arguments)}
    if "function" in body:
        body["function"].setdefault("name", kind)
    return body


def tool_patch(arguments: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    """The body of `PATCH /tool/{id}`; what a function had and is not given stays."""
    patch = _tool(stored["type"], arguments)
    if "function" in patch:
        patch["function"] = {**(stored.get("function") or {}), **patch["function"]}
    return patch


def _tool(kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """A tool's own properties, as REST names them."""
    body: dict[str, Any] = {}
    about: dict[str, Any] = {
        name: arguments[name] for name in ("name", "description") if name in arguments
    }
    match kind:
        case "function" if "function" in arguments:
            given = arguments["function"]
            body = {"server": given["server"]}
            about["parameters"] = given["parameters"]
        case "apiRequest":
            body = {**about, **_api_request(arguments.get("apiRequest") or {})}
            about = {}
        case "transferCall" if "transferCall" in arguments:
            body = dict(arguments["transferCall"])
        case "sms" if "sms" in arguments:
            sender = arguments["sms"]["metadata"]["from"]
            about.setdefault("description", f"Sends a text message from {sender}")
    if about:
        body["function"] = about
    return body


def _api_request(given: dict[str, Any]) -> dict[str, Any]:
    body = dict(given)
    if given:
        body.setdefault("method", "POST")
    if isinstance(given.get("backoffPlan"), dict):
        plan = {"type": "fixed", "maxRetries": 3, "baseDelaySeconds": 1}
        body["backoffPlan"] = {**plan, **given["backoffPlan"]}
    return body


def _llm(given: Any) -> dict[str, Any]:
    """A model, given as an object or as JSON text."""
    if isinstance(given, dict):
        return given
    try:
        found = json.loads(given)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not {"provider", "model"} <= found.keys():
        raise Invalid(["llm must be an object with provider and model, or such an object as JSON"])
    return found
