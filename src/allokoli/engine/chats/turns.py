"""One chat: a turn of a conversation, answered as it comes, then kept."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.security.sealed_json import part
from allokoli.engine.api import resources
from allokoli.engine.api.errors import Busy, Invalid, Missing
from allokoli.engine.api.kinds import CHAT, SESSION
from allokoli.engine.api.models import Resource
from allokoli.engine.api.secrets import refuse_masks
from allokoli.engine.api.wire import iso
from allokoli.engine.calls.backstage import EngineBackstage
from allokoli.engine.calls.casting import variable_values
from allokoli.engine.chats import counts, sessions
from allokoli.engine.chats.announcing import announce
from allokoli.engine.chats.ground import CAST, Ground, exclusions, ground_of
from allokoli.engine.chats.messages import Answer, Message, history, read_input
from allokoli.engine.chats.shown import shown
from allokoli.engine.chats.working import TURN_TIMEOUT_S, alone, bounded, follow
from allokoli.engine.conversation.conversation import Conversation, Facts


class ModelDidNotAnswer(Invalid):
    """The assistant's model failed; nothing of the turn was kept.

    Args:
        reason: Vapi's literal for it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"The assistant's model could not answer: {reason}")


@dataclass(frozen=True, slots=True)
class Piece:
    """Something said.

    Attributes:
        index: of the output message it belongs to.
        text: the words.
    """

    index: int
    text: str


class Turn:
    """A chat being answered.

    Args:
        identity: acts for the organization.
        body: Vapi's CreateChatDTO.
        ends_session: whether its session is over with it.
    """

    def __init__(
        self, identity: Identity, body: dict[str, Any], *, ends_session: bool = False
    ) -> None:
        self.id = uuid4()
        self.created_at = clock.now()
        self.answer = Answer()
        self.chat: dict[str, Any] = {}
        self.session_id: str | None = body.get("sessionId")
        self._ends_session = ends_session
        self._identity = identity
        self._body = {name: value for name, value in body.items() if value is not None}
        self._pieces: asyncio.Queue[Piece | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # A client that leaves before reads it no more, and asyncio would log its text.
        self._ready.add_done_callback(lambda ready: ready.cancelled() or ready.exception())

    async def begin(self) -> None:
        """Start; returns when the assistant is about to answer.

        Raises:
            Invalid: the request, or what it names.
            Busy: the session's earlier chats take too long.
        """
        problems = await asyncio.to_thread(CHAT.problems, self._body) or exclusions(self._body)
        if problems:
            raise Invalid(problems)
        refuse_masks(self._body)
        self._task = follow(self._work())
        await asyncio.shield(self._ready)

    async def pieces(self) -> AsyncIterator[Piece]:
        """What is said, as it is said; once.

        Raises:
            ModelDidNotAnswer: the model failed, perhaps after some words.
            Busy: something else wrote to the session, or the turn took too long.
        """
        while (piece := await self._pieces.get()) is not None:
            yield piece
        await self.finished()

    async def finished(self) -> dict[str, Any]:
        """The chat on the wire, once it is answered and kept.

        Raises:
            ModelDidNotAnswer: the model failed.
            Busy: see `pieces`.
        """
        if self._task is not None:
            await asyncio.shield(self._task)
        return self.chat

    async def _work(self) -> None:
        try:
            async with alone(self.session_id):
                async with session(self._identity) as opened:
                    ground = await ground_of(opened, self._body)
                self._ready.set_result(None)
                async with bounded(TURN_TIMEOUT_S):
                    conversation = await self._converse(ground)
                self._check_answer()
                await self._keep(ground, conversation)
        except Exception as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)
        finally:
            self._pieces.put_nowait(None)

    def _check_answer(self) -> None:
        if self.answer.failed:
            raise ModelDidNotAnswer(str(self.answer.reason))

    async def _converse(self, ground: Ground) -> Conversation:
        given = read_input(ground.asked["input"], self.created_at)
        *before, last = [*ground.context, *given]
        heard = str(last["content"]) if last["role"] == "user" else None
        known = {"chat": self._known(ground), "session": ground.session}
        conversation = Conversation(
            ground.cast,
            EngineBackstage(self._identity.organization, known, self.created_at),
            Facts(
                self.created_at,
                ground.asked.get("customer"),
                variable_values(ground.asked),
            ),
            history(before if heard is not None else [*before, last]),
            dict(ground.state),
        )
        async with contextlib.aclosing(conversation):
            events = conversation.hear(heard) if heard is not None else conversation.respond()
            async with contextlib.aclosing(events):
                async for event in events:
                    if spoken := self.answer.take(event):
                        self._pieces.put_nowait(Piece(*spoken))
                    if self.answer.reason is not None:
                        break
        return conversation

    async def _keep(self, ground: Ground, conversation: Conversation) -> None:
        messages = [*ground.context, *read_input(ground.asked["input"], self.created_at)]
        model = counts.model_cost(conversation)
        body = {
            **self._body,
            "messages": messages,
            "output": self.answer.output,
            "cost": 0,
            "costs": [model, {"type": "chat", "cost": 0}],
            "conversationState": conversation.state,
        }
        if self.session_id is None:
            body |= {name: ground.asked[name] for name in CAST if name in ground.asked}
        clear, sealed = part(body)
        now = clock.now()
        row = Resource(
            id=self.id,
            org_id=self._identity.organization,
            kind=CHAT.name,
            body=clear,
            secrets_sealed=sealed,
            created_at=self.created_at,
            updated_at=now,
        )
        told_session = None
        async with session(self._identity) as opened:
            if self.session_id is not None:
                told_session = await self._continue_session(
                    opened, ground, [*messages, *self.answer.output], conversation, model
                )
            opened.add(row)
            await opened.flush()
        self.chat = shown(row)
        assistant = ground.cast.first.assistant
        announce(row.org_id, assistant, "chat.created", chat=self.chat)
        if told_session is not None:
            announce(row.org_id, assistant, "session.updated", session=told_session)

    async def _continue_session(
        self,
        opened: AsyncSession,
        ground: Ground,
        messages: list[Message],
        conversation: Conversation,
        model: dict[str, Any],
    ) -> dict[str, Any] | None:
        """Put a turn in its session; one deleted meanwhile takes nothing.

        Raises:
            Busy: another process put a turn in it first.
        """
        try:
            row = await resources.row(opened, SESSION, str(self.session_id), lock=True)
        except Missing:
            return None
        body = dict(resources.whole_body(row))
        if len(body.get("messages") or ()) != len(ground.context):
            raise Busy("Another chat of this session was answered meanwhile; try again.")
        body |= {
            "messages": messages,
            "conversationState": conversation.state,
            "metrics": counts.added(body.get("metrics"), model),
        }
        if self._ends_session:
            body["status"] = sessions.COMPLETED
        await resources.keep(opened, row, body)
        return sessions.shown(row)

    def _known(self, ground: Ground) -> dict[str, Any]:
        """The chat as servers may know of it while it is being answered."""
        names = ("assistantId", "squadId", "name", "sessionId", "previousChatId", "input")
        return {
            "id": str(self.id),
            "orgId": str(self._identity.organization),
            "createdAt": iso(self.created_at),
            "updatedAt": iso(self.created_at),
            **{name: ground.asked[name] for name in names if name in ground.asked},
        }
