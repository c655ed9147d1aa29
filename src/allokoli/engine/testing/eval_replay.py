"""Replays an eval's mock conversation against its target, judging at each checkpoint."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from allokoli.core import clock
from allokoli.engine.api.wire import iso
from allokoli.engine.conversation.cast import Cast
from allokoli.engine.conversation.chat_model import Message
from allokoli.engine.conversation.conversation import Conversation, Facts
from allokoli.engine.testing.held import Held
from allokoli.engine.testing.judging import Verdict, judge
from allokoli.engine.testing.talking import Unwanted
from allokoli.engine.testing.trial import TrialBackstage, Turn, tool_call, turn_of

MOST_MESSAGES = 200
_FAILED = ("pipeline-error", "call.in-progress.error")


class TargetFailed(Exception):
    """The assistant's model failed.

    Args:
        reason: Vapi's `endedReason` for it.
    """


@dataclass(slots=True)
class Replay:
    """A replay, as far as it got.

    Attributes:
        shown: the messages with their judgements, as the run's result holds them.
        passed: whether every checkpoint so far is as wanted.
    """

    shown: list[dict[str, Any]] = field(default_factory=list)
    passed: bool = True


class Replayer:
    """Replays one eval.

    Args:
        org_id: whose it is.
        cast: the target.
        variables: given to everyone in it.
        now: when the conversation takes place, aware.
    """

    def __init__(self, org_id: UUID, cast: Cast, variables: dict[str, Any], now: datetime) -> None:
        self._org_id = org_id
        self._cast = cast
        self._facts = Facts(now=now, variable_values=variables)
        self._backstage = TrialBackstage(org_id, {}, now, {})
        self._history: list[Message] = []
        self._state: dict[str, Any] = {}
        self._waiting: list[str] = []
        self._answered: list[str] = []
        self.replay = Replay()

    async def run(
        self, messages: list[dict[str, Any]], wanted: Callable[[], Awaitable[bool]]
    ) -> dict[str, Any]:
        """The result of the eval, in Vapi's shape.

        Args:
            messages: of the eval.
            wanted: asked before each checkpoint.

        Raises:
            Unwanted: it said no.
            TargetFailed: the target's model cannot answer.
        """
        started = clock.now()
        for index, message in enumerate(messages):
            role = message.get("role")
            if role == "tool":
                await self._tool(message)
            elif role == "assistant" and isinstance(message.get("judgePlan"), dict):
                if not await wanted():
                    raise Unwanted
                follows = messages[index + 1] if index + 1 < len(messages) else {}
                runs = follows.get("role") == "tool" and "judgePlan" in follows
                if not await self._checkpoint(message, run_tools=runs):
                    break
            elif role == "assistant":
                self._settle()
                self._say(str(message.get("content") or ""), message.get("toolCalls"))
                self.replay.shown.append(dict(message))
            else:
                self._settle()
                self._history.append({"role": role, "content": str(message.get("content") or "")})
                self.replay.shown.append(dict(message))
        return {
            "status": "pass" if self.replay.passed else "fail",
            "messages": self.replay.shown,
            "startedAt": iso(started),
            "endedAt": iso(clock.now()),
        }

    async def _checkpoint(self, message: dict[str, Any], *, run_tools: bool) -> bool:
        """Let the target answer and judge it; whether to go on."""
        self._settle()
        turn = await self._answer(run_tools=run_tools)
        if turn.ended is not None and turn.ended.startswith(_FAILED):
            raise TargetFailed(turn.ended)
        answer = _assistant_message(turn.said, [tool_call(**one) for one in turn.calls])
        verdict = await judge(message["judgePlan"], turn, [*self._history, answer], self._held())
        self._judged({"role": "assistant", "content": turn.said}, verdict, turn.calls)
        plan = message.get("continuePlan")
        plan = plan if isinstance(plan, dict) else {}
        if not verdict.passed and plan.get("exitOnFailureEnabled"):
            return False
        override, calls = plan.get("contentOverride"), plan.get("toolCallsOverride")
        self._say(turn.said if override is None else str(override), calls or turn.calls)
        return True

    async def _answer(self, *, run_tools: bool) -> Turn:
        asked = None
        history = list(self._history)
        if history and history[-1]["role"] == "user":
            asked = str(history.pop()["content"])
        conversation = Conversation(
            self._cast, self._backstage, self._facts, history, dict(self._state)
        )
        before = len(history)
        try:
            if asked is not None:
                events = conversation.hear(asked)
            elif history:
                events = conversation.respond()
            else:
                events = conversation.open()
            turn = await turn_of(events, run_tools=run_tools)
            self._state = dict(conversation.state)
            self._answered = [
                str(one.get("content") or "")
                for one in conversation.history[before:]
                if one.get("role") == "tool"
            ]
        finally:
            await conversation.aclose()
        return turn

    async def _tool(self, message: dict[str, Any]) -> None:
        """A tool's answer: given, or judged as it really was."""
        plan = message.get("judgePlan")
        if not isinstance(plan, dict):
            self._give(str(message.get("content") or ""))
            self.replay.shown.append(dict(message))
            return
        content = self._answered.pop(0) if self._answered else ""
        self._give(content)
        shown = {"role": "tool", "content": content}
        if not content:
            verdict = Verdict(False, "no tool was run: only those the assistant calls itself are")
        else:
            verdict = await judge(plan, Turn(content), [*self._history], self._held())
        self._judged(shown, verdict, [])

    def _give(self, content: str) -> None:
        if self._waiting:
            call_id = self._waiting.pop(0)
            self._history.append({"role": "tool", "tool_call_id": call_id, "content": content})

    def _say(self, content: str, calls: Any) -> None:
        made = [
            tool_call(str(one.get("name")), one.get("arguments"))
            for one in calls or ()
            if isinstance(one, dict)
        ]
        self._waiting = [one["id"] for one in made]
        if content or made:
            self._history.append(_assistant_message(content, made))

    def _settle(self) -> None:
        """Tools nobody answered get an empty answer: models refuse a history with such a hole."""
        while self._waiting:
            self._give("")

    def _judged(self, shown: dict[str, Any], verdict: Verdict, calls: list[dict[str, Any]]) -> None:
        judged: dict[str, Any] = {"status": "pass" if verdict.passed else "fail"}
        if verdict.reason:
            judged["failureReason" if not verdict.passed else "reason"] = verdict.reason
        if calls:
            shown["toolCalls"] = calls
        self.replay.shown.append({**shown, "judge": judged})
        self.replay.passed = self.replay.passed and verdict.passed

    def _held(self) -> Held:
        return Held(self._org_id, list(self._history), self._cast.first.assistant, self._facts.now)


def _assistant_message(content: str, calls: list[dict[str, Any]]) -> Message:
    message: Message = {"role": "assistant", "content": content or None}
    if calls:
        message["tool_calls"] = calls
    return message
