"""Campaigns, the first version and the second, with their contacts."""

from typing import Any
from uuid import uuid4

from fidelity import same
from sdk import CheckedSdk
from vapi.types import CreateCustomerDto, SchedulePlan
from world import next_month

PEOPLE = ["+33612345678", "+33612345679"]


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    campaigns = sdk.campaigns
    assistant = await sdk.assistants.create(name="Rappels", model=world.model())
    number = await world.telephone(sdk)
    body = {
        "assistant_id": assistant.id,
        "phone_number_id": number.id,
        "customers": [CreateCustomerDto(number=one) for one in PEOPLE],
        "schedule_plan": SchedulePlan(earliest_at=next_month()),
    }
    first = await campaigns.campaign_controller_create(name="Rappels", **body)
    assert first.status == "scheduled"
    assert same(await campaigns.campaign_controller_find_one(first.id), first)
    page = await campaigns.campaign_controller_find_all(status="scheduled")
    assert [one.id for one in page.results] == [first.id]
    renamed = await campaigns.campaign_controller_update(first.id, name="Relances")
    assert renamed.name == "Relances"
    assert len(renamed.customers) == 2

    second = await campaigns.campaign_controller_create_v_2(name="Relances 2", **body)
    summary = await campaigns.campaign_controller_find_one_v_2(second.id, include_counters=True)
    assert summary.id == second.id
    assert summary.contact_counters is not None
    summaries = await campaigns.campaign_controller_find_all_v_2(include_counters=True)
    assert {one.id for one in summaries.results} == {first.id, second.id}
    contacts = await campaigns.campaign_controller_get_campaign_v_2_contacts(second.id)
    assert contacts.metadata.total_items == 2
    ended = await campaigns.campaign_controller_update_v_2(second.id, status="ended")
    assert ended.status in {"ended", "cancelled"}

    await sdk.refused(404, campaigns.campaign_controller_find_one(str(uuid4())))
    await sdk.refused(400, campaigns.campaign_controller_create(name="x" * 300, **body))
    assert (await campaigns.campaign_controller_remove(first.id)).id == first.id
    assert (await campaigns.campaign_controller_remove_v_2(second.id)).id == second.id
    await sdk.refused(404, campaigns.campaign_controller_find_one_v_2(second.id))
