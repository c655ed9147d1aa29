"""Tools: one of each of the twenty-three kinds the client can make."""

import typing
from typing import Any
from uuid import uuid4

from fidelity import same
from sdk import CheckedSdk
from vapi.tools.types import create_tools_request as requests

SCHEMA = {"type": "object", "properties": {"jour": {"type": "string"}}}
# What a kind must be given beyond its type.
NEEDED: dict[str, dict[str, Any]] = {
    "apiRequest": {"method": "POST", "url": "https://example.test/stock", "body": SCHEMA},
    "function": {
        "function": {"name": "horaires", "description": "Les horaires", "parameters": SCHEMA},
        "server": {"url": "https://example.test/horaires", "timeoutSeconds": 20},
        "messages": [{"type": "request-start", "content": "Un instant.", "blocking": True}],
    },
    "transferCall": {
        "destinations": [
            {"type": "number", "number": "+33140506070", "message": "Je vous passe le patron."}
        ]
    },
    "handoff": {"destinations": [{"type": "assistant", "assistantName": "Réservations"}]},
    "bash": {"subType": "bash_20241022", "name": "bash"},
    "computer": {
        "subType": "computer_20241022",
        "name": "computer",
        "displayWidthPx": 800,
        "displayHeightPx": 600,
    },
    "textEditor": {"subType": "text_editor_20241022", "name": "str_replace_editor"},
    "mcp": {"server": {"url": "https://example.test/mcp"}, "metadata": {"protocol": "shttp"}},
    "query": {
        "knowledgeBases": [
            {"provider": "google", "name": "carte", "description": "La carte", "fileIds": []}
        ]
    },
    "sipRequest": {"verb": "INFO"},
    "code": {"code": "return 1"},
}


def kinds() -> list[str]:
    """Every `type` of the client's request, read from the package."""
    union = typing.get_args(requests.CreateToolsRequest)[0]
    return [member.model_fields["type"].default for member in typing.get_args(union)]


async def scenario(sdk: CheckedSdk, world: Any) -> None:
    """Every method of the group."""
    assert len(kinds()) == 23
    for kind in kinds():
        body = {"type": kind, **NEEDED.get(kind, {})}
        made = await sdk.tools.create(request=body)
        assert made.type == kind
        assert same(await sdk.tools.get(made.id), made)
    assert len(await sdk.tools.list()) == 23
    assert len(await sdk.tools.list(limit=5)) == 5
    function = next(one for one in await sdk.tools.list() if one.type == "function")
    changed = await sdk.tools.update(
        function.id, request={"type": "function", "function": {"name": "ouverture"}}
    )
    assert changed.function.name == "ouverture"
    assert changed.server.url == "https://example.test/horaires"
    await sdk.refused(400, sdk.tools.create(request={"type": "telepathy"}))
    await sdk.refused(400, sdk.tools.create(request={"type": "function", "spell": 1}))
    await sdk.refused(404, sdk.tools.get(str(uuid4())))
    assert (await sdk.tools.delete(function.id)).id == function.id
    await sdk.refused(404, sdk.tools.get(function.id))
