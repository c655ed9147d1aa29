"""One turn: the model speaks, asks for functions, speaks again, until it is the caller's turn."""

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import structlog

from allokoli.engine.conversation import walking
from allokoli.engine.conversation.chat_model import (
    Message,
    ModelFailed,
    TextDelta,
    ToolCall,
)
from allokoli.engine.conversation.ended_reasons import ASSISTANT_ENDED, END_PHRASE_SAID
from allokoli.engine.conversation.events import EndCall, Event, Say, Transfer
from allokoli.engine.conversation.handing_over import ToMember, ToNode
from allokoli.engine.conversation.phrases import apology
from allokoli.engine.conversation.running import Job, run
from allokoli.engine.conversation.script import GENERATES_FIRST, SPEAKS_FIRST
from allokoli.engine.conversation.stage import Stage
from allokoli.engine.conversation.tools import messages as spoken
from allokoli.engine.conversation.tools.tool import Outcome
from allokoli.engine.conversation.workflow import CONVERSATION

MAX_ROUNDS = 8
MAX_MOVES = 5

_ATTEMPTS = 2
_log = structlog.get_logger()


@dataclass(slots=True)
class Progress:
    """How far a turn has come.

    Attributes:
        said: whether a word was said in it.
        rounds: answers the model gave.
        moves: how often another assistant took over.
        steps: how many nodes of a workflow were entered.
        ended: whether the call is over.
        quiet: whether nothing more is to be said.
    """

    said: bool = False
    rounds: int = 0
    moves: int = 0
    steps: int = 0
    ended: bool = False
    quiet: bool = False


