"""One answer on its way to the caller."""

from allokoli.engine.audio.frames import HangUpFrame

_SENTENCE_ENDS = (".", "!", "?", "…", ":")


class Reply:
    """One answer on its way.

    Args:
        ending: what an abandoned answer still had to end.
    """

    def __init__(self, ending: HangUpFrame | None) -> None:
        self.ending = ending
        self.began = self.open = self.over = False
        self.before = ""


def needs_space(before: str, after: str) -> bool:
    """Whether two pieces are whole sentences given without the space between them."""
    return before.endswith(_SENTENCE_ENDS) and not after[0].isspace() and after[0].isalnum()
