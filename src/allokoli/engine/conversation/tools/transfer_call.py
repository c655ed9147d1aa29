"""`transferCall`: to a number, a SIP address, or an assistant of the squad."""

from typing import Any

from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.conversation.events import Transfer
from allokoli.engine.conversation.handing_over import (
    DELETE,
    ROLLING,
    SWAP,
    SWAP_WITHOUT_TOOLS,
    ToMember,
)
from allokoli.engine.conversation.phrases import transferring
from allokoli.engine.conversation.tools import handoff, messages
from allokoli.engine.conversation.tools.tool import (
    Asked,
    Outcome,
    Run,
    Scene,
    Settings,
    Tool,
    listed,
    made,
    mapping,
    refused,
    server_timeout_s,
)
from allokoli.engine.conversation.variables import filled

_MAX_DESTINATIONS = 50
_MODES = frozenset({ROLLING, SWAP, SWAP_WITHOUT_TOOLS, DELETE})

Destination = dict[str, Any]


def tool(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """See `toolbox`."""
    destinations = [one for one in listed(settings.get("destinations")) if isinstance(one, dict)]
    destinations = destinations[:_MAX_DESTINATIONS]
    keys = list(dict.fromkeys(_key(one) for one in destinations))
    lines = [f"- {_key(one)}: {one.get('description') or ''}" for one in destinations]
    properties: dict[str, Any] = {}
    if keys:
        words = "Where to transfer the call to."
        properties = {"destination": {"type": "string", "enum": keys, "description": words}}
    return made(
        settings,
        "transferCall",
        "\n".join(["Transfer the call to somebody else.", *lines]),
        _run(settings, destinations),
        {"type": "object", "properties": properties, "required": list(properties)},
        timeout_s=10.0 + server_timeout_s(settings.get("server")),
    )


def squad_tools(scene: Scene, tools: list[Tool]) -> list[Tool]:
    """One tool for the transfers a squad's member may make."""
    ones = [one for one in scene.member.destinations if not handoff.is_handoff(one)]
    if not ones:
        return []
    settings: Settings = {"type": "transferCall", "destinations": ones}
    if any(one.name == "transferCall" for one in tools):
        settings["function"] = {"name": "transferToAssistant"}
    return [tool(settings, scene)]


def _run(settings: Settings, destinations: list[Destination]) -> Run:
    async def run(asked: Asked, scene: Scene) -> Outcome:
        said: Any = None
        if destinations:
            destination = _named(destinations, asked.arguments.get("destination"))
            if destination is None:
                return refused("destination must be one of the destinations of this function.")
        else:
            server = mapping(settings.get("server")) or None
            fields = {"parameters": asked.arguments}
            answer = mapping(
                await scene.backstage.ask_server("transfer-destination-request", fields, server)
            )
            destination, said = mapping(answer.get("destination")), answer.get("message")
            if answer.get("error") or not destination:
                return refused(str(answer.get("error") or "The server gave no destination."))
        words = _words(said, destination, settings, scene)
        if destination.get("type") == "assistant" or destination.get("assistantName"):
            return _to_assistant(destination, words, scene)
        return _away(destination, words, scene)

    return run


def _to_assistant(destination: Destination, words: str, scene: Scene) -> Outcome:
    index = handoff.index_of(scene.cast, destination.get("assistantName"))
    if index is None:
        name = str(destination.get("assistantName"))[:80]
        raise ServerFailed(f"there is no assistant named {name} in this squad")
    mode = destination.get("transferMode")
    move = ToMember(index, transfer_mode=mode if mode in _MODES else ROLLING)
    return Outcome(f"Transferred to {scene.cast.members[index].name}.", say=words, move=move)


def _away(destination: Destination, words: str, scene: Scene) -> Outcome:
    address = destination.get("number") or destination.get("sipUri")
    if not isinstance(address, str) or not address.strip():
        return refused("The destination has no number and no SIP address.")
    to = filled(destination, scene.values, warn=scene.warn)
    to.setdefault("type", "number" if destination.get("number") else "sip")
    return Outcome("Transferring the call.", say=words, events=(Transfer(to),), answered=True)


def _words(said: Any, destination: Destination, settings: Settings, scene: Scene) -> str:
    """What the caller is told before; empty for nothing."""
    for message in (said, destination.get("message")):
        if message is not None:
            return messages.words_of(message, scene.language, scene.values, scene.warn)
    if any(mapping(one).get("type") == messages.START for one in listed(settings.get("messages"))):
        return ""
    return transferring(scene.language)


def _named(destinations: list[Destination], wanted: Any) -> Destination | None:
    name = str(wanted or "").strip().lower()
    for one in destinations:
        if name and name == _key(one).lower():
            return one
    return destinations[0] if len(destinations) == 1 and not name else None


def _key(destination: Destination) -> str:
    given = (
        destination.get("assistantName") or destination.get("number") or destination.get("sipUri")
    )
    return str(given or "destination")
