"""`code`: a program of the owner's. It never runs on this machine.

Where the installation names a sandbox (`code_sandbox_url` in the settings), the program, its
variables and the arguments are posted there; the sandbox answers `{"result": …}` or
`{"error": "…"}`.
"""

import json
from typing import Any

from allokoli.core.settings import get_settings
from allokoli.engine.conversation.numbers import number_within
from allokoli.engine.conversation.tools import http
from allokoli.engine.conversation.tools.tool import (
    Asked,
    Outcome,
    Scene,
    Settings,
    Tool,
    listed,
    made,
    refused,
    static_parameters,
)
from allokoli.engine.conversation.variables import fill, taken

_TIMEOUT_S = 10.0
_MAX_TIMEOUT_S = 30.0


def tool(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """See `toolbox`."""
    return made(
        settings,
        "run_code",
        "Run a program and give its result.",
        _run_of(settings),
        timeout_s=_timeout_s(settings) + 2,
        is_async=settings.get("async") is True,
    )


def _timeout_s(settings: Settings) -> float:
    return number_within(settings.get("timeoutSeconds"), 1.0, _MAX_TIMEOUT_S, _TIMEOUT_S)


def _run_of(settings: Settings) -> Any:
    async def run(asked: Asked, scene: Scene) -> Outcome:
        url = get_settings().code_sandbox_url
        if not url:
            scene.warn("Code tools are refused: this installation has no sandbox to run them in.")
            return refused("Code is not run here: this installation has no sandbox for it.")
        variables = {
            str(one.get("name")): fill(str(one.get("value") or ""), scene.values, warn=scene.warn)
            for one in listed(settings.get("environmentVariables"))
            if isinstance(one, dict)
        }
        body = {
            "code": settings.get("code") or "",
            "language": "typescript",
            "env": variables,
            "args": static_parameters(settings, scene, asked.arguments) | asked.arguments,
            "timeoutSeconds": _timeout_s(settings),
        }
        answer = await http.exchange(
            "POST", url, json=body, timeout_s=_timeout_s(settings), trusted=True
        )
        given = answer.json if isinstance(answer.json, dict) else {}
        if not answer.succeeded or "error" in given or "result" not in given:
            return refused(str(given.get("error") or "The program failed.")[:2000])
        result = given["result"]
        found = taken(settings.get("variableExtractionPlan"), result, scene.values, scene.warn)
        written = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
        return Outcome(written, variables=found)

    return run
