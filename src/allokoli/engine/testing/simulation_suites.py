"""What simulation suites do beyond being kept: be copied."""

from typing import Any

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.kinds import SIMULATION_SUITE

_MAX_NAME = 80
_COPY = " (copy)"


async def duplicate(identity: Identity, suite_id: str) -> dict[str, Any]:
    """Copy a suite; the copy runs the same simulations.

    Raises:
        Invalid: the id.
        Missing: there is none.
    """
    async with session(identity) as opened:
        suite = resources.whole_body(await resources.row(opened, SIMULATION_SUITE, suite_id))
        name = str(suite.get("name") or "")[: _MAX_NAME - len(_COPY)] + _COPY
        row = await resources.insert(opened, identity, SIMULATION_SUITE, {**suite, "name": name})
        return resources.shown(SIMULATION_SUITE, row)
