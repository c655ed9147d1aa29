"""Files: uploaded as the client uploads them."""

from typing import Any
from uuid import uuid4

from sdk import CheckedSdk

TEXT = "La bouillabaisse est à 24 euros.\n".encode()


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    made = await sdk.files.create(file=("carte.txt", TEXT, "text/plain"))
    assert (made.object, made.original_name, made.bytes) == ("file", "carte.txt", len(TEXT))
    read = await sdk.files.get(made.id)
    assert read.id == made.id
    assert [one.id for one in await sdk.files.list()] == [made.id]
    assert (await sdk.files.update(made.id, name="La carte")).name == "La carte"
    await sdk.refused(404, sdk.files.get(str(uuid4())))
    await sdk.refused(400, sdk.files.update(made.id, name="x" * 41))
    assert (await sdk.files.delete(made.id)).id == made.id
    await sdk.refused(404, sdk.files.get(made.id))
