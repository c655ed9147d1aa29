"""Who speaks now, with which model, and all that was said and done so far."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allokoli.engine.conversation.backstage import Backstage
from allokoli.engine.conversation.cast import Cast, Member
from allokoli.engine.conversation.chat_model import ChatModel, Delta, Message, Usage
from allokoli.engine.conversation.events import HandedOff, Say
from allokoli.engine.conversation.handing_over import ToMember, hand_over
from allokoli.engine.conversation.memory import Memory
from allokoli.engine.conversation.script import Script
from allokoli.engine.conversation.tools.tool import Scene, Tool
from allokoli.engine.conversation.tools.toolbox import toolbox_of
from allokoli.engine.conversation.workflow import Node, Workflow

_SETTLE_S = 30.0
_MAX_WARNINGS = 50


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a call before anything is said.

    Attributes:
        now: the call's start, aware.
        customer: who calls, if known.
        variable_values: the caller's own variables; they win over the standard ones.
        transport: what carries the call: `web`, `sip`, `twilio`, `text`, …; empty when unknown.
    """

    now: datetime
    customer: dict[str, Any] | None = None
    variable_values: dict[str, Any] = field(default_factory=dict)
    transport: str = ""


class _Counted:
    """A model whose tokens are counted, whatever it is asked for."""

    def __init__(self, model: ChatModel, count: Callable[[Usage], None]) -> None:
        self._model = model
        self._count = count

    async def stream(
        self, messages: list[Message], tools: list[dict[str, Any]]
    ) -> AsyncGenerator[Delta]:
        # Closed at once when the turn is abandoned, so that the model stops too.
        answer = self._model.stream(messages, tools)
        try:
            async for delta in answer:
                if isinstance(delta, Usage):
                    self._count(delta)
                yield delta
        finally:
            if isinstance(answer, AsyncGenerator):
                await answer.aclose()

    async def close(self) -> None:
        await self._model.close()


