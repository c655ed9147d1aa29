"""Records a created assistant, tells the owner and queues the mail: all of it or none."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.blueprint import Blueprint
from allokoli.configurator import progress, replies, repository, steps
from allokoli.configurator.created_mail import created_mail
from allokoli.configurator.models import ConfiguratorSession
from allokoli.configurator.rehearsals import service as rehearsals
from allokoli.core import clock, events, mail
from allokoli.core.database import session
from allokoli.core.errors import NotFound
from allokoli.core.identity import Identity
from allokoli.core.settings import get_settings
from allokoli.platform.accounts import service as accounts
from allokoli.platform.assistants.models import ASSISTANTS
from allokoli.platform.mirror import saga


async def deliver(
    identity: Identity, session_id: UUID, assistant_id: UUID, number: str | None
) -> None:
    """The creation is complete.

    Args:
        identity: the organization's job.
        session_id: whose status is `creating`.
        assistant_id: ours; it already lives at the platform.
        number: the phone number it answers, if any.

    Raises:
        NotFound: the session or the assistant is gone.
    """
    async with session(identity) as opened:
        row = await repository.session_row(opened, session_id, lock=True)
        if row is None:
            raise NotFound("Cette conversation n’existe pas ou a expiré.")
        assistant = await saga.find(opened, ASSISTANTS, assistant_id, lock=True)
        assistant.sync, assistant.sync_at = "synced", clock.now()
        await _mail(opened, identity, row, number)
        for name in steps.NAMES:
            steps.mark(row, name, "done")
        row.status, row.reply, row.suggestions = "created", replies.created(row.locale), []
        progress.say(row)
        await rehearsals.begin(opened, identity, assistant_id, session_id)
        await events.publish(opened, f"session:{session_id}", event="session", status=row.status)
        topic = f"org:{identity.organization}"
        await events.publish(opened, topic, event="assistant", id=str(assistant_id))


async def _mail(
    opened: AsyncSession, identity: Identity, row: ConfiguratorSession, number: str | None
) -> None:
    to = await accounts.email_of(opened, identity, row.user_id)
    if to is None:
        return
    base = get_settings().public_url
    letter = created_mail(
        Blueprint.model_validate(row.blueprint),
        number=number,
        dashboard_url=f"{base}/dashboard",
        test_url=f"{base}/test/{row.assistant_id}",
        locale=row.locale,
    )
    await mail.queue(
        opened, org_id=identity.organization, to=to, subject=letter.subject, text=letter.text
    )
