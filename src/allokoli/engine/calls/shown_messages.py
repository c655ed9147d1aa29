"""What was said and done in a call, as Vapi writes it."""

from typing import Any

from allokoli.engine.api.wire import epoch_ms
from allokoli.engine.calls.happenings import TOOL_CALLS, TOOL_RESULT
from allokoli.engine.calls.models import Call, CallMessage
from allokoli.engine.conversation.chat_model import Message

_ROLES = {"assistant": "bot"}
_SPEAKER = ("assistantId", "assistantName")


def wire_messages(call: Call, messages: list[CallMessage]) -> list[dict[str, Any]]:
    """In Vapi's shape: `message`, epoch milliseconds, seconds from the start."""
    start = call.started_at or call.created_at
    return [
        {
            "role": _ROLES.get(one.role, one.role),
            **_content(one),
            "time": epoch_ms(one.started_at),
            "secondsFromStart": round((one.started_at - start).total_seconds(), 3),
        }
        for one in messages
        if one.text or one.role in {TOOL_CALLS, TOOL_RESULT}
    ]


def openai_messages(call: Call, messages: list[CallMessage]) -> list[Message]:
    """In OpenAI's shape, after the instructions."""
    instructions = (call.assistant.get("model") or {}).get("messages") or []
    system = [
        {"role": "system", "content": one["content"]}
        for one in instructions
        if isinstance(one, dict) and isinstance(one.get("content"), str)
    ]
    return system + spoken(messages)


def spoken(messages: list[CallMessage]) -> list[Message]:
    """In OpenAI's shape, without instructions and silences."""
    return [one for one in history_of(messages) if one["content"] or one.get("tool_calls")]


def history_of(messages: list[CallMessage]) -> list[Message]:
    """What was said and done, as a model is told of it (OpenAI's shape); silences are empty.

    Models refuse a history in which a function's result is missing or comes late. So the results
    follow their calls at once, and a call that was never answered, its process having died, is left
    out.
    """
    results = {one.extra.get("toolCallId"): one.text for one in messages if one.role == TOOL_RESULT}
    history: list[Message] = []
    for one in messages:
        if one.role == TOOL_CALLS:
            calls = [call for call in one.extra.get("toolCalls", ()) if call["id"] in results]
            if calls:
                _append_calls(history, calls)
                history.extend(
                    {"role": "tool", "tool_call_id": id_, "content": results[id_]}
                    for id_ in (call["id"] for call in calls)
                )
        elif one.role != TOOL_RESULT:
            history.append({"role": one.role, "content": one.text})
    return history


def remembered(messages: list[CallMessage]) -> list[Message]:
    """What a conversation goes on from: what it kept of each turn, word for word.

    A turn's first message holds it (`extra.history`); what was said before any was kept is
    remembered by its messages.
    """
    kept = [index for index, one in enumerate(messages) if "history" in one.extra]
    first = kept[0] if kept else len(messages)
    later = [said for one in messages[first:] for said in one.extra.get("history", ())]
    return history_of(messages[:first]) + later


def transcript(call: Call, messages: list[CallMessage]) -> str:
    """What was said, a line each: `AI: …`, `User: …`, or the names the assistant's plan gives."""
    plan = (call.assistant.get("artifactPlan") or {}).get("transcriptPlan") or {}
    if plan.get("enabled") is False:
        return ""
    names = {
        "assistant": plan.get("assistantName") or "AI",
        "user": plan.get("userName") or "User",
    }
    return "".join(
        f"{names[message.role]}: {message.text}\n"
        for message in messages
        if message.text and message.role in names
    )


def _content(one: CallMessage) -> dict[str, Any]:
    if one.role == TOOL_CALLS:
        return {"toolCalls": one.extra.get("toolCalls", []), "message": one.text}
    if one.role == TOOL_RESULT:
        named = {name: one.extra.get(name) or "" for name in ("toolCallId", "name")}
        failed = {"error": one.text} if one.extra.get("failed") else {}
        return {**named, "result": one.text, **failed}
    if one.role == "system":
        return {"message": one.text}
    lasted = (one.ended_at - one.started_at).total_seconds()
    speaker = {name: one.extra[name] for name in _SPEAKER if name in one.extra}
    return {
        "message": one.text,
        "endTime": epoch_ms(one.ended_at),
        "duration": round(lasted * 1000),
        **speaker,
    }


def _append_calls(history: list[Message], calls: list[dict[str, Any]]) -> None:
    """Calls belong to the words that came with them."""
    last = history[-1] if history else None
    if last is not None and last["role"] == "assistant" and "tool_calls" not in last:
        history[-1] = {**last, "tool_calls": calls}
    else:
        history.append({"role": "assistant", "content": None, "tool_calls": calls})
