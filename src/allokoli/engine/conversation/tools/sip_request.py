"""`sipRequest`: a message on the line's own signalling."""

from allokoli.engine.conversation.tools.tool import (
    Asked,
    Outcome,
    Scene,
    Settings,
    Tool,
    made,
    mapping,
    refused,
)


def tool(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """See `toolbox`."""
    body = settings.get("body")
    properties = {"headers": mapping(settings.get("headers"))} if settings.get("headers") else {}
    if isinstance(body, dict):
        properties["body"] = body
    verb = str(settings.get("verb") or "INFO")
    return made(
        settings,
        "sip_request",
        f"Send a SIP {verb} on this call.",
        _run,
        {"type": "object", "properties": properties},
    )


async def _run(asked: Asked, scene: Scene) -> Outcome:  # noqa: ARG001 - as every kind
    return refused("SIP requests need a call carried over SIP; this one is not.")
