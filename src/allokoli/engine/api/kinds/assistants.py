"""Assistants, the tools they use, the squads they form."""

from typing import Any

from allokoli.engine.api.kinds.kind import Kind, sdk
from allokoli.engine.api.validation import limits


def _judged_tool(body: dict[str, Any]) -> dict[str, Any]:
    """A tool without what Vapi's MCP server adds: a `function` to name any tool, `metadata` to a
    text message, headers as plain names and values."""
    judged = dict(body)
    if body.get("type") != "function" and isinstance(body.get("function"), dict):
        named = {name: one for name, one in body["function"].items() if isinstance(one, str)}
        if named.keys() == body["function"].keys() <= {"name", "description"}:
            judged.pop("function")
    if body.get("type") == "sms" and isinstance(body.get("metadata"), dict):
        judged.pop("metadata")
    headers = body.get("headers")
    if isinstance(headers, dict) and all(isinstance(one, str) for one in headers.values()):
        judged.pop("headers")
    return judged


def _squad_problems(body: dict[str, Any]) -> list[str]:
    problems = []
    if not body["members"]:
        problems.append("members should not be empty")
    for index, member in enumerate(body["members"]):
        if bool(member.get("assistantId")) == bool(member.get("assistant")):
            problems.append(
                f"members.{index}: exactly one of assistantId and assistant must be given"
            )
    return problems


ASSISTANT = Kind(
    "assistant",
    "Assistant",
    "/assistant",
    sdk("CreateAssistantDto"),
    limits=limits.ASSISTANT,
    managed=frozenset({"latestVersion"}),
    versioned=True,
)
SQUAD = Kind(
    "squad",
    "Squad",
    "/squad",
    sdk("CreateSquadDto"),
    filters={"idAny": "id"},
    limits=limits.SQUAD,
    references={"members.assistantId": "assistant"},
    required_in_patch=("members",),
    further=_squad_problems,
)
TOOL = Kind(
    "tool",
    "Tool",
    "/tool",
    sdk("CreateToolsRequest", "tools"),
    sdk("UpdateToolsRequestBody", "tools"),
    limits=limits.TOOL,
    variant="type",
    kept_variants=frozenset({"knowledgeBase", "ghl"}),
    managed=frozenset({"latestVersion"}),
    judged=_judged_tool,
    versioned=True,
)
