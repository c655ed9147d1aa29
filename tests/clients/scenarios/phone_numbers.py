"""Phone numbers of each provider, routed and searched."""

from typing import Any
from uuid import uuid4

from fidelity import same
from sdk import CheckedSdk


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    assistant = await sdk.assistants.create(name="Accueil")
    bodies = [
        {"provider": "vapi", "name": "Site", "assistantId": assistant.id},
        {
            "provider": "byo-phone-number",
            "credentialId": str(uuid4()),
            "number": "+33140506070",
            "fallbackDestination": {"type": "number", "number": "+33140506071"},
        },
        {
            "provider": "twilio",
            "number": "+14155550100",
            "twilioAccountSid": "AC" + "0" * 32,
            "twilioAuthToken": "a-token",
        },
        {"provider": "vonage", "number": "+14155550101", "credentialId": str(uuid4())},
        {"provider": "telnyx", "number": "+14155550102", "credentialId": str(uuid4())},
    ]
    for body in bodies:
        made = await sdk.phone_numbers.create(request=body)
        assert made.provider == body["provider"]
        assert same(await sdk.phone_numbers.get(made.id), made)
    everything = await sdk.phone_numbers.list()
    assert [one.provider for one in everything] == [one["provider"] for one in reversed(bodies)]
    page = await sdk.phone_numbers.phone_number_controller_find_all_paginated(page=2, limit=2)
    assert [one.id for one in page.results] == [one.id for one in everything[2:4]]
    assert (page.metadata.total_items, page.metadata.current_page) == (5, 2)
    found = await sdk.phone_numbers.phone_number_controller_find_all_paginated(search="405060")
    assert [one.number for one in found.results] == ["+33140506070"]
    changed = await sdk.phone_numbers.update(
        everything[-1].id, request={"provider": "vapi", "name": "Standard"}
    )
    assert (changed.name, changed.assistant_id) == ("Standard", assistant.id)
    await sdk.refused(400, sdk.phone_numbers.create(request={"provider": "asterisk"}))
    await sdk.refused(404, sdk.phone_numbers.get(str(uuid4())))
    assert (await sdk.phone_numbers.delete(changed.id)).id == changed.id
    await sdk.refused(404, sdk.phone_numbers.get(changed.id))
