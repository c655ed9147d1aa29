"""`handoff`: another assistant, or a squad, goes on with the conversation."""

from dataclasses import replace
from typing import Any

from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.conversation.cast import Cast
from allokoli.engine.conversation.handing_over import ToMember
from allokoli.engine.conversation.tools.extraction import extracted
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
    safe_name,
    server_timeout_s,
)

DYNAMIC = "dynamic"
_MAX_MEMBERS = 60
_MAX_DESTINATIONS = 50

_INTRODUCTION = (
    "Use this function to handoff the call to the next assistant.\n"
    "Only use it when instructions explicitly ask you to use the handoff_to_assistant function.\n"
    "DO NOT call this function unless you are instructed to do so.\n"
    "Here are the destinations you can handoff the call to:\n"
)

Destination = dict[str, Any]


def tool(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """See `toolbox`."""
    destinations = [one for one in listed(settings.get("destinations")) if isinstance(one, dict)]
    destinations = destinations[:_MAX_DESTINATIONS]
    keys = [key_of(one) for one in destinations]
    only = keys[0] if len(keys) == 1 and keys[0] != DYNAMIC else "assistant"
    whens = [str(one.get("description") or "") for one in destinations]
    lines = [
        f"{i}. {key}. When: {when}"
        for i, (key, when) in enumerate(zip(keys, whens, strict=True), 1)
    ]
    options = ", ".join(f"{key} ({when})" for key, when in zip(keys, whens, strict=True))
    destination: dict[str, Any] = {"type": "string", "description": f"Options: {options}"}
    if keys:
        destination["enum"] = list(dict.fromkeys(keys))
    return made(
        settings,
        f"handoff_to_{safe_name(only)}",
        _INTRODUCTION + "\n".join(lines),
        _run(settings, destinations),
        {
            "type": "object",
            "properties": {"destination": destination},
            "required": ["destination"],
        },
        timeout_s=60.0 + server_timeout_s(_server(settings, destinations)),
    )


def squad_tools(scene: Scene) -> list[Tool]:
    """A tool for each hand-off a squad's member may make."""
    return [
        tool({"type": "handoff", "destinations": [destination]}, scene)
        for destination in scene.member.destinations[:_MAX_DESTINATIONS]
        if is_handoff(destination)
    ]


def is_handoff(destination: Destination) -> bool:
    """Whether an `assistantDestination` is a hand-off, rather than a transfer."""
    if destination.get("type") == "handoff":
        return True
    marks = ("contextEngineeringPlan", "variableExtractionPlan", "assistantOverrides", "assistant")
    return any(mark in destination for mark in (*marks, "assistantId"))


def key_of(destination: Destination) -> str:
    """What the model calls a destination."""
    if destination.get("type") == DYNAMIC:
        return DYNAMIC
    given = (
        destination.get("assistantName")
        or mapping(destination.get("assistant")).get("name")
        or destination.get("assistantId")
        or mapping(destination.get("squad")).get("name")
        or destination.get("squadId")
        or destination.get("entryAssistantName")
    )
    return str(given or "assistant")


def _run(settings: Settings, destinations: list[Destination]) -> Run:
    async def run(asked: Asked, scene: Scene) -> Outcome:
        given = {name: one for name, one in asked.arguments.items() if name != "destination"}
        result: Any = None
        destination = _named(destinations, asked.arguments.get("destination"))
        if destination is None:
            return refused("destination must be one of the destinations of this function.")
        if destination.get("type") == DYNAMIC:
            server = mapping(destination.get("server")) or mapping(settings.get("server")) or None
            answer = mapping(
                await scene.backstage.ask_server(
                    "handoff-destination-request", {"parameters": given}, server
                )
            )
            destination, result = mapping(answer.get("destination")), answer.get("result")
            if answer.get("error") or not destination or destination.get("type") == DYNAMIC:
                return refused(str(answer.get("error") or "The server gave no destination."))
        move = await member_of(destination, scene)
        plan = destination.get("variableExtractionPlan")
        variables = given | (await extracted(plan, scene, scene.history) if plan else {})
        told = result or settings.get("defaultResult") or f"Handed off to {key_of(destination)}."
        return Outcome(str(told), move=move, variables=variables)

    return run


def _named(destinations: list[Destination], wanted: Any) -> Destination | None:
    """The destination the model named; the only one, or the dynamic one, when it named none."""
    name = str(wanted or "").strip().lower()
    for one in destinations:
        names = {key_of(one), str(one.get("assistantId")), str(one.get("squadId"))}
        if name and name in {known.lower() for known in names}:
            return one
    dynamic = next((one for one in destinations if one.get("type") == DYNAMIC), None)
    if name and dynamic is None:
        return None
    return destinations[0] if len(destinations) == 1 else dynamic


async def member_of(destination: Destination, scene: Scene) -> ToMember:
    """Who a hand-off's destination leads to.

    Args:
        destination: of type `assistant` or `squad`.
        scene: the call.

    Raises:
        ServerFailed: there is no such assistant.
    """
    plan = mapping(destination.get("contextEngineeringPlan"))
    if destination.get("type") == "squad" or "squadId" in destination or "squad" in destination:
        named = ("squadId", "squad", "squadOverrides")
        cast = await scene.backstage.find_cast(_only(destination, named))
        entry = destination.get("entryAssistantName")
        index = index_of(cast, entry) if entry else 0
        if index is None:
            raise ServerFailed("the squad has no member of that name")
        return ToMember(index, cast=cast, context_plan=plan)
    index = _present(destination, scene.cast)
    overrides = mapping(destination.get("assistantOverrides"))
    if index is not None and not overrides:
        return ToMember(index, context_plan=plan)
    if index is not None:
        member = scene.cast.members[index]
        body = {"assistant": member.assistant, "assistantOverrides": overrides}
        found = (await scene.backstage.find_cast(body)).first
        found = replace(
            found,
            assistant_id=member.assistant_id,
            destinations=member.destinations,
            values=member.values | found.values | mapping(overrides.get("variableValues")),
        )
    else:
        named = ("assistantId", "assistant", "assistantOverrides")
        body = _only(destination, named)
        if not body.get("assistantId") and not body.get("assistant"):
            raise ServerFailed(f"there is no assistant named {key_of(destination)[:80]} here")
        found = (await scene.backstage.find_cast(body)).first
    if found in scene.cast.members:
        return ToMember(scene.cast.members.index(found), context_plan=plan)
    if len(scene.cast.members) >= _MAX_MEMBERS:
        raise ServerFailed("too many assistants have joined this call")
    joined = replace(scene.cast, members=(*scene.cast.members, found))
    return ToMember(len(joined.members) - 1, cast=joined, context_plan=plan)


def index_of(cast: Cast, name: Any) -> int | None:
    """Which of a cast is called so."""
    wanted = str(name or "").strip().lower()
    if not wanted:
        return None
    names = [member.name.strip().lower() for member in cast.members]
    return names.index(wanted) if wanted in names else None


def _present(destination: Destination, cast: Cast) -> int | None:
    wanted = destination.get("assistantId")
    ids = [member.assistant_id for member in cast.members]
    if wanted and wanted in ids:
        return ids.index(wanted)
    return index_of(cast, destination.get("assistantName"))


def _only(destination: Destination, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: destination[name] for name in names if destination.get(name)}


def _server(settings: Settings, destinations: list[Destination]) -> Any:
    dynamic = next((one for one in destinations if one.get("type") == DYNAMIC), {})
    return dynamic.get("server") or settings.get("server")
