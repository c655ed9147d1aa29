"""Server messages as a voice platform sends them."""

from datetime import datetime, timedelta
from uuid import uuid4

from allokoli.core import clock


def platform_call(assistant, **fields):
    """A call as the platform describes it."""
    return {
        "id": str(uuid4()),
        "type": "webCall",
        "status": "in-progress",
        "createdAt": clock.now().isoformat(),
        "transport": {"provider": "webrtc"},
        "assistantId": assistant["platform_id"] if assistant else None,
        **fields,
    }


def message(kind, call, **fields):
    return {"message": {"type": kind, "timestamp": 1, "call": call, **fields}}


def end_of_call_report(call, *, duration_s=60, artifact=None, **fields):
    started = datetime.fromisoformat(call["createdAt"])
    reported = {
        "endedReason": "customer-ended-call",
        "startedAt": started.isoformat(),
        "endedAt": (started + timedelta(seconds=duration_s)).isoformat(),
        "analysis": {
            "summary": "Réservation pour quatre personnes.",
            "structuredData": {
                "intent": "book",
                "name": "Dupont",
                "party_size": 4,
                "date": "2026-11-28",
                "time": "20:00",
                "phone": "+33612345678",
                "allergies": "arachides",
            },
            "successEvaluation": "true",
        },
        "artifact": {
            "messages": [
                {"role": "system", "message": "Vous êtes…", "time": 1},
                {"role": "bot", "message": "Bonsoir !", "time": 1000, "secondsFromStart": 0.2},
                {"role": "user", "message": "Une table", "time": 2000, "secondsFromStart": 2.5},
            ],
            **(artifact or {}),
        },
        **fields,
    }
    return message("end-of-call-report", call, **reported)


async def deliver(owner, body, secret=None):
    """POST a message to the receiver, as the platform does."""
    secret = secret or await owner.server_secret()
    return await owner.http.post(
        "/api/v1/webhooks/receive", json=body, headers={"X-Vapi-Secret": secret}
    )
