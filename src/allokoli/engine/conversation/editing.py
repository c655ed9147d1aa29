"""Corrects the history when the caller interrupts: words unsaid are forgotten, deeds are not."""

from allokoli.engine.conversation.chat_model import Message
from allokoli.engine.conversation.stage import Stage

_ALIKE = 3


def cut(stage: Stage, heard: str) -> None:
    """Remember only what the caller heard of the last turn.

    Args:
        stage: where.
        heard: the words that were played; empty when none were.
    """
    left = heard.split()
    spoken = _spoken(stage, _began(stage, left))
    if not spoken:
        return
    for index in spoken:
        message = stage.history[index]
        count = len(str(message["content"]).split())
        last = index == spoken[-1]
        words, left = (left, []) if last else (left[:count], left[count:])
        if len(words) < count or last:
            message["content"] = heard if len(spoken) == 1 else " ".join(words)
    for index in reversed(spoken):
        _drop_if_empty(stage, index)


def take_back(stage: Stage) -> None:
    """Forget the caller's last turn and the words of its answer.

    Args:
        stage: where.
    """
    asked = next(
        (i for i in reversed(range(len(stage.history))) if stage.history[i]["role"] == "user"), None
    )
    if asked is None:
        return
    for index in reversed(range(asked + 1, len(stage.history))):
        message = stage.history[index]
        if message["role"] == "assistant":
            message["content"] = ""
            _drop_if_empty(stage, index)
    stage.drop(asked)


def _began(stage: Stage, heard: list[str]) -> int:
    """Where what was being played began: words may follow others that are not played yet."""
    spoken = _spoken(stage, stage.turn_began)
    if not heard or (spoken and _begins(heard, stage.history[spoken[0]])):
        return stage.turn_began
    for index in reversed(_spoken(stage, 0)):
        if index < stage.turn_began and _begins(heard, stage.history[index]):
            return index
    return stage.turn_began


def _begins(heard: list[str], message: Message) -> bool:
    """Whether what was heard begins as a message does."""
    words = str(message["content"]).split()
    count = min(_ALIKE, len(heard), len(words))
    return heard[:count] == words[:count]


def _spoken(stage: Stage, began: int) -> list[int]:
    """Where the assistant's words of the last turn are."""
    history = stage.history
    start = min(began, len(history))
    return [
        index
        for index in range(start, len(history))
        if history[index]["role"] == "assistant" and history[index].get("content")
    ]


def _drop_if_empty(stage: Stage, index: int) -> None:
    message: Message = stage.history[index]
    if str(message.get("content") or "").strip():
        return
    if message.get("tool_calls"):
        message["content"] = None
    else:
        stage.drop(index)
