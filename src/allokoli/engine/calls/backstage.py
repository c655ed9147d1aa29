"""What a conversation needs of the engine around it: models, servers, credentials, knowledge."""

from collections.abc import Callable, Mapping
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.security.sealed_json import part
from allokoli.engine import credentials, servers
from allokoli.engine.api.errors import Invalid
from allokoli.engine.calls.call_log import CallLog, log_of
from allokoli.engine.calls.casting import cast_of
from allokoli.engine.calls.kept import addressed, kept_server
from allokoli.engine.calls.models import Call
from allokoli.engine.calls.server_messages import common, envelope
from allokoli.engine.calls.shown import brief, told_to_models
from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.conversation.cast import Cast
from allokoli.engine.conversation.chat_model import ChatModel, Message
from allokoli.engine.models.choose import choose_model

# A conversation hands over this often to who is not in its cast; more is a round without end.
_MOST_CASTS = 20
# What was said longer ago than so many messages, a server knows or can ask for.
_MOST_TOLD = 500


class EngineBackstage:
    """The `Backstage` of anything that converses: a chat, a session, an evaluation.

    Args:
        org_id: whose it is.
        known: what models and servers may know of it, by Vapi's names (`call`, `chat`, …).
        started_at: the moment relative dates count from, aware.
        log: takes what its owner should know; None where nobody would read it.

    Attributes:
        history: gives what was said so far, for servers that are asked something.
    """

    def __init__(
        self,
        org_id: UUID,
        known: Mapping[str, Any],
        started_at: datetime,
        log: CallLog | None = None,
    ) -> None:
        self.org_id = org_id
        self.log = log
        self._known = known
        self._started_at = started_at
        self.history: Callable[[], list[Message]] = list
        self._speaking: dict[str, Any] = {}
        self._casts = 0

    def model(self, assistant: dict[str, Any]) -> ChatModel:
        """See `Backstage`."""
        self._speaking = assistant
        call = told_to_models(self._known.get("call") or {})
        chosen = choose_model(assistant, call=call, started_at=self._started_at, warn=self.warn)
        return chosen.model

    async def ask_server(
        self, kind: str, fields: dict[str, Any], server: dict[str, Any] | None = None
    ) -> Any:
        """See `Backstage`."""
        to = server or self.own_server()
        if to is None:
            raise ServerFailed("no server is set for this message")
        began = monotonic()
        try:
            answer = await servers.ask(self.org_id, to, self.message(kind, fields))
        except ServerFailed as failure:
            self._note_answer(kind, began, level="error", reason=str(failure))
            raise
        self._note_answer(kind, began)
        return answer

    async def headers_for(self, credential_id: str) -> dict[str, str]:
        """See `Backstage`."""
        return await servers.headers_for(self.org_id, credential_id)

    async def credential(self, provider: str) -> dict[str, Any] | None:
        """See `Backstage`."""
        return await credentials.find(self.org_id, provider=provider)

    async def search(self, knowledge: dict[str, Any], query: str) -> list[str]:
        """See `Backstage`."""
        from allokoli.engine import knowledge as files

        began = monotonic()
        found: list[str] = await files.search(self.org_id, knowledge, query)
        if self.log is not None:
            self.log.note("Provider", "knowledge searched", passages=len(found), ms=_ms(began))
        return found

    async def find_cast(self, body: dict[str, Any]) -> Cast:
        """See `Backstage`."""
        self._casts += 1
        if self._casts > _MOST_CASTS:
            raise ServerFailed("this conversation was handed over too often")
        try:
            async with session(Identity.job(self.org_id)) as opened:
                return await cast_of(opened, body)
        except Invalid as refusal:
            problems = refusal.problems
            raise ServerFailed(problems if isinstance(problems, str) else problems[0]) from None

    def warn(self, sentence: str) -> None:
        """See `Backstage`."""
        if self.log is not None:
            self.log.note("Call", sentence, level="warn")

    def own_server(self) -> dict[str, Any] | None:
        """The server of whoever speaks now."""
        return addressed(self._speaking.get("server"))

    def message(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        """A server message of a kind, with what every one carries and what was said so far."""
        said = [one for one in self.history() if one.get("content") or one.get("tool_calls")]
        artifact = {"messagesOpenAIFormatted": said[-_MOST_TOLD:]}
        known = dict(self._known)
        if "assistant" in known and self._speaking:
            known["assistant"] = part(self._speaking)[0]
        return envelope(kind, {"artifact": artifact, **fields}, known)

    def _note_answer(self, kind: str, began: float, level: str = "info", **fields: Any) -> None:
        if self.log is not None:
            event = "server answered" if level == "info" else "server failed"
            self.log.note("Webhook", event, level=level, message=kind, ms=_ms(began), **fields)


class CallBackstage(EngineBackstage):
    """The `Backstage` of a call.

    Args:
        call: the row.
    """

    def __init__(self, call: Call) -> None:
        super().__init__(
            call.org_id,
            common(call, brief(call)),
            call.started_at or call.created_at,
            log_of(call.org_id, call.id),
        )
        self._call = call

    def own_server(self) -> dict[str, Any] | None:
        """The speaking assistant's server, else that of the call: its number's."""
        return super().own_server() or kept_server(self._call)


def _ms(began: float) -> int:
    return round((monotonic() - began) * 1000)
