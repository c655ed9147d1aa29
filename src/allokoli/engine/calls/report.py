"""The report of an ended call."""

from typing import Any

from allokoli.engine.api.wire import iso
from allokoli.engine.calls.models import Call, CallMessage
from allokoli.engine.calls.server_messages import REPORT, common, envelope
from allokoli.engine.calls.shown import shown


def report_body(call: Call, messages: list[CallMessage]) -> dict[str, Any]:
    """Vapi's `end-of-call-report`, with the properties older servers read at its top."""
    whole = shown(call, messages)
    artifact = whole.pop("artifact")
    whole.pop("messages")
    seconds = 0.0
    if call.started_at and call.ended_at:
        seconds = (call.ended_at - call.started_at).total_seconds()
    recording = {
        name: artifact[name] for name in ("recordingUrl", "stereoRecordingUrl") if name in artifact
    }
    fields = {
        "endedReason": call.ended_reason,
        "startedAt": iso(call.started_at),
        "endedAt": iso(call.ended_at),
        "durationSeconds": round(seconds, 3),
        "durationMs": round(seconds * 1000),
        "cost": 0,
        "costs": whole["costs"],
        "costBreakdown": whole["costBreakdown"],
        "analysis": call.analysis,
        "artifact": artifact,
        "summary": call.analysis.get("summary"),
        "transcript": artifact["transcript"],
        "messages": artifact["messages"],
        "destination": call.artifacts.get("destination"),
        **recording,
    }
    return envelope(REPORT, fields, common(call, whole))
