"""What a call used: real counts at a price of zero, and how long its answers took."""

from collections.abc import Mapping
from typing import Any

from allokoli.engine.calls.models import TEXT, WEB, Call
from allokoli.engine.conversation.conversation import Conversation
from allokoli.engine.conversation.listener import TurnLatency

MOST_TURNS = 2_000
_PROVIDERS = frozenset({"daily", "vapi.websocket", "twilio", "vonage", "telnyx", "vapi.sip"})

_LATENCIES = {
    "modelLatency": "model_ms",
    "voiceLatency": "voice_ms",
    "transcriberLatency": "transcriber_ms",
    "endpointingLatency": "endpointing_ms",
    "turnLatency": "turn_ms",
}


def added(metrics: Mapping[str, Any], conversation: Conversation) -> dict[str, Any]:
    """A call's counts after some turns of a conversation that began with none."""
    return {
        **metrics,
        "promptTokens": metrics.get("promptTokens", 0) + conversation.prompt_tokens,
        "completionTokens": metrics.get("completionTokens", 0) + conversation.completion_tokens,
        "characters": metrics.get("characters", 0) + conversation.characters,
    }


def turn(latency: TurnLatency) -> dict[str, float]:
    """One answer's times, in milliseconds, by Vapi's names."""
    return {name: round(getattr(latency, field), 1) for name, field in _LATENCIES.items()}


def with_turn(metrics: Mapping[str, Any], turn: Mapping[str, float]) -> dict[str, Any]:
    """A call's counts with one more answer's; the first `MOST_TURNS` are kept."""
    return {**metrics, "turns": [*metrics.get("turns", ()), dict(turn)][:MOST_TURNS]}


def performance_metrics(call: Call) -> dict[str, Any]:
    """Vapi's `artifact.performanceMetrics`."""
    turns: list[dict[str, float]] = call.metrics.get("turns", [])
    averages = {
        f"{name}Average": round(sum(values) / len(values), 1)
        for name in _LATENCIES
        if (values := [one[name] for one in turns if name in one])
    }
    return {
        "turnLatencies": turns,
        **averages,
        "numAssistantInterrupted": call.metrics.get("interruptions", 0),
        "numUserInterrupted": 0,
    }


def costs(call: Call) -> list[dict[str, Any]]:
    """Vapi's `costs`: one entry a component."""
    minutes = _minutes(call)
    model = {
        "type": "model",
        "model": _named(call, "model", ("provider", "model")),
        "promptTokens": call.metrics.get("promptTokens", 0),
        "completionTokens": call.metrics.get("completionTokens", 0),
        "cost": 0,
    }
    analysis = [
        {"type": "analysis", "model": model["model"], "cost": 0, **one}
        for one in call.metrics.get("analysis", ())
    ]
    own = {"type": "vapi", "subType": "normal", "minutes": minutes, "cost": 0}
    if call.transport == TEXT:
        return [model, *analysis, own]
    transcriber = _named(call, "transcriber", ("provider", "model"))
    voice = _named(call, "voice", ("provider", "voiceId"))
    characters = call.metrics.get("characters", 0)
    return [
        {"type": "transport", **_provider(call), "minutes": minutes, "cost": 0},
        {"type": "transcriber", "transcriber": transcriber, "minutes": minutes, "cost": 0},
        model,
        {"type": "voice", "voice": voice, "characters": characters, "cost": 0},
        *analysis,
        own,
    ]


def cost_breakdown(call: Call) -> dict[str, Any]:
    """Vapi's `costBreakdown`."""
    free = dict.fromkeys(("transport", "stt", "llm", "tts", "vapi", "total"), 0)
    return {
        **free,
        "llmPromptTokens": call.metrics.get("promptTokens", 0),
        "llmCompletionTokens": call.metrics.get("completionTokens", 0),
        "ttsCharacters": call.metrics.get("characters", 0) if call.transport != TEXT else 0,
    }


def _provider(call: Call) -> dict[str, str]:
    """Vapi's name of the transport, as far as it has one."""
    name = "daily" if call.transport == WEB else call.transport
    return {"provider": name} if name in _PROVIDERS else {}


def _minutes(call: Call) -> float:
    if call.started_at is None:
        return 0.0
    until = call.ended_at or call.updated_at
    return round(max((until - call.started_at).total_seconds(), 0.0) / 60, 4)


def _named(call: Call, part: str, names: tuple[str, ...]) -> dict[str, Any]:
    asked = call.assistant.get(part) or {}
    return {name: asked.get(name) for name in names if asked.get(name) is not None}
