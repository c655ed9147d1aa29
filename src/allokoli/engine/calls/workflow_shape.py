"""Whether a workflow can be followed: its nodes are told apart, its edges lead somewhere."""

from typing import Any

_MOST_NODES = 500


def workflow_problems(workflow: dict[str, Any]) -> list[str]:
    """What keeps a workflow from running; empty when nothing does.

    Args:
        workflow: as Vapi writes it.
    """
    nodes, edges = workflow.get("nodes"), workflow.get("edges")
    if not isinstance(nodes, list) or not nodes:
        return ["workflow.nodes should not be empty"]
    if len(nodes) > _MOST_NODES:
        return [f"workflow.nodes must contain no more than {_MOST_NODES} elements"]
    if not isinstance(edges, list):
        return ["workflow.edges must be an array"]
    kinds, problems = _kinds(nodes)
    ways: dict[str, list[str]] = {name: [] for name in kinds}
    choosing = set()
    for index, edge in enumerate(edges):
        for end in ("from", "to"):
            name = edge.get(end) if isinstance(edge, dict) else None
            if not isinstance(name, str) or name not in kinds:
                problems.append(f"workflow.edges.{index}.{end} is not the name of a node")
                break
        else:
            ways[edge["from"]].append(edge["to"])
            if edge.get("condition"):
                choosing.add(edge["from"])
    busy = {name for name, kind in kinds.items() if kind == "tool"} - choosing
    return problems or _endless(busy, ways)


def _kinds(nodes: list[Any]) -> tuple[dict[str, Any], list[str]]:
    """The type of each node by its name, and what is wrong with the names."""
    kinds: dict[str, Any] = {}
    problems = []
    for index, node in enumerate(nodes):
        name = node.get("name") if isinstance(node, dict) else None
        if not isinstance(name, str) or not name:
            problems.append(f"workflow.nodes.{index}.name must be a string")
        elif name in kinds:
            problems.append(f"workflow.nodes.{index}.name '{name[:80]}' is used by another node")
        else:
            kinds[name] = node.get("type")
    return kinds, problems


def _endless(busy: set[str], ways: dict[str, list[str]]) -> list[str]:
    """A round of nodes that neither wait for the caller nor choose their way would never stop."""
    waits_for = {name: sum(name in ways[one] for one in busy) for name in busy}
    free = [name for name, count in waits_for.items() if not count]
    while free:
        name = free.pop()
        busy.discard(name)
        for following in set(ways[name]) & busy:
            waits_for[following] -= 1
            if not waits_for[following]:
                free.append(following)
    if not busy:
        return []
    names = ", ".join(f"'{name[:80]}'" for name in sorted(busy)[:10])
    return [f"workflow.edges: the nodes {names} lead to each other and never to the caller"]
