"""`dtmf`: press keys on the line."""

import re

from allokoli.engine.conversation.events import SendDigits
from allokoli.engine.conversation.tools.tool import (
    Asked,
    Outcome,
    Scene,
    Settings,
    Tool,
    made,
    refused,
)

_DIGITS = re.compile(r"[0-9*#wW]{1,50}")
_PARAMETERS = {
    "type": "object",
    "properties": {
        "dtmf": {
            "type": "string",
            "description": "The keys to press: 0-9, *, #, and w for a pause of half a second.",
        }
    },
    "required": ["dtmf"],
}


def tool(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """See `toolbox`."""
    return made(
        settings,
        "dtmf",
        "Press keys on the phone, for a menu that asks for them.",
        _run,
        _PARAMETERS,
    )


async def _run(asked: Asked, scene: Scene) -> Outcome:  # noqa: ARG001 - as every kind
    given = asked.arguments.get("dtmf") or asked.arguments.get("digits") or ""
    digits = re.sub(r"[\s-]+", "", str(given))
    if not _DIGITS.fullmatch(digits):
        return refused("dtmf must be up to 50 of 0-9, *, # and w.")
    return Outcome(f"Pressed {digits}.", events=(SendDigits(digits.lower()),))
