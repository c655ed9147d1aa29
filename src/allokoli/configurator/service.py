"""The conversation with AlloKoliConfig, kept between its turns.

A session opened without an account is opened by its unguessable id; one that belongs to an
organization only by that organization.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.configurator import (
    conversation,
    editing,
    phrasing,
    progress,
    replies,
    repository,
    steps,
)
from allokoli.configurator.models import ConfiguratorSession
from allokoli.configurator.phrasing_extract import enriched
from allokoli.configurator.schemas import SessionRead, shown
from allokoli.core import clock, events, jobs
from allokoli.core.database import session
from allokoli.core.errors import Conflict, NotFound, Unauthorized
from allokoli.core.identity import Identity
from allokoli.dialogue import Reply, meaning
from allokoli.platform import throttle

MOST_TURNS = 200
# By visitors from one address, in an hour: a school or a fair has many.
_MOST_BEGUN, _HOUR_S = 300, 3_600


async def open_session(
    identity: Identity | None, *, locale: str, template: str | None = None, machine: str = ""
) -> SessionRead:
    """Begin a conversation.

    Args:
        identity: who is signed in; None for a visitor.
        locale: one of "fr", "en", "he".
        template: a template of the catalog to begin with; an unknown one is ignored.
        machine: a visitor's network address, to bound what is asked; "" bounds nothing.

    Raises:
        TooMany: visitors from there began too many in an hour.
    """
    # The first words come in a few seconds: what they mean can be told by then.
    asyncio.get_running_loop().run_in_executor(None, meaning.warm, ())
    session_id = uuid4()
    state, reply = conversation.open(locale, template)
    async with session(holder(identity, session_id)) as opened:
        if identity is None and machine:
            bucket = f"configurator-sessions-from:{machine}"
            await throttle.check(opened, bucket, limit=_MOST_BEGUN, window_s=_HOUR_S)
            await throttle.note(opened, bucket)
        row = ConfiguratorSession(
            id=session_id,
            org_id=identity.org_id if identity else None,
            user_id=identity.user_id if identity else None,
            locale=locale,
            template=template,
            messages=[],
        )
        _take(row, state, reply)
        opened.add(row)
        await opened.flush()
        return shown(row)


async def get_session(identity: Identity | None, session_id: UUID) -> SessionRead:
    """A conversation, as it stands.

    Raises:
        NotFound: none, or another organization's.
    """
    async with session(holder(identity, session_id)) as opened:
        return shown(await _row(opened, session_id))


async def hear(identity: Identity | None, session_id: UUID, words: str) -> SessionRead:
    """The owner says something; once the recap is confirmed the creation begins, exactly once.

    Raises:
        NotFound: none, or another organization's.
        Conflict: the conversation was abandoned.
    """
    held = holder(identity, session_id)
    helped = await phrasing.prepared(held, session_id, words)
    async with session(held) as opened:
        row = await locked(opened, session_id)
        await answer(opened, row, identity, words, helped)
        await opened.flush()
        heard = shown(row)
    return await _in_other_words(held, row, helped) or heard


async def edit(
    identity: Identity | None, session_id: UUID, changes: Mapping[str, Any]
) -> SessionRead:
    """Change parts of the blueprint by hand; the conversation goes on from there.

    Args:
        identity: who is signed in; None for a visitor.
        session_id: the conversation.
        changes: parts in the blueprint's shape.

    Raises:
        NotFound: none, or another organization's.
        Conflict: the creation has begun, or the conversation is over.
        InvalidInput: something a blueprint cannot hold.
    """
    async with session(holder(identity, session_id)) as opened:
        row = await locked(opened, session_id)
        if row.status not in {"collecting", "confirming"}:
            raise Conflict("La création a commencé\u00a0: changez l’assistant une fois créé.")
        before = conversation.OwnerState.from_dict(row.state)
        state, reply = editing.edit(before, changes)
        if reply is not None:
            _take(row, state, reply)
        else:
            row.state, row.blueprint = state.to_dict(), state.blueprint
            row.progress = state.progress
        if reply is not None or state.dialogue.values != before.dialogue.values:
            row.awaiting_account = False
            await _tell(opened, row)
        await opened.flush()
        return shown(row)


async def locked(opened: AsyncSession, session_id: UUID) -> ConfiguratorSession:
    """A conversation that nobody else changes until this transaction ends.

    Raises:
        NotFound: none, or another organization's.
    """
    return await _row(opened, session_id, lock=True)


async def answer(
    opened: AsyncSession,
    row: ConfiguratorSession,
    identity: Identity | None,
    words: str,
    helped: phrasing.Help | None = None,
) -> None:
    """Take one thing the owner says, written or spoken, into their conversation.

    Args:
        opened: a session of whoever holds it.
        row: locked; one that is creating or created only gets an answer.
        identity: who is signed in; None for a visitor.
        words: as said; nothing at all is a silence.
        helped: what a language model found in them; None for none.

    Raises:
        Conflict: the conversation was abandoned, or never ends.
    """
    if row.status == "abandoned":
        raise Conflict("Cette conversation est close. Commencez-en une nouvelle.")
    if row.status in {"collecting", "confirming"}:
        await _answer(opened, row, identity, words, helped)
    else:
        await _answer_meanwhile(opened, row, words)


async def _answer_meanwhile(opened: AsyncSession, row: ConfiguratorSession, words: str) -> None:
    """What is said while the assistant is made, or after, is kept and answered."""
    row.turns += 1
    if row.turns > MOST_TURNS:
        raise Conflict("Cette conversation est close. Commencez-en une nouvelle.")
    _hear(row, words)
    row.reply = replies.meanwhile(row.locale, created=row.status == "created")
    progress.say(row)
    await _tell(opened, row)


async def claim(identity: Identity, session_id: UUID) -> SessionRead:
    """Give a visitor's session to who has just signed in; a creation that waited for it begins.

    Raises:
        NotFound: none, or another organization's.
        Unauthorized: nobody is signed in.
    """
    if identity.org_id is None:
        raise Unauthorized("Connectez-vous pour continuer.")
    async with session(holder(identity, session_id)) as opened:
        row = await _row(opened, session_id, lock=True)
        _attach(row, identity)
        if row.awaiting_account and row.status == "confirming":
            await _begin_creation(opened, row)
        await opened.flush()
        return shown(row)


def holder(identity: Identity | None, session_id: UUID) -> Identity:
    """Who asks, holding the session they name."""
    if identity is None:
        return Identity.visitor(session_id)
    return replace(identity, visitor_id=session_id)


async def _in_other_words(
    held: Identity, row: ConfiguratorSession, helped: phrasing.Help | None
) -> SessionRead | None:
    """The session with its last reply in the model's words; None where the form's own are kept."""
    said = await phrasing.phrased(helped, row)
    if said is None:
        return None
    async with session(held) as opened:
        current = await locked(opened, row.id)
        if (current.turns, current.reply) == (row.turns, row.reply):
            current.reply, current.messages = said, current.messages[:-1]
            progress.say(current)
            await opened.flush()
        return shown(current)


async def _answer(
    opened: AsyncSession,
    row: ConfiguratorSession,
    identity: Identity | None,
    words: str,
    helped: phrasing.Help | None,
) -> None:
    row.turns += 1
    _hear(row, words)
    if row.turns > MOST_TURNS:
        row.status, row.reply, row.asking, row.suggestions = (
            "abandoned",
            replies.too_long(row.locale),
            None,
            [],
        )
        progress.say(row)
        return
    before = row.state
    state, reply = conversation.hear(
        conversation.OwnerState.from_dict(row.state), words, clock.now()
    )
    if helped is not None and helped.turns + 1 == row.turns:
        state, reply = enriched(state, reply, helped.found, clock.now())
    row.awaiting_account = False
    if state.status != "confirmed":
        _take(row, state, reply)
        await _tell(opened, row)
        return
    row.state, row.status, row.blueprint = before, "confirming", state.blueprint
    if identity is not None and identity.org_id is not None:
        if identity.role == "viewer":
            row.reply = replies.only_viewing(row.locale)
            progress.say(row)
            await _tell(opened, row)
            return
        _attach(row, identity)
    if row.org_id is not None:
        await _begin_creation(opened, row)
        return
    row.awaiting_account, row.reply = True, conversation.sign_up_invitation(row.locale)
    progress.say(row)
    await _tell(opened, row)


async def _begin_creation(opened: AsyncSession, row: ConfiguratorSession) -> None:
    from allokoli.configurator.tasks import create_assistant

    row.status, row.awaiting_account, row.assistant_id = "creating", False, uuid4()
    row.reply, row.asking, row.suggestions = replies.creating(row.locale), None, []
    row.progress = 1.0
    steps.begin(row)
    progress.say(row)
    await opened.flush()
    await jobs.defer(opened, create_assistant, org_id=str(row.org_id), session_id=str(row.id))
    await _tell(opened, row)


async def _tell(opened: AsyncSession, row: ConfiguratorSession) -> None:
    await events.publish(opened, f"session:{row.id}", event="session", status=row.status)


async def _row(
    opened: AsyncSession, session_id: UUID, *, lock: bool = False
) -> ConfiguratorSession:
    row = await repository.session_row(opened, session_id, lock=lock)
    if row is None:
        raise NotFound("Cette conversation n’existe pas ou a expiré.")
    return row


def _take(row: ConfiguratorSession, state: conversation.OwnerState, reply: Reply) -> None:
    row.state, row.blueprint = state.to_dict(), state.blueprint
    row.reply, row.asking = reply.text, state.asking
    row.suggestions, row.progress = list(state.suggestions), state.progress
    row.status = "confirming" if state.status == "confirming" else "collecting"
    progress.say(row)


def _attach(row: ConfiguratorSession, identity: Identity) -> None:
    if row.org_id is None:
        row.org_id, row.user_id = identity.org_id, identity.user_id


def _hear(row: ConfiguratorSession, words: str) -> None:
    line = {"role": "user", "text": words, "at": clock.now().isoformat()}
    row.messages = [*row.messages, line]
