"""What every tool has, whatever its kind."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from allokoli.engine.conversation.backoff import Backoff
from allokoli.engine.conversation.backstage import Backstage
from allokoli.engine.conversation.cast import Cast, Member
from allokoli.engine.conversation.chat_model import ChatModel, Message, ToolCall
from allokoli.engine.conversation.events import Event
from allokoli.engine.conversation.handing_over import Move
from allokoli.engine.conversation.memory import Memory
from allokoli.engine.conversation.numbers import number_within
from allokoli.engine.conversation.variables import Warn, filled

DEFAULT_TIMEOUT_S = 20.0
MAX_TIMEOUT_S = 300.0
_NO_PARAMETERS: dict[str, Any] = {"type": "object", "properties": {}}
_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_MAX_NAME = 64

Settings = dict[str, Any]
Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A call of a tool, its arguments read.

    Attributes:
        call: as the model gave it.
        arguments: with the tool's own parameters joined in.
    """

    call: ToolCall
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool did.

    Attributes:
        result: what the model is told.
        failed: whether that is an error.
        say: spoken as it is; the tool's own messages are not needed then.
        message: a `request-complete` or `request-failed` that a server gave with its result.
        events: what the transport is asked to do, after everything was said.
        move: who goes on.
        variables: to be kept with the call.
        answered: nothing more is to be said: the model is not asked to go on.
    """

    result: str
    failed: bool = False
    say: str | None = None
    message: dict[str, Any] | None = None
    events: tuple[Event, ...] = ()
    move: Move | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    answered: bool = False


def refused(reason: str) -> Outcome:
    """An error for the model to go on from."""
    return Outcome(json.dumps({"error": reason}, ensure_ascii=False), failed=True)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a tool may know of the call it runs in.

    Attributes:
        backstage: the engine around.
        values: what templates may name.
        language: two letters.
        history: all that was said and done.
        cast: who may answer.
        member: who speaks.
        memory: what is kept between turns.
        model: who speaks' model, for what a tool wants read out of the conversation.
        transport: what carries the call; empty when unknown.
        warn: tells the assistant's owner.
    """

    backstage: Backstage
    values: dict[str, Any]
    language: str
    history: list[Message]
    cast: Cast
    member: Member
    memory: Memory
    model: ChatModel
    transport: str
    warn: Warn


Run = Callable[[Asked, Scene], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Tool:
    """A function offered to the model.

    Attributes:
        name: as the model calls it.
        description: when to call it.
        parameters: JSON Schema of its arguments.
        run: does it; may raise `ServerFailed`.
        settings: the tool as Vapi writes it.
        timeout_s: how long it may take, in seconds.
        messages: what is said while it runs, as Vapi writes it.
        is_async: whether the model goes on without its result.
        strict: whether the model must follow the schema exactly.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    run: Run
    settings: Settings = field(default_factory=dict)
    timeout_s: float = DEFAULT_TIMEOUT_S
    messages: tuple[dict[str, Any], ...] = ()
    is_async: bool = False
    strict: bool = False

    @property
    def function(self) -> dict[str, Any]:
        """As OpenAI's protocol offers it."""
        function: dict[str, Any] = {
            "name": self.name,
            "description": self.description,
            "parameters": self.parameters,
        }
        if self.strict:
            function["strict"] = True
        return {"type": "function", "function": function}


def made(
    settings: Settings,
    name: str,
    description: str,
    run: Run,
    parameters: dict[str, Any] | None = None,
    *,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    is_async: bool = False,
) -> Tool:
    """A tool of these settings; what its `function` says wins over the defaults.

    Args:
        settings: the tool as Vapi writes it.
        name: when its settings give none.
        description: when its settings give none.
        run: does it.
        parameters: when its settings give none.
        timeout_s: how long it may take, in seconds.
        is_async: whether the model goes on without its result.
    """
    given = mapping(settings.get("function"))
    schema = mapping(given.get("parameters")) or parameters or _NO_PARAMETERS
    return Tool(
        name=safe_name(given.get("name") or name),
        description=str(given.get("description") or description)[:10_000],
        parameters=schema if schema.get("type") else {"type": "object", **schema},
        run=run,
        settings=settings,
        timeout_s=min(MAX_TIMEOUT_S, max(0.1, timeout_s)),
        messages=tuple(one for one in listed(settings.get("messages")) if isinstance(one, dict)),
        is_async=is_async,
        strict=given.get("strict") is True,
    )


def safe_name(name: Any) -> str:
    """A name every model takes: letters, digits, `_`, `-`, at most 64 of them."""
    return _NAME.sub("_", str(name)).strip("_")[:_MAX_NAME] or "tool"


def mapping(value: Any) -> dict[str, Any]:
    """The object a setting should be; empty when it is none."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """The list a setting should be; empty when it is none."""
    return value if isinstance(value, list) else []


def static_parameters(settings: Settings, scene: Scene, arguments: Arguments) -> Arguments:
    """A tool's own `parameters`, templates filled with the call's variables and the arguments."""
    known = scene.values | arguments
    return {
        str(one["key"]): filled(one.get("value"), known, warn=scene.warn)
        for one in listed(settings.get("parameters"))
        if isinstance(one, dict) and one.get("key")
    }


def server_timeout_s(server: Any) -> float:
    """How long a server's answer is waited for, in seconds, its further tries counted."""
    given = mapping(server)
    each_s = number_within(given.get("timeoutSeconds"), 1.0, MAX_TIMEOUT_S, DEFAULT_TIMEOUT_S)
    return Backoff.of(given.get("backoffPlan")).longest_s(each_s) + 10.0
