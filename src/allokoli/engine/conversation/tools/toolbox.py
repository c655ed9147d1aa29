"""The tools of an assistant, as its settings declare them."""

from collections.abc import Callable

from allokoli.engine.conversation.tools import (
    api_request,
    code,
    dtmf,
    end_call,
    function,
    gohighlevel,
    google,
    handoff,
    knowledge,
    mcp,
    sip_request,
    slack,
    sms,
    transfer_call,
    voicemail,
)
from allokoli.engine.conversation.tools.tool import Scene, Settings, Tool, listed, mapping

_MAX_TOOLS = 128

_KINDS: dict[str, Callable[[Settings, Scene], Tool]] = {
    "apiRequest": api_request.tool,
    "bash": function.tool,
    "code": code.tool,
    "computer": function.tool,
    "dtmf": dtmf.tool,
    "endCall": end_call.tool,
    "function": function.tool,
    "ghl": function.tool,
    "gohighlevel.calendar.availability.check": gohighlevel.calendar_availability_check,
    "gohighlevel.calendar.event.create": gohighlevel.calendar_event_create,
    "gohighlevel.contact.create": gohighlevel.contact_create,
    "gohighlevel.contact.get": gohighlevel.contact_get,
    "google.calendar.availability.check": google.calendar_availability_check,
    "google.calendar.event.create": google.calendar_event_create,
    "google.sheets.row.append": google.sheets_row_append,
    "handoff": handoff.tool,
    "knowledgeBase": knowledge.tool,
    "make": function.tool,
    "query": knowledge.tool,
    "sipRequest": sip_request.tool,
    "slack.message.send": slack.tool,
    "sms": sms.tool,
    "textEditor": function.tool,
    "transferCall": transfer_call.tool,
    "voicemail": voicemail.tool,
}


async def toolbox_of(assistant: Settings, scene: Scene) -> list[Tool]:
    """Every tool an assistant may use, no two of one name.

    Args:
        assistant: as Vapi writes it, `model.tools` holding its stored tools too.
        scene: the call.
    """
    model = mapping(assistant.get("model"))
    declared = [one for one in listed(model.get("tools")) if isinstance(one, dict)]
    declared += [
        one
        for one in (*listed(model.get("tools:append")), *listed(assistant.get("tools:append")))
        if isinstance(one, dict)
    ]
    tools: list[Tool] = []
    for settings in declared[:_MAX_TOOLS]:
        tools += await tools_of(settings, scene)
    tools += handoff.squad_tools(scene)
    tools += transfer_call.squad_tools(scene, tools)
    tools += knowledge.own_tools(model, scene)
    kept: dict[str, Tool] = {}
    for tool in tools:
        if tool.name in kept:
            scene.warn(f"Two tools are named {tool.name}; the first is used.")
        kept.setdefault(tool.name, tool)
    return list(kept.values())[:_MAX_TOOLS]


async def tools_of(settings: Settings, scene: Scene) -> list[Tool]:
    """The functions one tool stands for; none when it is of no known kind."""
    kind = str(settings.get("type"))
    if kind == "mcp":
        return await mcp.tools(settings, scene)
    make = _KINDS.get(kind)
    if make is None:
        scene.warn(f"A tool of type {kind[:60]} is not one this engine knows.")
        return []
    return [make(settings, scene)]
