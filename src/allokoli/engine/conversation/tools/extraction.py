"""Values that the model reads out of the conversation."""

import json
from typing import Any

from allokoli.engine.conversation.chat_model import ChatModel, Message, ModelFailed, ToolCall
from allokoli.engine.conversation.tools.tool import Scene, mapping
from allokoli.engine.conversation.variables import taken

_ASK = (
    "Call the function {name} now, once, with what the conversation so far says. "
    "Leave out what it does not say. Do not invent anything."
)
_NAME = "save_variables"


async def extracted(plan: Any, scene: Scene, messages: list[Message]) -> dict[str, Any]:
    """The variables of a `variableExtractionPlan`, read out of the conversation by the model.

    Args:
        plan: Vapi's plan.
        scene: the call.
        messages: what the model is shown.
    """
    schema = mapping(mapping(plan).get("schema"))
    answer: Any = {}
    if schema:
        wrapped = schema.get("type", "object") != "object"
        asked = {"type": "object", "properties": {"value": schema}} if wrapped else schema
        given = await arguments_for(_NAME, "Keep these values.", asked, scene.model, messages)
        if given is None:
            scene.warn("Variables could not be extracted: the model did not give them.")
            given = {}
        answer = given.get("value") if wrapped else given
    return taken(plan, answer, scene.values, scene.warn)


async def arguments_for(
    name: str,
    description: str,
    parameters: dict[str, Any],
    model: ChatModel,
    messages: list[Message],
) -> dict[str, Any] | None:
    """The arguments a model gives a function when told to call it; None when it does not.

    Args:
        name: of the function.
        description: what it does.
        parameters: JSON Schema.
        model: who is asked.
        messages: the conversation, instructions first.
    """
    function = {"name": name, "description": description, "parameters": parameters}
    tools = [{"type": "function", "function": function}]
    asked = [*messages, {"role": "system", "content": _ASK.format(name=name)}]
    found: dict[str, Any] | None = None
    try:
        async for delta in model.stream(asked, tools):
            if isinstance(delta, ToolCall) and delta.name == name and found is None:
                found = read_arguments(delta.arguments)
    except ModelFailed:
        return None
    return found


def read_arguments(text: str) -> dict[str, Any] | None:
    """A call's arguments; None when they are no JSON object."""
    try:
        read = json.loads(text.strip() or "{}")
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None
