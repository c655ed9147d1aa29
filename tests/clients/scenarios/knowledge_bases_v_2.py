"""Knowledge bases: their files indexed, tried again, and taken out."""

from typing import Any
from uuid import uuid4

from sdk import CheckedSdk

from scenarios.files import TEXT


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    bases = sdk.knowledge_bases_v_2
    made = await bases.knowledge_base_v_2_controller_create(name="Carte", description="Les plats")
    uploaded = await sdk.files.create(file=("carte.txt", TEXT, "text/plain"))
    link = await bases.knowledge_base_v_2_controller_file_attach(made.id, file_id=uploaded.id)
    assert (link.file_id, link.knowledge_base_v_2_id) == (uploaded.id, made.id)
    await world.run_jobs()
    links = await bases.knowledge_base_v_2_controller_files_get(made.id)
    assert [(one.file_id, one.status) for one in links] == [(uploaded.id, "ready")]
    whole = await bases.knowledge_base_v_2_controller_find_one(made.id)
    assert [one.file_id for one in whole.files] == [uploaded.id]
    assert (await sdk.tools.get(whole.tool_id)).type == "knowledgeBase"
    again = await bases.knowledge_base_v_2_controller_file_retry(made.id, uploaded.id)
    assert again.file_id == uploaded.id
    assert [one.id for one in await bases.knowledge_base_v_2_controller_find_all()] == [made.id]
    changed = await bases.knowledge_base_v_2_controller_update(made.id, name="La carte")
    assert (changed.name, changed.description) == ("La carte", "Les plats")
    detached = await bases.knowledge_base_v_2_controller_file_detach(made.id, uploaded.id)
    assert detached.file_id == uploaded.id
    assert await bases.knowledge_base_v_2_controller_files_get(made.id) == []
    await sdk.refused(404, bases.knowledge_base_v_2_controller_find_one(str(uuid4())))
    assert (await bases.knowledge_base_v_2_controller_remove(made.id)).id == made.id
    await sdk.refused(404, bases.knowledge_base_v_2_controller_find_one(made.id))
