"""Workflows: nodes joined by edges."""

from typing import Any

from allokoli.engine.api.kinds.kind import Kind, sdk
from allokoli.engine.api.validation import limits

_MAX_NODES = 500
_MAX_EDGES = 2_000


def graph_problems(body: dict[str, Any]) -> list[str]:
    """What is wrong with the graph of a workflow whose shape is right.

    A cycle is not: a conversation may come back to where it was. The engine bounds how far a call
    goes without the caller.
    """
    nodes, edges = body["nodes"], body["edges"]
    if not nodes:
        return ["nodes should not be empty"]
    if len(nodes) > _MAX_NODES:
        return [f"nodes must contain no more than {_MAX_NODES} elements"]
    if len(edges) > _MAX_EDGES:
        return [f"edges must contain no more than {_MAX_EDGES} elements"]
    names = [node["name"] for node in nodes]
    twice = sorted({name for name in names if names.count(name) > 1})
    problems = [f"nodes: the name {name[:80]} is used more than once" for name in twice]
    starts = [node["name"] for node in nodes if node.get("isStart")]
    if len(starts) > 1:
        problems.append("nodes: only one node may have isStart")
    if not starts and all(name in {edge["to"] for edge in edges} for name in names):
        problems.append("nodes: one node must have isStart, since every node has an edge to it")
    for index, edge in enumerate(edges):
        problems += [
            f"edges.{index}.{end}: there is no node named {edge[end][:80]}"
            for end in ("from", "to")
            if edge[end] not in names
        ]
    return problems[:50]


WORKFLOW = Kind(
    "workflow",
    "Workflow",
    "/workflow",
    sdk("CreateWorkflowDto"),
    sdk("UpdateWorkflowDto"),
    limits=limits.WORKFLOW,
    further=graph_problems,
)
