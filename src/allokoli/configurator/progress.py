"""Tells whoever watches a session how its creation goes; each change is a transaction."""

from uuid import UUID

from allokoli.configurator import replies, repository, steps
from allokoli.configurator.models import ConfiguratorSession
from allokoli.core import clock, events
from allokoli.core.database import session
from allokoli.core.identity import Identity


async def running(identity: Identity, session_id: UUID, name: str) -> None:
    """A step begins, so the ones before it are done."""
    async with session(identity) as opened:
        row = await repository.session_row(opened, session_id, lock=True)
        if row is None:
            return
        for earlier in steps.NAMES[: steps.NAMES.index(name)]:
            steps.mark(row, earlier, "done")
        steps.mark(row, name, "running")
        await events.publish(opened, f"session:{session_id}", event="step", name=name)


async def failed(identity: Identity, session_id: UUID, error: Exception) -> None:
    """The creation failed: the owner may say yes again."""
    async with session(identity) as opened:
        row = await repository.session_row(opened, session_id, lock=True)
        if row is None or row.status != "creating":
            return
        steps.fail(row)
        row.status, row.assistant_id = "confirming", None
        row.reply, row.suggestions = replies.failed(row.locale, error), [replies.yes(row.locale)]
        say(row)
        await events.publish(opened, f"session:{session_id}", event="session", status=row.status)


def say(row: ConfiguratorSession) -> None:
    """Add the reply to what was said."""
    line = {"role": "assistant", "text": row.reply, "at": clock.now().isoformat()}
    row.messages = [*row.messages, line]
