"""What the dialogue sends down a call's pipeline beside words and sound."""

from typing import Any

from pipecat.frames.frames import DataFrame


class HangUpFrame(DataFrame):
    """Follows the last words; reaching the end of the pipeline, it ends the call.

    Args:
        reason: Vapi's `endedReason`.
        destination: where the caller is forwarded instead, as Vapi writes it.
    """

    def __init__(self, reason: str, destination: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.reason = reason
        self.destination = destination


class HandOverFrame(DataFrame):
    """Stands between the words of two assistants.

    Args:
        assistant: who speaks from here on, as Vapi writes it.
    """

    def __init__(self, assistant: dict[str, Any]) -> None:
        super().__init__()
        self.assistant = assistant
