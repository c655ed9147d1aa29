"""A workflow as a graph: its nodes, what leads from one to the next. It decides nothing itself."""

from dataclasses import dataclass
from typing import Any

from allokoli.engine.conversation.handing_over import ToNode
from allokoli.engine.conversation.tools.tool import (
    Asked,
    Outcome,
    Scene,
    Tool,
    listed,
    made,
    mapping,
)

CONVERSATION = "conversation"
TOOL = "tool"
ENDS = frozenset({"hangup", "end", "endCall"})
MOVE_ON = "move_on"
DONE = "next"
_MAX_NODES = 500
_MAX_EDGES = 2_000
_MAX_OPTIONS = 60


@dataclass(frozen=True, slots=True)
class Edge:
    """What leads from a node to another.

    Attributes:
        to: the node's name.
        kind: `ai`, `logic`, `failed`, or empty for one that is always open.
        condition: words for the model, or a Liquid template.
    """

    to: str
    kind: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A step of a workflow.

    Attributes:
        name: unique in it.
        kind: `conversation`, `tool`, `hangup`, …
        settings: as Vapi writes it.
        edges: in the order they are written.
    """

    name: str
    kind: str
    settings: dict[str, Any]
    edges: tuple[Edge, ...]

    @property
    def first_message(self) -> str:
        """Said on entering; empty when the model speaks."""
        plan = mapping(self.settings.get("messagePlan"))
        return str(plan.get("firstMessage") or self.settings.get("firstMessage") or "")


class Workflow:
    """Reads a workflow once.

    Args:
        settings: as Vapi writes it.
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings
        nodes = [
            one
            for one in listed(settings.get("nodes"))[:_MAX_NODES]
            if isinstance(one, dict) and one.get("name")
        ]
        names = {str(one["name"]) for one in nodes}
        edges: dict[str, list[Edge]] = {}
        led_to: set[str] = set()
        for one in listed(settings.get("edges"))[:_MAX_EDGES]:
            edge = mapping(one)
            start, end = str(edge.get("from")), str(edge.get("to"))
            if start in names and end in names:
                edges.setdefault(start, []).append(_edge(end, mapping(edge.get("condition"))))
                led_to.add(end)
        self.nodes = {
            name: Node(name, str(one.get("type") or CONVERSATION), one, tuple(edges.get(name, ())))
            for one in nodes
            if (name := str(one["name"]))
        }
        starts = [str(one["name"]) for one in nodes if one.get("isStart") is True]
        free = [name for name in self.nodes if name not in led_to]
        self.start = next(iter((*starts, *free, *self.nodes)), None)

    def assistant(self, node: Node, base: dict[str, Any]) -> dict[str, Any]:
        """The assistant that speaks in a node.

        Args:
            node: the step.
            base: who lends its voice, model and plans.
        """
        settings = node.settings
        prompts = [str(self._settings.get("globalPrompt") or ""), str(settings.get("prompt") or "")]
        words = "\n\n".join(prompt for prompt in prompts if prompt)
        model = {**mapping(base.get("model")), **mapping(settings.get("model"))}
        for name in ("tools", "toolIds", "messages", "knowledgeBase"):
            model.pop(name, None)
        if mapping(settings.get("model")).get("knowledgeBase"):
            model["knowledgeBase"] = settings["model"]["knowledgeBase"]
        if words:
            model["messages"] = [{"role": "system", "content": words}]
        model["tools"] = listed(settings.get("tools")) if node.kind == CONVERSATION else []
        own = {name: settings[name] for name in ("voice", "transcriber") if settings.get(name)}
        return {**base, **own, "model": model, "firstMessage": node.first_message}

    def options(self, node: Node) -> dict[str, str]:
        """What may follow a node, by the name of the option, each with when to take it."""
        options: dict[str, str] = {}
        for edge in node.edges:
            if edge.kind == "ai":
                known = options.get(edge.to)
                options[edge.to] = f"{known}; or: {edge.condition}" if known else edge.condition
        if any(edge.kind in {"", "logic"} for edge in node.edges):
            options[DONE] = "this step is done"
        for other in self.nodes.values():
            plan = mapping(other.settings.get("globalNodePlan"))
            if plan.get("enabled") is True and other.name != node.name:
                options.setdefault(other.name, str(plan.get("enterCondition") or ""))
        return dict(list(options.items())[:_MAX_OPTIONS])

    def ways_out(self, node: Node) -> list[Tool]:
        """The function by which the model leaves a node; none when nothing follows it."""
        options = self.options(node)
        if not options:
            return []
        return [choice_of(options)]


def choice_of(options: dict[str, str]) -> Tool:
    """A function that names one of several options."""
    lines = [f"- {name}: {when}" for name, when in options.items()]
    parameters = {
        "type": "object",
        "properties": {"to": {"type": "string", "enum": list(options)}},
        "required": ["to"],
    }

    async def run(asked: Asked, scene: Scene) -> Outcome:  # noqa: ARG001 - as every tool
        wanted = str(asked.arguments.get("to") or "")
        if not wanted and len(options) == 1:
            wanted = next(iter(options))
        if wanted not in options:
            return Outcome(
                '{"error": "to must be one of the steps of this function."}', failed=True
            )
        return Outcome("Moving on.", move=ToNode(wanted))

    words = "Call this, without a word about it, as soon as one of these holds:\n"
    return made({}, MOVE_ON, words + "\n".join(lines), run, parameters)


def _edge(to: str, condition: dict[str, Any]) -> Edge:
    kind = str(condition.get("type") or "")
    words = condition.get("prompt") if kind == "ai" else condition.get("liquid")
    if kind == "ai" and not words:
        kind = ""
    return Edge(to, kind, str(words or ""))
