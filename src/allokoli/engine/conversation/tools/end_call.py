"""`endCall`: hang up."""

from allokoli.engine.conversation.ended_reasons import ASSISTANT_ENDED, SILENCE
from allokoli.engine.conversation.events import EndCall
from allokoli.engine.conversation.tools.tool import Asked, Outcome, Scene, Settings, Tool, made


def tool(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """See `toolbox`."""
    return made(
        settings,
        "endCall",
        "Hang up, once the conversation is over and goodbye has been said.",
        _run,
    )


async def _run(asked: Asked, scene: Scene) -> Outcome:  # noqa: ARG001 - as every kind
    reason = SILENCE if _caller_is_silent(scene) else ASSISTANT_ENDED
    return Outcome("The call is ending.", events=(EndCall(reason),), answered=True)


def _caller_is_silent(scene: Scene) -> bool:
    last = next((one for one in reversed(scene.history) if one["role"] == "user"), None)
    return last is not None and not str(last.get("content") or "").strip()