class Turn:
    """Follows one turn on a stage.

    Args:
        stage: where it happens.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.progress = Progress()

    async def open(self) -> AsyncGenerator[Event]:
        """Who speaks now begins, as its settings ask."""
        script = self.stage.script
        node = self.stage.node
        mode = script.first_message_mode
        if node is not None and node.kind != CONVERSATION:
            events = walking.enter(self, node)
        elif script.first_message and (node is not None or mode == SPEAKS_FIRST):
            events = self._greet()
        elif node is not None or mode == GENERATES_FIRST:
            events = self.answer()
        else:
            return
        async with contextlib.aclosing(events) as coming:
            async for event in coming:
                yield event

    async def answer(self, hint: Message | None = None) -> AsyncGenerator[Event]:
        """The model answers what was said.

        Args:
            hint: told to the model this once, and not kept.
        """
        while not (self.progress.ended or self.progress.quiet):
            self.progress.rounds += 1
            calls: list[ToolCall] = []
            words: list[str] = []
            async with contextlib.aclosing(self._speak(calls, words, hint)) as speaking:
                async for event in speaking:
                    yield event
            if self.progress.ended:
                return
            if not calls:
                if (reason := self._phrase_said("".join(words))) is not None:
                    yield self.end(reason)
                return
            async with contextlib.aclosing(self._use(calls, "".join(words).strip())) as used:
                async for event in used:
                    yield event

    def end(self, reason: str) -> EndCall:
        """The call is over."""
        self.progress.ended = True
        return EndCall(reason)

    def say(self, text: str, *, interruptible: bool = True) -> Say:
        """Say something of its own, and remember it."""
        self.stage.history.append({"role": "assistant", "content": text})
        self.progress.said = True
        return self.stage.say(text, interruptible=interruptible)

    async def _greet(self) -> AsyncGenerator[Event]:
        script = self.stage.script
        greeting = self.say(script.first_message, interruptible=script.first_message_interruptible)
        self.progress.quiet = True
        yield greeting

    async def _speak(
        self, calls: list[ToolCall], words: list[str], hint: Message | None
    ) -> AsyncGenerator[Event]:
        """One answer of the model; its words are voiced as they come.

        Args:
            calls: filled with the functions it asks for.
            words: filled with what it says.
            hint: told to it this once.
        """
        stage, complete = self.stage, False
        try:
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    # Closed at once when the turn is abandoned, so that the model stops too.
                    async with contextlib.aclosing(self._pieces(calls, words, hint)) as pieces:
                        async for say in pieces:
                            yield say
                    complete = True
                    break
                except ModelFailed as failure:
                    _log.warning("model_failed", attempt=attempt, reason=str(failure))
                    calls.clear()
                    if words or attempt == _ATTEMPTS:
                        sorry = apology(stage.script.language)
                        words.append(f" {sorry}" if words else sorry)
                        yield stage.say(words[-1])
                        yield self.end(failure.ended_reason)
                        return
        finally:
            # What was asked for in an answer given up midway is not done.
            said = "".join(words).strip()
            if said and not (complete and calls):
                stage.history.append({"role": "assistant", "content": said})

    async def _pieces(
        self, calls: list[ToolCall], words: list[str], hint: Message | None
    ) -> AsyncGenerator[Say]:
        stage = self.stage
        messages = stage.messages()
        if hint is not None:
            messages.append(hint)
        last = self.progress.rounds > MAX_ROUNDS
        tools = [] if last else [tool.function for tool in await stage.toolbox()]
        async with contextlib.aclosing(stage.model.stream(messages, tools)) as answer:
            async for delta in answer:
                match delta:
                    case TextDelta(text) if text:
                        words.append(text)
                        self.progress.said = True
                        yield stage.say(text)
                    case ToolCall() if not last:
                        calls.append(delta)

    async def _use(self, calls: list[ToolCall], said: str) -> AsyncGenerator[Event]:
        """Run the functions asked for, and do what comes of them."""
        jobs: list[Job] = []
        async with contextlib.aclosing(run(self.stage, calls, said, jobs)) as running:
            async for event in running:
                self.progress.said |= isinstance(event, Say)
                yield event
        async with contextlib.aclosing(self.conclude(jobs)) as concluding:
            async for event in concluding:
                yield event

    async def conclude(self, jobs: list[Job]) -> AsyncGenerator[Event]:
        """Do what came of functions: words, what the transport is asked, who goes on.

        Args:
            jobs: all done.
        """
        stage = self.stage
        goes_on = False
        for job in jobs:
            outcome = job.outcome or Outcome("")
            stage.learn(outcome.variables)
            message = self._message_after(job, outcome)
            words = outcome.say
            if words is None and message is not None:
                words = spoken.words_of(
                    message, stage.script.language, stage.script.values, stage.warn
                )
                if message.get("role") == "system" and words:
                    stage.history.append({"role": "system", "content": words})
                    words, message = None, None
            if words:
                yield self.say(words)
            if message is not None and message.get("endCallAfterSpokenEnabled") is True:
                yield self.end(ASSISTANT_ENDED)
                return
            goes_on |= not (outcome.answered or message is not None)
        async with contextlib.aclosing(self._effects(jobs)) as effects:
            async for event in effects:
                yield event
        self.progress.quiet |= not goes_on

    async def _effects(self, jobs: list[Job]) -> AsyncGenerator[Event]:
        """What the transport is asked to do, and who goes on; the first who should, does."""
        stage = self.stage
        for event in (event for job in jobs if job.outcome for event in job.outcome.events):
            if self.progress.ended:
                return
            if isinstance(event, EndCall) and not self.progress.said:
                words = stage.script.end_call_message
                if words and event.reason != "voicemail":
                    yield self.say(words)
            self.progress.ended = isinstance(event, (EndCall, Transfer))
            yield event
        moving = [job for job in jobs if job.outcome and job.outcome.move]
        if self.progress.ended or not moving:
            return
        if self.progress.moves >= MAX_MOVES:
            stage.warn("A turn went from assistant to assistant too often; it was stopped.")
            for job in moving:
                job.slot["content"] = "It was not done: this turn changed hands too often."
            self.progress.rounds = max(self.progress.rounds, MAX_ROUNDS)
            return
        outcome = moving[0].outcome
        async with contextlib.aclosing(self._move(outcome, moving)) as events:
            async for event in events:
                yield event
        self.progress.quiet = True

    async def _move(self, outcome: Outcome | None, moving: list[Job]) -> AsyncGenerator[Event]:
        move = outcome.move if outcome else None
        if isinstance(move, ToMember):
            self.progress.moves += 1
            ids = [job.asked.call.id for job in moving]
            yield self.stage.hand_over(move, ids)
            events = self.succeed()
        elif isinstance(move, ToNode):
            events = walking.leave(self, move.node)
        else:
            return
        async with contextlib.aclosing(events) as coming:
            async for event in coming:
                yield event

    async def succeed(self) -> AsyncGenerator[Event]:
        """Who took over begins: with its first message, else with an answer to what was said."""
        script = self.stage.script
        silent = script.first_message_mode == SPEAKS_FIRST and not script.first_message
        node = self.stage.node
        events = self.answer() if silent and node is None else self.open()
        async with contextlib.aclosing(events) as coming:
            async for event in coming:
                yield event

    def _message_after(self, job: Job, outcome: Outcome) -> Message | None:
        """What is to be said of a result: the server's words, else the tool's."""
        if outcome.message is not None:
            return outcome.message
        if job.tool is None or (job.tool.is_async and outcome.failed):
            return None
        kind = spoken.FAILED if outcome.failed else spoken.COMPLETE
        turn = len(job.asked.call.id)
        return spoken.chosen(job.tool.messages, kind, job.asked.arguments, turn)

    def _phrase_said(self, words: str) -> str | None:
        said = words.lower()
        if any(phrase in said for phrase in self.stage.script.end_call_phrases):
            return END_PHRASE_SAID
        return None
