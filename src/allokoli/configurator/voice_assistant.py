"""AlloKoliConfig as an assistant of a voice platform, for one conversation."""

from typing import Any
from uuid import UUID

from allokoli.core.settings import get_settings

MODEL = "allokoli-config"
TOKEN_HEADER = "x-allokoli-call"  # noqa: S105 - a header's name
SPOKEN_LANGUAGES = ("fr", "en")
MAX_DURATION_S = 600
_CLIENT_MESSAGES = ["transcript", "status-update", "speech-update", "user-interrupted"]


def voice_assistant(session_id: UUID, *, token: str, greeting: str, locale: str) -> dict[str, Any]:
    """The assistant that leads a conversation by voice: a `custom-llm`, which is this platform.

    Nothing of the call is recorded or analyzed: the conversation itself keeps what was said.

    Args:
        session_id: of the conversation.
        token: opens that conversation, for this call only.
        greeting: said first.
        locale: language spoken.
    """
    base = f"{get_settings().web_internal_url}/api/v1/configurator/sessions/{session_id}/v1"
    return {
        "name": "AlloKoliConfig",
        "firstMessage": greeting,
        "firstMessageMode": "assistant-speaks-first",
        "firstMessageInterruptionsEnabled": True,
        "model": {
            "provider": "custom-llm",
            "url": base,
            "model": MODEL,
            "headers": {TOKEN_HEADER: token},
            "metadataSendMode": "off",
            "tools": [{"type": "endCall"}],
        },
        "transcriber": {"provider": "deepgram", "model": "nova-3", "language": locale},
        "analysisPlan": {
            "summaryPlan": {"enabled": False},
            "structuredDataPlan": {"enabled": False},
            "successEvaluationPlan": {"enabled": False},
        },
        "artifactPlan": {
            "recordingEnabled": False,
            "transcriptPlan": {"enabled": False},
        },
        "maxDurationSeconds": MAX_DURATION_S,
        "serverMessages": [],
        "clientMessages": list(_CLIENT_MESSAGES),
    }
