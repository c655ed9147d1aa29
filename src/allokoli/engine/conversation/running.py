"""Runs the functions a model asked for, side by side, and says what is to be said meanwhile."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import structlog

from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.conversation.chat_model import Message, ToolCall
from allokoli.engine.conversation.events import Event, ToolAnswered, ToolsCalled
from allokoli.engine.conversation.stage import Stage
from allokoli.engine.conversation.tools import messages as spoken
from allokoli.engine.conversation.tools.extraction import read_arguments
from allokoli.engine.conversation.tools.rejection import rejected
from allokoli.engine.conversation.tools.tool import Asked, Outcome, Scene, Tool, refused

MAX_CALLS = 16
_MAX_RESULT_CHARS = 20_000
# At once: of a conversation, and of a process.
_MAX_BEGUN = 64
_MAX_BACKGROUND = 10_000
_RUNNING = "Still running; its result is not known yet."
_log = structlog.get_logger()

# Work that outlives the turn that began it, and even its conversation.
_background: set[asyncio.Task[Any]] = set()


@dataclass(slots=True)
class Job:
    """One call of a tool.

    Attributes:
        asked: the call.
        tool: what runs it; None when nothing does.
        slot: the message of the history that holds its result.
        outcome: what came of it, once known.
        begun: whether its result comes through the queue.
        task: its work, once begun.
        abandoned: whether its turn was given up before.
        timers: of what is said when it takes long.
    """

    asked: Asked
    tool: Tool | None
    slot: Message
    outcome: Outcome | None = None
    begun: bool = False
    task: asyncio.Task[Any] | None = None
    abandoned: bool = False
    timers: list[asyncio.TimerHandle] = field(default_factory=list)

    @property
    def done(self) -> bool:
        """Whether its result is known."""
        return self.outcome is not None


_Happening = tuple[Job, str]


async def run(
    stage: Stage, calls: list[ToolCall], said: str, jobs: list[Job]
) -> AsyncGenerator[Event]:
    """Run what a model asked for; the history holds calls and results, always in order.

    Args:
        stage: where.
        calls: as the model gave them.
        said: the words of the same answer.
        jobs: filled with the calls and what came of them.
    """
    calls = _identified(calls)
    message: Message = {
        "role": "assistant",
        "content": said or None,
        "tool_calls": [_call(one) for one in calls],
    }
    jobs += [_job(call, None) for call in calls]
    # An interrupted turn leaves the results it did not wait for to be filled in later.
    stage.history += [message, *(job.slot for job in jobs)]
    happened: asyncio.Queue[_Happening] = asyncio.Queue()
    try:
        tools = {tool.name: tool for tool in await stage.toolbox()}
        for job in jobs:
            job.tool = tools.get(job.asked.call.name)
        yield ToolsCalled(tuple(calls))
        for index, job in enumerate(jobs):
            _judge(job, index, stage.scene())
        async for event in _started(jobs, message, stage, happened):
            yield event
        async for event in _followed(jobs, message, stage, happened):
            yield event
    finally:
        for job in jobs:
            _stop_timers(job)
            job.abandoned = not job.done
            if job.task is None:
                _conclude(job, refused("It was not done: the caller interrupted."))


async def _started(
    jobs: list[Job], message: Message, stage: Stage, happened: asyncio.Queue[_Happening]
) -> AsyncGenerator[Event]:
    """Begin every call that can be; those that wait for their words to be heard come last."""
    for job in jobs:
        if job.done:
            yield _answered(job)
    for job in sorted((job for job in jobs if not job.done), key=_blocks):
        words = _start_message(job, stage)
        blocks = bool(words) and _blocks(job)
        if not blocks:
            _begin(job, stage.scene(), stage, happened)
        if words:
            _add_words(message, words)
            yield stage.say(words, awaited=blocks)
        if blocks:
            _begin(job, stage.scene(), stage, happened)


async def _followed(
    jobs: list[Job], message: Message, stage: Stage, happened: asyncio.Queue[_Happening]
) -> AsyncGenerator[Event]:
    """Tell results as they come, and what is said when they take long."""
    left = sum(job.begun for job in jobs)
    while left:
        job, words = await happened.get()
        if not words:
            left -= 1
            yield _answered(job)
        elif not job.done:
            _add_words(message, words)
            yield stage.say(words)


async def run_alone(tool: Tool, arguments: dict[str, Any], stage: Stage) -> tuple[Job, list[Event]]:
    """Run a tool that no model asked for: a hook's, a workflow's.

    Returns:
        What came of it, and the events to be told.
    """
    call = ToolCall(f"call_{uuid4().hex[:24]}", tool.name, json.dumps(arguments))
    job = _job(call, tool)
    message: Message = {"role": "assistant", "content": None, "tool_calls": [_call(call)]}
    stage.history += [message, job.slot]
    scene = stage.scene()
    _judge(job, 0, scene)
    try:
        if not job.done:
            happened: asyncio.Queue[_Happening] = asyncio.Queue()
            _begin(job, scene, stage, happened)
            while not job.done:
                await happened.get()
    finally:
        job.abandoned = not job.done
        _stop_timers(job)
    return job, [ToolsCalled((call,)), _answered(job)]


def _identified(calls: list[ToolCall]) -> list[ToolCall]:
    """The calls, each with an id of its own."""
    seen: set[str] = set()
    named = []
    for call in calls:
        own = call.id if call.id and call.id not in seen else f"call_{uuid4().hex[:24]}"
        seen.add(own)
        named.append(ToolCall(own[:200], call.name[:200], call.arguments))
    return named


def _call(call: ToolCall) -> dict[str, Any]:
    arguments = call.arguments if read_arguments(call.arguments) is not None else "{}"
    function = {"name": call.name, "arguments": arguments.strip() or "{}"}
    return {"id": call.id, "type": "function", "function": function}


def _job(call: ToolCall, tool: Tool | None) -> Job:
    slot = {"role": "tool", "tool_call_id": call.id, "name": call.name, "content": _RUNNING}
    return Job(Asked(call, read_arguments(call.arguments) or {}), tool, slot)


def _judge(job: Job, index: int, scene: Scene) -> None:
    """Answer at once what cannot be run."""
    if job.tool is None:
        _conclude(job, refused(f"There is no function named {job.asked.call.name[:80]}."))
    elif index >= MAX_CALLS:
        _conclude(job, refused(f"Only {MAX_CALLS} functions can be called at once."))
    elif read_arguments(job.asked.call.arguments) is None:
        _conclude(job, refused("The arguments are not a JSON object."))
    elif rejected(job.tool.settings.get("rejectionPlan"), scene):
        _conclude(job, refused("This is not allowed at this point of the conversation."))


def _blocks(job: Job) -> bool:
    """Whether the tool waits until its first message was heard."""
    message = _chosen_start(job)
    return message is not None and message.get("blocking") is True


def _chosen_start(job: Job) -> Message | None:
    if job.tool is None or job.tool.is_async:
        return None
    turn = len(job.asked.call.id)
    return spoken.chosen(job.tool.messages, spoken.START, job.asked.arguments, turn)


def _start_message(job: Job, stage: Stage) -> str:
    return spoken.words_of(
        _chosen_start(job) or "", stage.script.language, _known(job, stage), stage.warn
    )


def _known(job: Job, stage: Stage) -> dict[str, Any]:
    return stage.script.values | job.asked.arguments


def _begin(job: Job, scene: Scene, stage: Stage, happened: asyncio.Queue[_Happening]) -> None:
    """Start a tool's work, and the clock of what is said when it takes long."""
    tool, job.begun = job.tool, True
    if tool is None or stage.begun >= _MAX_BEGUN or len(_background) >= _MAX_BACKGROUND:
        _conclude(job, refused("Too much is being done at once; try again."))
        happened.put_nowait((job, ""))
        return
    stage.begun += 1
    task = job.task = asyncio.create_task(_worked(tool, job.asked, scene))
    _background.add(task)
    task.add_done_callback(_background.discard)
    task.add_done_callback(stage.one_less)
    if tool.is_async:
        _conclude(job, Outcome("Started."))
        happened.put_nowait((job, ""))
        return

    def finished(done: asyncio.Task[Outcome]) -> None:
        _conclude(job, _kept(done.result(), abandoned=job.abandoned))
        happened.put_nowait((job, ""))

    task.add_done_callback(finished)
    stage.running.add(task)
    task.add_done_callback(stage.running.discard)
    loop, turn = asyncio.get_running_loop(), len(job.asked.call.id)
    for after, message in spoken.stages(tool.messages, job.asked.arguments, turn):
        words = spoken.words_of(message, stage.script.language, _known(job, stage), stage.warn)
        if words:
            job.timers.append(loop.call_later(after, happened.put_nowait, (job, words)))


