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

    def pressed(self) -> AsyncIterator[Event]:
        """No further key came."""
        ...

    @property
    def keypad_wait_s(self) -> float:
        """How long another key is waited for, in seconds."""
        ...

    @property
    def waits(self) -> list[float]:
        """After how many seconds of silence `waited` may have something to say, shortest first."""
        ...

    def waited(self, seconds: float) -> AsyncIterator[Event]:
        """Nobody has spoken for so long."""
        ...

    def interrupted_by(self, role: str) -> AsyncIterator[Event]:
        """One side, `user` or `assistant`, cut the other short."""
        ...

    def say_out_of_turn(
        self, text: str, *, end: str | None = None, interruptible: bool = True
    ) -> AsyncIterator[Event]:
        """Words from outside, then perhaps the end of the call."""
        ...

    def cut(self, heard: str) -> None:
        """Of the last reply only this was heard."""
        ...

    def take_back(self) -> None:
        """The last turn was not over; it will come again, whole."""
        ...
