"""Gives each member of a cast the credentials its models need, for the length of a call."""

from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.engine.conversation.cast import Cast, Member
from allokoli.engine.credentials.service import of_providers
from allokoli.engine.models.providers import CUSTOM, LENT


async def lend(opened: AsyncSession, cast: Cast, *, to_servers: bool = True) -> Cast:
    """A cast whose members hold, as `credentials`, those of the organization that they may use.

    The name is one that `core.security.sealed_json` seals: a cast is never stored with keys in the
    clear. An assistant's own `credentials` come first and win; `credentialIds` narrow what is lent.

    Args:
        opened: a session of the organization.
        cast: who may answer.
        to_servers: whether that of the organization's own servers is among them.
    """
    stored = await of_providers(opened, set(LENT) if to_servers else set(LENT) - {CUSTOM})
    if not stored:
        return cast
    return replace(cast, members=tuple(_lent(member, stored) for member in cast.members))


def _lent(member: Member, stored: list[dict[str, Any]]) -> Member:
    assistant = member.assistant
    own = assistant.get("credentials")
    own = [one for one in own if isinstance(one, dict)] if isinstance(own, list) else []
    allowed = assistant.get("credentialIds")
    usable = [
        one
        for one in stored
        if not isinstance(allowed, list) or not allowed or one["id"] in allowed
    ]
    newest: dict[str, dict[str, Any]] = {}
    for one in [*own, *usable]:
        newest.setdefault(str(one.get("provider")), one)
    # Other inline credentials are kept too: they are not for models.
    lent = own + [one for one in newest.values() if one not in own]
    return replace(member, assistant={**assistant, "credentials": lent}) if lent else member