def _kept(outcome: Outcome, *, abandoned: bool) -> Outcome:
    """What stays of an outcome that came after its turn was given up."""
    if abandoned and (outcome.events or outcome.move):
        return refused("It was not done: the caller spoke meanwhile. Ask again if it is wanted.")
    return outcome


async def _worked(tool: Tool, asked: Asked, scene: Scene) -> Outcome:
    """Run a tool; whatever breaks, the model gets an error it can go on from."""
    try:
        async with asyncio.timeout(tool.timeout_s):
            return await tool.run(asked, scene)
    except TimeoutError:
        outcome = refused(f"No answer within {tool.timeout_s:g} seconds.")
    except ServerFailed as failed:
        outcome = refused(f"It failed: {failed}.")
    except Exception as error:  # noqa: BLE001 - a tool that breaks must not end the call
        _log.warning("tool_failed", kind=str(tool.settings.get("type")), error=type(error).__name__)
        outcome = refused("It failed.")
    scene.warn(f"The tool {tool.name} failed.")
    return outcome


def _conclude(job: Job, outcome: Outcome) -> None:
    if job.outcome is None:
        job.outcome = outcome
        job.slot["content"] = outcome.result[:_MAX_RESULT_CHARS]


def _answered(job: Job) -> ToolAnswered:
    outcome = job.outcome
    failed = outcome is not None and outcome.failed
    return ToolAnswered(job.asked.call, job.slot["content"], failed)


def _stop_timers(job: Job) -> None:
    for timer in job.timers:
        timer.cancel()


def _add_words(message: Message, words: str) -> None:
    message["content"] = f"{message['content']} {words}" if message["content"] else words
