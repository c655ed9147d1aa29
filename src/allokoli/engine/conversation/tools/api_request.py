"""`apiRequest`: any HTTP API, asked directly."""

import asyncio
import json
import random
import re
from typing import Any
from urllib.parse import quote

from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.conversation.liquid import BadTemplate, rendered
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
_MAX_RETRIES = 10
_MAX_DELAY_S = 60.0
_MAX_RESULT_CHARS = 20_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def tool(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """See `toolbox`."""
    timeout = _timeout_s(settings)
    retries, delay, _ = _backoff(settings)
    body = mapping(settings.get("body"))
    return made(
        settings,
        str(settings.get("name") or "api_request"),
        str(settings.get("description") or "Ask an API."),
        _run(settings),
        _parameters(body, mapping(settings.get("headers"))),
        timeout_s=(timeout + delay * (2**retries)) * (1 + retries) + 5,
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
    if isinstance(value, dict) and depth < 5:  # noqa: PLR2004
        return {name: _escaped(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list) and depth < 5:  # noqa: PLR2004
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
    retries, delay, excluded = _backoff(settings)
    exponential = mapping(settings.get("backoffPlan")).get("type") == "exponential"
    in_query = method in {"GET", "DELETE"}
    for attempt in range(retries + 1):
        failure: ServerFailed | None = None
        answer: http.Answer | None = None
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
        except ServerFailed as failed:
            failure = failed
        done = answer is not None and (answer.status < 300 or answer.status in excluded)  # noqa: PLR2004
        if done or attempt == retries:
            if answer is not None:
                return answer
            raise failure or ServerFailed("it could not be reached")
        wait = delay * (2**attempt if exponential else 1)
        await asyncio.sleep(min(_MAX_DELAY_S, wait) * random.uniform(0.8, 1.2))  # noqa: S311
    raise ServerFailed("it could not be reached")


def _query(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _backoff(settings: Settings) -> tuple[int, float, frozenset[int]]:
    plan = mapping(settings.get("backoffPlan"))
    retries, delay = plan.get("maxRetries"), plan.get("baseDelaySeconds")
    excluded = frozenset(
        int(one) for one in listed(plan.get("excludedStatusCodes")) if isinstance(one, (int, float))
    )
    return (
        min(_MAX_RETRIES, max(0, int(retries))) if isinstance(retries, (int, float)) else 0,
        min(10.0, max(0.0, float(delay))) if isinstance(delay, (int, float)) else 0.0,
        excluded,
    )


def _timeout_s(settings: Settings) -> float:
    given = settings.get("timeoutSeconds")
    wanted = float(given) if isinstance(given, (int, float)) else DEFAULT_TIMEOUT_S
    return min(MAX_TIMEOUT_S, max(0.1, wanted))


def _outcome(answer: http.Answer, settings: Settings, scene: Scene) -> Outcome:
    if not 200 <= answer.status < 300:  # noqa: PLR2004
        return refused(f"The API answered HTTP {answer.status}: {answer.text[:500]}")
    body = answer.json if answer.json is not None else answer.text
    response = {"tool": {"response": {"body": body, "headers": answer.headers}}}
    variables = taken(
        settings.get("variableExtractionPlan"), body, scene.values | response, scene.warn
    )
    return Outcome(answer.text[:_MAX_RESULT_CHARS], variables=variables)
