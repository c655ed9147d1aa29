"""Moves a call through a workflow: what is extracted on the way, which edge is taken."""

import contextlib
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from allokoli.engine.conversation.ended_reasons import ASSISTANT_ENDED
from allokoli.engine.conversation.events import Event
from allokoli.engine.conversation.running import run_alone
from allokoli.engine.conversation.stage import Stage
from allokoli.engine.conversation.tools.extraction import arguments_for, extracted
from allokoli.engine.conversation.tools.tool import listed, mapping
from allokoli.engine.conversation.tools.toolbox import tools_of
from allokoli.engine.conversation.variables import fill
from allokoli.engine.conversation.workflow import (
    CONVERSATION,
    DONE,
    ENDS,
    MOVE_ON,
    TOOL,
    Node,
    choice_of,
)

if TYPE_CHECKING:
    from allokoli.engine.conversation.turn import Turn

MAX_STEPS = 12


async def leave(turn: "Turn", option: str) -> AsyncGenerator[Event]:
    """The node that speaks is done.

    Args:
        turn: the turn it happens in.
        option: the one the model chose; `DONE` when the node's own edges decide.
    """
    stage = turn.stage
    node = stage.node
    if node is None or stage.workflow is None:
        return
    plan = node.settings.get("variableExtractionPlan")
    if plan:
        stage.learn(await extracted(plan, stage.scene(), stage.messages()))
    name = option if option != DONE else await _next(stage, node, failed=False)
    if name is None:
        stage.warn(f"No way leads out of the workflow's node {node.name[:80]} now.")
        events = turn.answer()
    else:
        events = _go(turn, name)
    async with contextlib.aclosing(events) as coming:
        async for event in coming:
            yield event


async def enter(turn: "Turn", node: Node) -> AsyncGenerator[Event]:
    """A node begins that is no conversation: a tool's, or the end.

    Args:
        turn: the turn it happens in.
        node: the one that is entered.
    """
    if node.kind in ENDS:
        if not turn.progress.said and turn.stage.script.end_call_message:
            yield turn.say(turn.stage.script.end_call_message)
        yield turn.end(ASSISTANT_ENDED)
        return
    failed = quiet = False
    if node.kind == TOOL:
        async with contextlib.aclosing(_use(turn, node)) as using:
            async for event in using:
                yield event
        failed = turn.stage.memory.data.pop("toolFailed", False)
        # Whether more is to be said is the next node's to decide, when there is one.
        quiet, turn.progress.quiet = turn.progress.quiet, False
        if turn.progress.ended or turn.stage.node is not node:
            return
    else:
        turn.stage.warn(f"A workflow's node of type {node.kind[:60]} is passed over.")
    name = await _next(turn.stage, node, failed=failed)
    if name is None and quiet:
        turn.progress.quiet = True
        return
    events = _go(turn, name) if name is not None else turn.answer()
    async with contextlib.aclosing(events) as coming:
        async for event in coming:
            yield event


async def _go(turn: "Turn", name: str) -> AsyncGenerator[Event]:
    """Enter a node, within what one turn may do."""
    stage = turn.stage
    node = stage.workflow.nodes.get(name) if stage.workflow else None
    if node is None:
        return
    yield stage.go_to(name)
    turn.progress.steps += 1
    if turn.progress.steps > MAX_STEPS:
        stage.warn("A workflow went round in one turn too often; it waits for the caller.")
        turn.progress.rounds = 100
        events = turn.answer()
    else:
        events = turn.open()
    async with contextlib.aclosing(events) as coming:
        async for event in coming:
            yield event


async def _use(turn: "Turn", node: Node) -> AsyncGenerator[Event]:
    """Run a tool node's tool, with arguments the model reads out of the conversation."""
    stage = turn.stage
    settings = mapping(node.settings.get("tool"))
    tools = await tools_of(settings, stage.scene()) if settings else []
    if not tools:
        stage.warn(f"The workflow's node {node.name[:80]} has no tool that can be run.")
        stage.memory.data["toolFailed"] = True
        return
    tool = tools[0]
    arguments = {}
    if mapping(tool.parameters.get("properties")):
        found = await arguments_for(
            tool.name, tool.description, tool.parameters, stage.model, stage.messages()
        )
        arguments = found or {}
        if found is None and listed(tool.parameters.get("required")):
            stage.warn(f"The model gave no arguments for the tool of {node.name[:80]}.")
            stage.memory.data["toolFailed"] = True
            return
    job, events = await run_alone(tool, arguments, stage)
    for event in events:
        yield event
    stage.memory.data["toolFailed"] = bool(job.outcome and job.outcome.failed)
    async with contextlib.aclosing(turn.conclude([job])) as concluding:
        async for event in concluding:
            yield event


async def _next(stage: Stage, node: Node, *, failed: bool) -> str | None:
    """The node an edge leads to; None when none is open."""
    if failed:
        on_failure = [edge.to for edge in node.edges if edge.kind == "failed"]
        if on_failure:
            return on_failure[0]
    for edge in node.edges:
        if edge.kind == "logic":
            told = fill(edge.condition, stage.script.values, warn=stage.warn)
            if told.strip().lower() == "true":
                return edge.to
    if node.kind != CONVERSATION:
        chosen = await _chosen(stage, node)
        if chosen is not None:
            return chosen
    free = [edge.to for edge in node.edges if not edge.kind]
    return free[0] if free else None


async def _chosen(stage: Stage, node: Node) -> str | None:
    """The edge whose condition the model finds to hold."""
    options = {edge.to: edge.condition for edge in node.edges if edge.kind == "ai"}
    if not options:
        return None
    choice = choice_of({**options, DONE: "none of the others holds"})
    asked = (MOVE_ON, choice.description, choice.parameters)
    given = await arguments_for(*asked, stage.model, stage.messages())
    to = (given or {}).get("to")
    return to if to in options else None
