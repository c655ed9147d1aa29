"""`@vapi-ai/server-sdk` 2.0.1, unmodified, over the core groups."""

import json
import sys
from pathlib import Path

from nodejs import run_node

SCRIPT = Path(__file__).parent / "node" / "core-groups.mjs"


async def test_the_core_groups_work(world, capsys) -> None:
    tenant = world.tenant
    printed = await run_node(SCRIPT, tenant.base_url, tenant.private, f"{world.url}/v1")
    used = json.loads(printed)
    with capsys.disabled():
        sys.stdout.write(f"\n@vapi-ai/server-sdk 2.0.1: {sum(used.values())} methods {used}\n")
    assert used == {
        "assistants": 5,
        "squads": 5,
        "tools": 5,
        "phoneNumbers": 5,
        "sessions": 5,
        "files": 5,
        "calls": 4,
        "chats": 5,
        "structuredOutputs": 5,
        "analytics": 1,
    }
