"""What the audio of a call needs of the engine around it."""

from typing import Any, Protocol

from allokoli.engine.conversation.backstage import ServerFailed


class Surroundings(Protocol):
    """See `conversation.backstage.Backstage`, of which this is a part."""

    async def ask_server(
        self, kind: str, fields: dict[str, Any], server: dict[str, Any] | None = None
    ) -> Any: ...

    async def headers_for(self, credential_id: str) -> dict[str, str]: ...

    async def credential(self, provider: str) -> dict[str, Any] | None: ...

    def message(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]: ...

    def warn(self, sentence: str) -> None: ...


class Nowhere:
    """The surroundings of a call without an engine: no servers, no credentials, nobody to warn."""

    async def ask_server(
        self,
        kind: str,  # noqa: ARG002 - of the protocol
        fields: dict[str, Any],  # noqa: ARG002 - of the protocol
        server: dict[str, Any] | None = None,  # noqa: ARG002 - of the protocol
    ) -> Any:
        """See `Surroundings`."""
        raise ServerFailed("this call has no server")

    async def headers_for(self, credential_id: str) -> dict[str, str]:  # noqa: ARG002 - of the protocol
        """See `Surroundings`."""
        raise ServerFailed("this call has no credentials")

    async def credential(self, provider: str) -> dict[str, Any] | None:  # noqa: ARG002 - of the protocol
        """See `Surroundings`."""
        return None

    def message(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        """See `Surroundings`."""
        return {"message": {"type": kind, **fields}}

    def warn(self, sentence: str) -> None:
        """See `Surroundings`."""


async def server_headers(server: dict[str, Any], around: Surroundings) -> dict[str, str]:
    """The headers a stream to a server is opened with.

    Args:
        server: Vapi's `server`: its own headers, its credential's.
        around: keeps the credentials.

    Raises:
        ServerFailed: its credential does not exist, or signs each request by itself.
    """
    given = server.get("headers")
    headers = (
        {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}
    )
    if isinstance(credential_id := server.get("credentialId"), str):
        headers = {**await around.headers_for(credential_id), **headers}
    if any(not (name + value).isprintable() for name, value in headers.items()):
        raise ServerFailed("a header of the server is not valid")
    return headers
