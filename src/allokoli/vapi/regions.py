"""Where the voice platforms are."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["engine", "vapi", "vapi-eu"]


@dataclass(frozen=True, slots=True)
class OwnModel:
    """A language model that an organization, or the operator, brought.

    Attributes:
        url: base of its OpenAI-compatible routes, without a trailing slash.
        name: the model's name there.
        wait_s: longest wait for the next words of an answer in a call, in seconds.
        key: sent as a bearer; none when empty.
        trusted: whether the installation's operator named the address, which may be private then.
    """

    url: str
    name: str
    wait_s: int
    key: str = field(default="", repr=False)
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach a voice platform for one organization.

    Attributes:
        kind: which platform.
        base_url: of its REST resources, without a trailing slash.
        mcp_url: of its MCP server (Streamable HTTP); None where the platform offers none.
        key: private key; never shown, logged or sent to a browser.
        server_secret: what the platform proves itself with in server messages.
        model: the language model that answers instead of the guided one; None for none.
    """

    kind: Kind
    base_url: str
    mcp_url: str | None
    key: str = field(repr=False)
    server_secret: str = field(repr=False)
    model: OwnModel | None = None


def cloud_access(kind: Literal["vapi", "vapi-eu"], key: str, server_secret: str) -> Access:
    """Access to Vapi's cloud. Its hosted MCP server only knows the US region."""
    if kind == "vapi":
        return Access(kind, "https://api.vapi.ai", "https://mcp.vapi.ai/mcp", key, server_secret)
    return Access(kind, "https://api.eu.vapi.ai", None, key, server_secret)


def engine_access(internal_url: str, key: str, server_secret: str) -> Access:
    """Access to the built-in engine, directly, whatever the web process is doing.

    Args:
        internal_url: the engine as this machine reaches it.
        key: an organization's private key.
        server_secret: an organization's server key.
    """
    return Access("engine", internal_url, f"{internal_url}/mcp", key, server_secret)