class Stage:
    """What a conversation's turns act upon.

    Args:
        cast: who may answer.
        backstage: what it needs of the engine around it.
        facts: what is known beforehand.
        history: turns already spoken; changed in place.
        state: what was kept with them; changed in place.
    """

    def __init__(
        self,
        cast: Cast,
        backstage: Backstage,
        facts: Facts,
        history: list[Message],
        state: dict[str, Any],
    ) -> None:
        self.backstage = backstage
        self.facts = facts
        self.history = history
        self.memory = Memory(state)
        self.cast = self.memory.cast or cast
        self.prompt_tokens = self.completion_tokens = self.characters = 0
        self.running: set[asyncio.Task[Any]] = set()
        self.turn_began = self.begun = 0
        self._warned: set[str] = set()
        self._told: dict[int, Script] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._toolbox: list[Tool] | None = None
        self.workflow = Workflow(self.cast.workflow) if self.cast.workflow else None
        if self.workflow and self.memory.node is None:
            self.memory.node = self.workflow.start
        self.assistant = self._assistant()
        self.script = self._script(self.member, self.assistant)
        self.model = self._cast_model()

    @property
    def member(self) -> Member:
        """Who speaks."""
        index = self.memory.member
        return self.cast.members[index if index < len(self.cast.members) else 0]

    @property
    def node(self) -> Node | None:
        """The workflow's node that speaks."""
        name = self.memory.node
        return self.workflow.nodes.get(name) if self.workflow and name else None

    @property
    def instructions(self) -> list[Message]:
        """What who speaks is told to be."""
        return list(self.script.instructions)

    def messages(self) -> list[Message]:
        """What the model is given."""
        told: dict[int | None, list[Message]] = {None: self.instructions}
        for segment in self.memory.segments:
            before = segment.get("instructions")
            if isinstance(before, int) and before < len(self.cast.members):
                if before not in self._told:
                    member = self.cast.members[before]
                    self._told[before] = self._script(member, member.assistant)
                told[before] = list(self._told[before].instructions)
        return self.memory.shown(self.history, told)

    def scene(self) -> Scene:
        """What tools may know of the call."""
        return Scene(
            backstage=self.backstage,
            values=self.script.values,
            language=self.script.language,
            history=self.history,
            cast=self.cast,
            member=self.member,
            memory=self.memory,
            model=self.model,
            transport=self.facts.transport,
            warn=self.warn,
        )

    async def toolbox(self) -> list[Tool]:
        """The tools of who speaks."""
        if self._toolbox is None:
            tools = await toolbox_of(self.assistant, self.scene())
            if self.workflow and self.node:
                tools += self.workflow.ways_out(self.node)
            self._toolbox = tools
        return self._toolbox

    def say(self, text: str, *, interruptible: bool = True, awaited: bool = False) -> Say:
        """Count words to be voiced."""
        self.characters += len(text)
        return Say(text, interruptible, awaited)

    def learn(self, variables: dict[str, Any]) -> None:
        """Keep what was found out; templates are filled with it from now on."""
        if variables:
            self.memory.learn(variables)
            self._told.clear()
            self.script = self._script(self.member, self.assistant)
            self._toolbox = None

    def hand_over(self, move: ToMember, call_ids: list[str]) -> HandedOff:
        """Let another assistant go on."""
        before = self.assistant
        self._told.clear()
        hand_over(self.memory, move, self.history, call_ids)
        if move.cast is not None:
            self.cast = move.cast
            self.workflow = Workflow(self.cast.workflow) if self.cast.workflow else None
            if self.workflow:
                self.memory.node = self.workflow.start
        self._seat()
        return HandedOff(self.assistant, before, self.memory.node)

    def go_to(self, node: str) -> HandedOff:
        """Let the workflow move to a node."""
        before = self.assistant
        self.memory.node = node
        self._seat()
        return HandedOff(self.assistant, before, node)

    def one_less(self, _done: asyncio.Task[Any]) -> None:
        """One of the tools that were begun is done."""
        self.begun -= 1

    async def settle(self) -> None:
        """Wait for tools that an interrupted turn left running, so that nothing is done twice."""
        if self.running:
            await asyncio.wait(self.running, timeout=_SETTLE_S)

    def drop(self, index: int) -> None:
        """Take a message out of the history."""
        del self.history[index]
        self.memory.forget(index)

    def warn(self, sentence: str) -> None:
        """Tell the owner, once."""
        if sentence not in self._warned and len(self._warned) < _MAX_WARNINGS:
            self._warned.add(sentence)
            self.backstage.warn(sentence)

    async def close(self) -> None:
        """Release the model's connections."""
        await self.model.close()
        await asyncio.gather(*self._closing, return_exceptions=True)

    def _seat(self) -> None:
        """Prepare who speaks now."""
        before = self.assistant
        self.assistant = self._assistant()
        self.script = self._script(self.member, self.assistant)
        self._toolbox = None
        if self.assistant != before:
            # The old one is closed by the way: nothing may come between a change and its news.
            closing = asyncio.create_task(self.model.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
            self.model = self._cast_model()

    def _cast_model(self) -> _Counted:
        return _Counted(self.backstage.model(self.assistant), self._count)

    def _count(self, usage: Usage) -> None:
        self.prompt_tokens += usage.prompt_tokens
        self.completion_tokens += usage.completion_tokens

    def _assistant(self) -> dict[str, Any]:
        assistant = self.member.assistant
        if self.workflow and self.node:
            return self.workflow.assistant(self.node, assistant)
        return assistant

    def _script(self, member: Member, assistant: dict[str, Any]) -> Script:
        values = member.values | self.facts.variable_values | self.memory.variables
        return Script.of(
            assistant,
            now=self.facts.now,
            customer=self.facts.customer,
            variable_values=values,
            warn=self.warn,
        )
