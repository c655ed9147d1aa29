"""Proposes scenarios to try an assistant with: by its model, or from what its blueprint asks."""

import json
from typing import Any

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.validation.shapes import Field, check_object
from allokoli.engine.calls.casting import cast_of
from allokoli.engine.conversation.cast import Cast
from allokoli.engine.conversation.script import assistant_language, blueprint_of
from allokoli.engine.conversation.whole_answer import json_in
from allokoli.engine.testing.asking import NoAnswer, asked
from allokoli.engine.testing.held import Held
from allokoli.engine.testing.scenario_templates import Template, templates

_CATEGORIES = ("happy_path", "edge_case", "failure_mode")
_MAX_SCENARIOS = 20
_MAX_NAME, _MAX_INSTRUCTIONS, _MAX_TEXT = 80, 10_000, 2_000
_MAX_PROMPT_CHARS = 20_000
_FIELDS = {"assistantId": Field(str), "squadId": Field(str)}
_QUESTION = (
    "Propose six to ten test scenarios for the phone assistant described below, each a script for "
    "a person who calls it. Cover what usually happens, rare cases and what goes wrong. Write in "
    "the assistant's language. Answer with one JSON object and nothing else: "
    '{"scenarios": [{"name": "…", "instructions": "…", "category": "happy_path" | "edge_case" | '
    '"failure_mode", "reasoning": "…"}], "coverageNotes": "…"}'
)


async def generate(identity: Identity, body: dict[str, Any]) -> dict[str, Any]:
    """Scenarios for an assistant or squad.

    Args:
        identity: acts for the organization.
        body: Vapi's GenerateScenariosDTO.

    Returns:
        `scenarios` and `coverageNotes`. Where the target has a language model it proposes them;
        else they are made from what the target's blueprint asks of callers.

    Raises:
        Invalid: neither or both are named, or what is named does not exist.
    """
    problems = check_object(_FIELDS, body)
    if not problems and (body.get("assistantId") is None) == (body.get("squadId") is None):
        problems = ["exactly one of assistantId, squadId must be given"]
    if problems:
        raise Invalid(problems)
    async with session(identity) as opened:
        cast = await cast_of(opened, body)
    try:
        return await _by_model(identity, cast)
    except NoAnswer as none:
        return _from_blueprint(cast, none)


async def _by_model(identity: Identity, cast: Cast) -> dict[str, Any]:
    held = Held(identity.organization, [], cast.first.assistant, clock.now())
    described = [
        {
            "name": member.name,
            "firstMessage": member.assistant.get("firstMessage"),
            "messages": (member.assistant.get("model") or {}).get("messages"),
            "tools": [
                (tool.get("function") or {}).get("name") or tool.get("type")
                for tool in (member.assistant.get("model") or {}).get("tools") or ()
                if isinstance(tool, dict)
            ],
        }
        for member in cast.members
    ]
    text = json.dumps(described, ensure_ascii=False)[:_MAX_PROMPT_CHARS]
    answer = await asked(
        held,
        [{"role": "system", "content": _QUESTION}, {"role": "user", "content": text}],
        timeout_s=50.0,
    )
    found = json_in(answer)
    listed = found.get("scenarios") if isinstance(found, dict) else None
    scenarios = [shown for one in listed or () if (shown := _shown(one)) is not None]
    if not scenarios:
        raise NoAnswer("the model proposed no scenario that can be read")
    notes = str(found.get("coverageNotes") or "")[:_MAX_TEXT]
    return {"scenarios": scenarios[:_MAX_SCENARIOS], "coverageNotes": notes}


def _from_blueprint(cast: Cast, none: NoAnswer) -> dict[str, Any]:
    assistant = cast.first.assistant
    blueprint = blueprint_of(assistant)
    made: list[Template] = templates(blueprint, assistant_language(assistant))
    if none.modelless:
        why = "No language model is configured for the target"
    else:
        why = f"The target's model gave no scenarios ({none})"
    of_what = "its blueprint's fields" if blueprint else "taking a message"
    return {
        "scenarios": [
            {
                "name": one.name,
                "instructions": one.instructions,
                "category": one.category,
                "reasoning": one.reasoning,
            }
            for one in made
        ],
        "coverageNotes": (
            f"{why}: these scenarios were made from {of_what}. They cover a complete request, a "
            "missing answer, an unclear caller, a silent one, one who asks for a person and one "
            "who dialed wrong; questions beyond the form are not covered."
        ),
    }


def _shown(one: Any) -> dict[str, Any] | None:
    """A proposed scenario, cut to what may be stored; None when it is none."""
    if not isinstance(one, dict):
        return None
    name, instructions = one.get("name"), one.get("instructions")
    if not isinstance(name, str) or not isinstance(instructions, str):
        return None
    if not name.strip() or not instructions.strip():
        return None
    category = one.get("category")
    return {
        "name": name.strip()[:_MAX_NAME],
        "instructions": instructions.strip()[:_MAX_INSTRUCTIONS],
        "category": category if category in _CATEGORIES else "edge_case",
        "reasoning": str(one.get("reasoning") or "")[:_MAX_TEXT],
    }
