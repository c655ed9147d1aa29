"""`apiRequest`: any HTTP API, asked directly."""

import json
import re
from typing import Any
from urllib.parse import quote

from allokoli.engine.conversation.backoff import Backoff
from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.conversation.liquid import BadTemplate, rendered
from allokoli.engine.conversation.numbers import number_within
from allokoli.engine.conversation.tools import http
from allokoli.engine.conversation.tools.tool import (
    DEFAULT_TIMEOUT_S,
    MAX_TIMEOUT_S,
    Arguments,
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
    static_parameters,
)
from allokoli.engine.conversation.variables import filled, taken

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_MAX_RESULT_CHARS = 20_000
_MAX_DEPTH = 5
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def tool(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """See `toolbox`."""
    backoff = Backoff.of(settings.get("backoffPlan"))
    body = mapping(settings.get("body"))
    return made(
        settings,
        str(settings.get("name") or "api_request"),
        str(settings.get("description") or "Ask an API."),
        _run(settings),
        _parameters(body, mapping(settings.get("headers"))),
        timeout_s=backoff.longest_s(_timeout_s(settings)) + 5,
    )


def _parameters(body: dict[str, Any], headers: dict[str, Any]) -> dict[str, Any]:
    """What the model fills in: of the body and headers, all that has no fixed value."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    for schema in (headers, body):
        for name, one in mapping(schema.get("properties")).items():
            if isinstance(one, dict) and _fixed(one) is None:
                properties[name] = {k: v for k, v in one.items() if k != "value"}
                if name in listed(schema.get("required")):
                    required.append(name)
    return {"type": "object", "properties": properties, "required": required}


def _run(settings: Settings) -> Run:
    async def run(asked: Asked, scene: Scene) -> Outcome:
        arguments = asked.arguments
        known = scene.values | arguments
        # What the caller or the model chose cannot change where the request goes.
        chosen = scene.memory.variables | arguments | {"customer": scene.values.get("customer")}
        url = _address(str(settings.get("url") or ""), scene.values | _escaped(chosen))
        method = str(settings.get("method") or "POST").upper()
        if method not in _METHODS:
            raise ServerFailed("its method is not one of GET, POST, PUT, PATCH and DELETE")
        headers = await _headers(settings, scene, known, arguments)
        given = mapping(settings.get("body"))
        body = _joined(given, known, arguments, scene) if given else {}
        body |= static_parameters(settings, scene, arguments)
        answer = await _asked(settings, method, url, headers, body)
        return _outcome(answer, settings, scene)

    return run


def _address(template: str, values: dict[str, Any]) -> str:
    try:
        return rendered(template, values).strip()
    except BadTemplate as bad:
        raise ServerFailed(f"its address: {bad}") from None


def _escaped(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return quote(value, safe="")
    if isinstance(value, dict) and depth < _MAX_DEPTH:
        return {name: _escaped(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list) and depth < _MAX_DEPTH:
        return [_escaped(one, depth + 1) for one in value]
    return value


async def _headers(
    settings: Settings, scene: Scene, known: dict[str, Any], arguments: Arguments
) -> dict[str, str]:
    given = _joined(mapping(settings.get("headers")), known, arguments, scene)
    headers = {name: _CONTROL.sub(" ", str(value)) for name, value in given.items()}
    credential = settings.get("credentialId")
    if isinstance(credential, str) and credential:
        headers |= await scene.backstage.headers_for(credential)
    return headers


def _joined(
    schema: dict[str, Any], known: dict[str, Any], arguments: Arguments, scene: Scene
) -> dict[str, Any]:
    """An object of a schema: fixed values filled in, the rest as the model gave it."""
    joined: dict[str, Any] = {}
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        # Not a schema: plain names and values, as some clients write it.
        plain = {name: value for name, value in schema.items() if isinstance(value, str)}
        return {k: filled(v, known, warn=scene.warn) for k, v in plain.items() if k != "type"}
    for name, one in properties.items():
        fixed = _fixed(mapping(one))
        if fixed is not None:
            joined[name] = filled(fixed, known, warn=scene.warn)
        elif name in arguments:
            joined[name] = arguments[name]
        elif isinstance(one, dict) and isinstance(one.get("properties"), dict):
            nested = _joined(one, known, arguments, scene)
            joined |= {name: nested} if nested else {}
    return joined


def _fixed(schema: dict[str, Any]) -> Any:
    """The value a property always has; None when the model gives it."""
    return next((schema[name] for name in ("value", "const", "default") if name in schema), None)


async def _asked(
    settings: Settings, method: str, url: str, headers: dict[str, str], body: dict[str, Any]
) -> http.Answer:
    """Ask, and again as the back-off plan says."""
    backoff = Backoff.of(settings.get("backoffPlan"))
    in_query = method in {"GET", "DELETE"}
    tries = 0
    while True:
        tries += 1
        try:
            answer = await http.exchange(
                method,
                url,
                headers=headers,
                json=None if in_query and not body else (None if method == "GET" else body),
                params={k: _query(v) for k, v in body.items()}
                if method == "GET" and body
                else None,
                timeout_s=_timeout_s(settings),
            )
        except ServerFailed:
            if not backoff.goes_on(tries):
                raise
        else:
            if answer.succeeded or not backoff.goes_on(tries, answer.status):
                return answer
        await backoff.pause(tries)


def _query(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _timeout_s(settings: Settings) -> float:
    return number_within(settings.get("timeoutSeconds"), 0.1, MAX_TIMEOUT_S, DEFAULT_TIMEOUT_S)


def _outcome(answer: http.Answer, settings: Settings, scene: Scene) -> Outcome:
    if not answer.succeeded:
        return refused(f"The API answered HTTP {answer.status}: {answer.text[:500]}")
    body = answer.json if answer.json is not None else answer.text
    response = {"tool": {"response": {"body": body, "headers": answer.headers}}}
    variables = taken(
        settings.get("variableExtractionPlan"), body, scene.values | response, scene.warn
    )
    return Outcome(answer.text[:_MAX_RESULT_CHARS], variables=variables)
