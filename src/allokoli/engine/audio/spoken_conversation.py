"""What a voice call asks of a conversation."""

from collections.abc import AsyncIterator
from typing import Protocol

from allokoli.engine.conversation.events import Event


class SpokenConversation(Protocol):
    """Text in, events out."""

    @property
    def language(self) -> str:
        """Two letters: what to understand and to speak now."""
        ...

    def open(self) -> AsyncIterator[Event]:
        """The caller is there."""
        ...

    def hear(self, text: str) -> AsyncIterator[Event]:
        """The caller said something, or nothing."""
        ...

    def press(self, digits: str) -> AsyncIterator[Event]:
        """The caller pressed keys."""
        ...

    def cut(self, heard: str) -> None:
        """Of the last reply only this was heard."""
        ...

    def take_back(self) -> None:
        """The last turn was not over; it will come again, whole."""
        ...
