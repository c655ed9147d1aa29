"""`function` and its like: the owner's server does it, asked by a `tool-calls` message."""

import json
from typing import Any

from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.conversation.tools.tool import (
    Asked,
    Outcome,
    Run,
    Scene,
    Settings,
    Tool,
    listed,
    made,
    mapping,
    refused,
    server_timeout_s,
    static_parameters,
)
from allokoli.engine.conversation.variables import taken

_FIXED: dict[str, tuple[str, dict[str, Any]]] = {
    "bash": ("Run a command.", {"command": {"type": "string"}}),
    "computer": ("Use the computer.", {"action": {"type": "string"}}),
    "textEditor": (
        "View and edit files.",
        {"command": {"type": "string"}, "path": {"type": "string"}},
    ),
}


def tool(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """See `toolbox`."""
    kind = str(settings.get("type"))
    description, properties = _FIXED.get(kind, ("", {}))
    return made(
        settings,
        str(settings.get("name") or kind),
        str(settings.get("description") or description),
        _run(settings),
        {"type": "object", "properties": properties},
        timeout_s=server_timeout_s(settings.get("server")),
        is_async=settings.get("async") is True,
    )


def _run(settings: Settings) -> Run:
    async def run(asked: Asked, scene: Scene) -> Outcome:
        arguments = asked.arguments | static_parameters(settings, scene, asked.arguments)
        fields = request_of(settings, asked, arguments)
        server = mapping(settings.get("server")) or None
        answer = await scene.backstage.ask_server("tool-calls", fields, server)
        if settings.get("async") is True:
            return Outcome("Success.")
        return _read(answer, asked, settings, scene)

    return run


def request_of(settings: Settings, asked: Asked, arguments: dict[str, Any]) -> dict[str, Any]:
    """The fields of a `tool-calls` message: a call's arguments both as text and as an object."""
    call = {
        "id": asked.call.id,
        "type": "function",
        "function": {
            "name": asked.call.name,
            "arguments": json.dumps(arguments, ensure_ascii=False),
        },
        "name": asked.call.name,
        "arguments": arguments,
        "parameters": arguments,
    }
    shown = {name: value for name, value in settings.items() if name != "credentialId"}
    server = mapping(settings.get("server"))
    if server:
        shown["server"] = {"url": server.get("url")}
    together = {**shown, "name": asked.call.name, "toolCall": call}
    return {"toolCalls": [call], "toolCallList": [call], "toolWithToolCallList": [together]}


def _read(answer: Any, asked: Asked, settings: Settings, scene: Scene) -> Outcome:
    """A server's answer to `tool-calls`.

    Raises:
        ServerFailed: there is no result for this call in it.
    """
    given = mapping(answer)
    results = [one for one in listed(given.get("results")) if isinstance(one, dict)]
    mine = next((one for one in results if one.get("toolCallId") == asked.call.id), None)
    if mine is None and given.get("error"):
        return refused(_written(given["error"]))
    if mine is None:
        raise ServerFailed("its answer holds no result for this call's toolCallId")
    message = mine.get("message")
    said = {"content": message} if isinstance(message, str) else mapping(message) or None
    if mine.get("error") is not None:
        return Outcome(refused(_written(mine["error"])).result, failed=True, message=said)
    result = mine.get("result")
    variables = taken(
        settings.get("variableExtractionPlan"), _as_json(result), scene.values, scene.warn
    )
    return Outcome(_written(result), message=said, variables=variables)


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _as_json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
