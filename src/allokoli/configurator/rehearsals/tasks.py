from uuid import UUID

from allokoli.configurator.rehearsals import rehearsing
from allokoli.core import jobs
from allokoli.core.identity import Identity


@jobs.task("configurator.rehearse", retry=3)
async def rehearse(org_id: str, assistant_id: str, run_id: str) -> None:
    """Let the simulated callers of an assistant call it."""
    await rehearsing.rehearse(Identity.job(org_id), UUID(assistant_id), UUID(run_id))
