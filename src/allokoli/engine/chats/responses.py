"""A chat in the shape of OpenAI's Responses, so that its client can be pointed here."""

from collections.abc import AsyncIterator
from typing import Any

from allokoli.core.errors import AlloKoliError
from allokoli.engine.api.errors import Invalid
from allokoli.engine.chats.streaming import line
from allokoli.engine.chats.turns import Turn

# What OpenAI's client sends of its own: the assistant decides it here.
_IGNORED = frozenset({"model", "store", "user", "metadata", "parallel_tool_calls"})
_PARTS = frozenset({"input_text", "output_text", "text"})


def read_request(body: dict[str, Any]) -> dict[str, Any]:
    """A request of OpenAI's client as one for a chat.

    Args:
        body: Vapi's OpenAIResponsesRequest, or what the client makes of it.

    Raises:
        Invalid: its input holds something other than text.
    """
    asked = {name: value for name, value in body.items() if name not in _IGNORED}
    previous = asked.pop("previous_response_id", None)
    if previous is not None and not asked.get("previousChatId"):
        asked["previousChatId"] = previous
    if isinstance(asked.get("input"), list):
        asked["input"] = [_message(one, index) for index, one in enumerate(asked["input"])]
    return asked


def response_of(turn: Turn) -> dict[str, Any]:
    """The answer of a turn that is over."""
    words = turn.answer.words
    model: dict[str, Any] = next((one for one in turn.chat["costs"] if one["type"] == "model"), {})
    asked, answered = model.get("promptTokens", 0), model.get("completionTokens", 0)
    return {
        **_heading(turn, "completed", [_item(turn, words, "completed")]),
        "usage": {
            "input_tokens": asked,
            "output_tokens": answered,
            "total_tokens": asked + answered,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }


async def response_events(turn: Turn) -> AsyncIterator[str]:
    """OpenAI's events of a turn, from `response.created` to `response.completed` or `error`."""
    numbered = _Numbered()
    place = {"item_id": _item_id(turn), "output_index": 0}
    part = {**place, "content_index": 0}
    yield numbered("response.created", response=_heading(turn, "in_progress", []))
    yield numbered("response.in_progress", response=_heading(turn, "in_progress", []))
    opening = {**_item(turn, "", "in_progress"), "content": []}
    yield numbered("response.output_item.added", output_index=0, item=opening)
    yield numbered("response.content_part.added", **part, part=_text(""))
    try:
        last: int | None = None
        async for piece in turn.pieces():
            # Several messages of the assistant are one text here, a line apart.
            apart = "\n" if last not in {None, piece.index} else ""
            delta, last = apart + piece.text, piece.index
            yield numbered("response.output_text.delta", **part, delta=delta)
        await turn.finished()
    except AlloKoliError as error:
        yield numbered("error", code=error.code, message=error.message, param=None)
        return
    words = turn.answer.words
    yield numbered("response.output_text.done", **part, text=words)
    yield numbered("response.content_part.done", **part, part=_text(words))
    yield numbered(
        "response.output_item.done", output_index=0, item=_item(turn, words, "completed")
    )
    yield numbered("response.completed", response=response_of(turn))


class _Numbered:
    def __init__(self) -> None:
        self._next = 0

    def __call__(self, kind: str, **fields: Any) -> str:
        told = {"type": kind, "sequence_number": self._next, **fields}
        self._next += 1
        return line(told, kind)


def _message(given: Any, index: int) -> Any:
    """An item of OpenAI's input as a chat message; anything else is left to be refused."""
    if not isinstance(given, dict):
        return given
    one = {name: value for name, value in given.items() if name not in {"type", "id", "status"}}
    if isinstance(content := one.get("content"), list):
        texts = [part["text"] for part in content if _is_text(part)]
        if len(texts) != len(content):
            raise Invalid([f"input.{index}.content must be text"])
        one["content"] = "\n".join(texts)
    return one


def _is_text(part: Any) -> bool:
    return (
        isinstance(part, dict) and part.get("type") in _PARTS and isinstance(part.get("text"), str)
    )


def _heading(turn: Turn, status: str, output: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": str(turn.id),
        "object": "response",
        "created_at": int(turn.created_at.timestamp()),
        "status": status,
        "error": None,
        "output": output,
        "model": "assistant",
        "tools": [],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        **({"sessionId": turn.session_id} if turn.session_id else {}),
    }


def _item(turn: Turn, words: str, status: str) -> dict[str, Any]:
    return {
        "id": _item_id(turn),
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": [_text(words)],
    }


def _text(words: str) -> dict[str, Any]:
    return {"type": "output_text", "text": words, "annotations": []}


def _item_id(turn: Turn) -> str:
    return f"msg_{turn.id.hex}"
