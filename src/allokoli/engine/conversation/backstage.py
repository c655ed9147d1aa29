"""What a conversation needs of the engine around it."""

from typing import Any, Protocol

from allokoli.engine.conversation.cast import Cast
from allokoli.engine.conversation.chat_model import ChatModel


class ServerFailed(Exception):
    """A server did not answer in time, or not with what was asked.

    Args:
        reason: a short sentence for the model and the call's log; no secrets, no address.
    """


class Backstage(Protocol):
    """Everything of a call that is neither words nor sound. One instance, one call."""

    def model(self, assistant: dict[str, Any]) -> ChatModel:
        """The model an assistant's settings lead to; the conversation closes it."""
        ...

    async def ask_server(
        self, kind: str, fields: dict[str, Any], server: dict[str, Any] | None = None
    ) -> Any:
        """Post a server message whose answer is awaited, and return that answer's JSON.

        Args:
            kind: `tool-calls`, `transfer-destination-request`, …
            fields: what the message carries beside what every message does.
            server: Vapi's `server` (address, headers, timeout, credential, back-off); the
                call's own when None.

        Raises:
            ServerFailed: there is no server, or no valid answer from it.
        """
        ...

    async def headers_for(self, credential_id: str) -> dict[str, str]:
        """The headers by which a stored credential authenticates a request.

        Raises:
            ServerFailed: there is no such credential, or its token cannot be had.
        """
        ...

    async def credential(self, provider: str) -> dict[str, Any] | None:
        """The organization's credential for a provider (`slack`, `google.calendar`, …)."""
        ...

    async def search(self, knowledge: dict[str, Any], query: str) -> list[str]:
        """The passages of the organization's files nearest to a question, best first.

        Args:
            knowledge: an entry of a query tool's `knowledgeBases`, or a `knowledgeBase` tool.
            query: the question.
        """
        ...

    async def find_cast(self, body: dict[str, Any]) -> Cast:
        """Who answers for `{assistantId | assistant | squadId | squad, …}`, for a hand-off.

        Raises:
            ServerFailed: what is named does not exist or is not valid.
        """
        ...

    def warn(self, sentence: str) -> None:
        """Tell the assistant's owner what went otherwise than they asked (the call's log)."""
        ...
