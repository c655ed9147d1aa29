"""An assistant's `hooks`: what is done when something happens in a call."""

import contextlib
from collections.abc import AsyncGenerator
from typing import Any

from allokoli.engine.conversation.events import Event
from allokoli.engine.conversation.running import run_alone
from allokoli.engine.conversation.script import text_of
from allokoli.engine.conversation.stage import Stage
from allokoli.engine.conversation.tools.tool import listed, mapping
from allokoli.engine.conversation.tools.toolbox import tools_of
from allokoli.engine.conversation.turn import Turn
from allokoli.engine.conversation.variables import fill

ENDING = "call.ending"
ASSISTANT_INTERRUPTED = "assistant.speech.interrupted"
CUSTOMER_INTERRUPTED = "customer.speech.interrupted"
CUSTOMER_SILENT = "customer.speech.timeout"
_MAX_HOOKS = 50
_MAX_ACTIONS = 20
_DEFAULT_WAIT_S = 7.5
_DEFAULT_COUNT = 3
_FIRED = "fired"

Hook = dict[str, Any]


def hooks_on(stage: Stage, happening: str) -> list[tuple[str, Hook]]:
    """The hooks of who speaks that something sets off, each with the name it is counted by."""
    found = []
    for index, one in enumerate(listed(stage.assistant.get("hooks"))[:_MAX_HOOKS]):
        hook = mapping(one)
        on = str(hook.get("on") or "")
        if on == happening or on.startswith(f"{happening}["):
            name = str(hook.get("name") or index)[:80]
            found.append((f"{stage.memory.member}:{happening}:{name}", hook))
    return found


def matches(hook: Hook, facts: dict[str, str]) -> bool:
    """Whether a hook's filters let it through.

    Args:
        hook: Vapi's.
        facts: what filters may look at, by Vapi's keys (`call.endedReason`).
    """
    for one in listed(hook.get("filters")):
        wanted = mapping(one)
        if facts.get(str(wanted.get("key"))) not in listed(wanted.get("oneOf")):
            return False
    return True


def due(stage: Stage, seconds: float) -> list[tuple[str, Hook]]:
    """The hooks set off by a silence of so many seconds that were not yet, in this silence.

    Args:
        stage: where.
        seconds: since the last word of either, or of the assistant's last hook.
    """
    data, hooks = stage.memory.data, hooks_on(stage, CUSTOMER_SILENT)
    if not hooks:
        return []
    if seconds < float(data.get("waited", 0.0)):
        data.pop(_FIRED, None)
    data["waited"] = seconds
    fired: list[str] = data.setdefault(_FIRED, [])
    found = []
    for name, hook in hooks:
        options = mapping(hook.get("options"))
        most = _number(options.get("triggerMaxCount"), _DEFAULT_COUNT)
        if seconds < wait_s(hook) or name in fired or stage.memory.count(name) >= most:
            continue
        fired.append(name)
        stage.memory.set_count(name, stage.memory.count(name) + 1)
        found.append((name, hook))
    return found


def wait_s(hook: Hook) -> float:
    """How long a silence sets off a hook, in seconds."""
    return max(1.0, _number(mapping(hook.get("options")).get("timeoutSeconds"), _DEFAULT_WAIT_S))


def caller_spoke(stage: Stage) -> None:
    """The silence is over; hooks that ask for it are counted anew."""
    for name in ("waited", _FIRED):
        stage.memory.data.pop(name, None)
    for name, hook in hooks_on(stage, CUSTOMER_SILENT):
        if mapping(hook.get("options")).get("triggerResetMode") == "onUserSpeech":
            stage.memory.set_count(name, 0)


async def perform(stage: Stage, hook: Hook, *, silent: bool = False) -> AsyncGenerator[Event]:
    """Do what a hook asks.

    Args:
        stage: where.
        hook: Vapi's.
        silent: whether nothing can be said any more.
    """
    for one in listed(hook.get("do"))[:_MAX_ACTIONS]:
        action = mapping(one)
        async with contextlib.aclosing(_act(stage, action, silent=silent)) as events:
            async for event in events:
                yield event


async def _act(stage: Stage, action: Hook, *, silent: bool) -> AsyncGenerator[Event]:
    turn = Turn(stage)
    events: AsyncGenerator[Event] | None = None
    match action.get("type"):
        case "tool":
            events = _tool(turn, mapping(action.get("tool")), silent=silent)
        case "message.add":
            message = mapping(action.get("message"))
            if add_message(stage, message) and not silent:
                wanted = action.get("triggerResponseEnabled") is not False
                events = turn.answer() if wanted else None
        case "say" if not silent:
            events = _say(turn, action)
    if events is not None:
        async with contextlib.aclosing(events) as coming:
            async for event in coming:
                yield event


async def _say(turn: Turn, action: Hook) -> AsyncGenerator[Event]:
    stage = turn.stage
    exact = action.get("exact")
    if isinstance(exact, list) and exact:
        exact = exact[len(stage.history) % len(exact)]
    if isinstance(exact, str) and exact.strip():
        yield turn.say(fill(exact, stage.script.values, zone=stage.script.zone, warn=stage.warn))
        return
    prompt = action.get("prompt")
    given = [prompt] if isinstance(prompt, str) else listed(prompt)
    words = "\n".join(
        one if isinstance(one, str) else text_of(mapping(one).get("content")) for one in given
    ).strip()
    if not words:
        return
    content = fill(words, stage.script.values, zone=stage.script.zone, warn=stage.warn)
    async with contextlib.aclosing(turn.answer({"role": "system", "content": content})) as events:
        async for event in events:
            yield event


async def _tool(turn: Turn, settings: Hook, *, silent: bool) -> AsyncGenerator[Event]:
    stage = turn.stage
    tools = await tools_of(settings, stage.scene()) if settings else []
    if not tools:
        stage.warn("A hook has no tool that can be run.")
        return
    job, events = await run_alone(tools[0], {}, stage)
    for event in events:
        yield event
    if silent:
        return
    async with contextlib.aclosing(turn.conclude([job])) as concluding:
        async for event in concluding:
            yield event


def add_message(stage: Stage, message: dict[str, Any]) -> bool:
    """Put a message in the history; whether it was one."""
    role = {"bot": "assistant", "developer": "system"}.get(
        str(message.get("role")), str(message.get("role"))
    )
    words = text_of(message.get("content")) or text_of(message.get("message"))
    if role not in {"user", "assistant", "system"} or not words:
        stage.warn("A message to be added has no role or no words.")
        return False
    stage.history.append({"role": role, "content": words})
    return True


def _number(value: Any, default: float) -> float:
    good = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if good else default
