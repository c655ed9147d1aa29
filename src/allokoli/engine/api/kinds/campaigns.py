"""Campaigns: many calls planned at once."""

from dataclasses import replace

from allokoli.engine.api.kinds.kind import Kind, sdk
from allokoli.engine.api.validation import limits

_COUNTERS = ("Scheduled", "Queued", "InProgress", "EndedVoicemail", "Ended")

CAMPAIGN = Kind(
    "campaign",
    "Campaign",
    "/campaign",
    sdk("CreateCampaignDto"),
    sdk("UpdateCampaignDto"),
    family="page",
    filters={"id": "id", "status": "status"},
    limits=limits.CAMPAIGN,
    references={
        "assistantId": "assistant",
        "squadId": "squad",
        "workflowId": "workflow",
        "phoneNumberId": "phone-number",
        "dialPlan.phoneNumberId": "phone-number",
    },
    managed=frozenset(
        {
            "status", "endedReason", "calls", "turn", "nextAt", "startedAt",
            *(f"callsCounter{one}" for one in _COUNTERS),
        }
    ),
    derived=lambda _body: {
        "status": "scheduled",
        "calls": {},
        **{f"callsCounter{one}": 0 for one in _COUNTERS},
    },
    plain=False,
)  # fmt: skip
# The same entities, seen through the second version of their API.
CAMPAIGN_V2 = replace(CAMPAIGN, path="/v2/campaign")
