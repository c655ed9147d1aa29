"""`voicemail`: an answering machine has answered."""

from allokoli.engine.conversation.events import EndCall
from allokoli.engine.conversation.tools.tool import Asked, Outcome, Scene, Settings, Tool, made
from allokoli.engine.conversation.variables import fill

VOICEMAIL = "voicemail"


def tool(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """See `toolbox`."""
    return made(
        settings,
        "leave_voicemail",
        "Call this when an answering machine or a voicemail answers instead of a person.",
        _run,
    )


async def _run(asked: Asked, scene: Scene) -> Outcome:  # noqa: ARG001 - as every kind
    message = str(scene.member.assistant.get("voicemailMessage") or "")
    said = fill(message, scene.values, warn=scene.warn)
    return Outcome(
        "Voicemail reached.", say=said or None, events=(EndCall(VOICEMAIL),), answered=True
    )
