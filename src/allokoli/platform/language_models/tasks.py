from uuid import UUID

import structlog
from sqlalchemy import select

from allokoli.core import jobs
from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError, NotFound
from allokoli.core.identity import Identity
from allokoli.platform.assistants.models import ASSISTANTS, Assistant
from allokoli.platform.mirror import saga
from allokoli.platform.mirror.own_model import follows

_log = structlog.get_logger()


@jobs.task("platform.apply_language_model")
async def apply_language_model(org_id: str) -> None:
    """Tell the voice platform which model answers for each assistant that follows the choice."""
    identity = Identity.job(UUID(org_id))
    async with session(identity) as opened:
        rows = await opened.scalars(select(Assistant).where(Assistant.sync != "discarding"))
        following = [row.id for row in rows if follows(row.config)]
    left: AlloKoliError | None = None
    for assistant_id in following:
        try:
            await saga.update(
                identity,
                ASSISTANTS,
                assistant_id,
                lambda row: {"model": row.config["model"]},
                replace=True,
            )
        except NotFound:
            continue
        except AlloKoliError as error:
            _log.warning("model_not_applied", assistant_id=str(assistant_id), code=error.code)
            left = error
    if left is not None:
        # The job is tried again later; those that were told are told again, which harms nothing.
        raise left
