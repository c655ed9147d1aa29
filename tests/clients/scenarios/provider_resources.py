"""Provider resources: pronunciation dictionaries."""

from typing import Any
from uuid import uuid4

from sdk import CheckedSdk

OF_11LABS = ("11labs", "pronunciation-dictionary")


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    resources = sdk.provider_resources
    made = await resources.provider_resource_controller_create_provider_resource(*OF_11LABS)
    assert (made.provider, made.resource_name) == OF_11LABS
    read = await resources.provider_resource_controller_get_provider_resource(*OF_11LABS, made.id)
    assert read.id == made.id
    page = await resources.provider_resource_controller_get_provider_resources_paginated(*OF_11LABS)
    assert [one.id for one in page.results] == [made.id]
    await resources.provider_resource_controller_update_provider_resource(*OF_11LABS, made.id)
    of_cartesia = ("cartesia", "pronunciation-dictionary")
    page = await resources.provider_resource_controller_get_provider_resources_paginated(
        *of_cartesia
    )
    assert page.results == []
    get = resources.provider_resource_controller_get_provider_resource
    await sdk.refused(404, get(*OF_11LABS, str(uuid4())))
    delete = resources.provider_resource_controller_delete_provider_resource
    assert (await delete(*OF_11LABS, made.id)).id == made.id
    await sdk.refused(404, get(*OF_11LABS, made.id))
