"""Tells the conversation how long nobody has spoken, when that matters to it."""

from allokoli.engine.audio.dialogue_processor import DialogueProcessor
from allokoli.engine.audio.spoken_conversation import SpokenConversation

_EVERY_S = 0.5


class Silence:
    """The silence of one call. Time is given.

    Args:
        conversation: says after how long it has something to say.
        dialogue: voices it.
    """

    def __init__(self, conversation: SpokenConversation, dialogue: DialogueProcessor) -> None:
        self._conversation = conversation
        self._dialogue = dialogue
        self._since_s: float | None = None
        self._told_s = 0.0

    async def tick(self, now_s: float, *, waiting: bool) -> None:
        """Advance to a monotonic reading.

        Args:
            now_s: the reading.
            waiting: whether neither side speaks or is about to.
        """
        if not waiting:
            self._since_s = None
            return
        if self._since_s is None:
            self._since_s, self._told_s = now_s, 0.0
        seconds = now_s - self._since_s
        waits = self._conversation.waits
        if waits and seconds >= waits[0] and seconds - self._told_s >= _EVERY_S:
            self._told_s = seconds
            await self._dialogue.answer(self._conversation.waited(seconds))
