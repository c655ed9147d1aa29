from time import monotonic
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core import clock, jobs, outbound
from allokoli.core.database import session
from allokoli.core.errors import InvalidInput, NotFound
from allokoli.core.identity import Identity
from allokoli.core.security import vault
from allokoli.core.settings import get_settings
from allokoli.platform import throttle
from allokoli.platform.clean_text import cleaned
from allokoli.platform.language_models import repository
from allokoli.platform.language_models.asking import NoAnswer, ask
from allokoli.platform.language_models.models import LanguageModel
from allokoli.platform.language_models.schemas import LanguageModelChoice, Trial
from allokoli.vapi.regions import OwnModel

_TRIAL_S = 10.0
_TRIALS = 10
_TRIALS_WINDOW_S = 60
_SHOWN_CHARS = 80
_ONE_WORD = "Réponds par un seul mot, sans ponctuation : bonjour."


async def get(opened: AsyncSession, identity: Identity) -> LanguageModel | None:
    """The organization's model, its key sealed; None while the guided model answers."""
    return await repository.language_model(opened, identity.organization)


async def choose(
    opened: AsyncSession, identity: Identity, choice: LanguageModelChoice
) -> LanguageModel:
    """Make a model answer for every assistant that follows the organization's choice.

    Raises:
        InvalidInput: the address is not one this installation sends to.
    """
    await _refuse_private(choice.url)
    row = await repository.language_model(opened, identity.organization, lock=True)
    if row is None:
        row = LanguageModel(org_id=identity.organization, url=choice.url)
        opened.add(row)
    # A key goes to the host it was given for, and to no other.
    if choice.key is not None or _host(row.url) != _host(choice.url):
        row.key_sealed = vault.seal(choice.key) if choice.key else None
        row.key_preview = vault.preview(choice.key) if choice.key else None
    row.url, row.name, row.wait_s = choice.url, choice.name, choice.wait_s
    row.updated_at = clock.now()
    await opened.flush()
    await _apply(opened, identity.organization)
    return row


async def forget(opened: AsyncSession, identity: Identity) -> None:
    """Give the assistants back to the guided model, and forget the key."""
    row = await repository.language_model(opened, identity.organization, lock=True)
    if row is not None:
        await opened.delete(row)
        await opened.flush()
        await _apply(opened, identity.organization)


async def attempt(identity: Identity) -> Trial:
    """Ask the chosen model for one word.

    Raises:
        NotFound: none was chosen.
        TooMany: it was tried ten times within a minute.
    """
    async with session(identity) as opened:
        bucket = f"model:{identity.organization}"
        await throttle.check(opened, bucket, limit=_TRIALS, window_s=_TRIALS_WINDOW_S)
        await throttle.note(opened, bucket)
        model = await repository.own_model(opened, identity.organization)
    if model is None:
        raise NotFound("Aucun modèle de langage n’est choisi.")
    began = monotonic()
    question = [{"role": "user", "content": _ONE_WORD}]
    try:
        words = await ask(model, question, timeout_s=_TRIAL_S, max_tokens=20)
    except NoAnswer as failure:
        return Trial(problem=failure.problem, status=failure.status, took_ms=_ms(began))
    return Trial(problem=None, words=cleaned(words)[:_SHOWN_CHARS], took_ms=_ms(began))


async def model_for(org_id: UUID | None) -> OwnModel | None:
    """The model that helps with an owner's words: the organization's, else the operator's.

    Args:
        org_id: None for a visitor.
    """
    if org_id is not None:
        async with session(Identity.job(org_id)) as opened:
            own = await repository.own_model(opened, org_id)
        if own is not None:
            return own
    settings = get_settings()
    if not settings.model_url or not settings.model_name:
        return None
    return OwnModel(settings.model_url, settings.model_name, 4, settings.model_key, trusted=True)


async def _refuse_private(url: str) -> None:
    parts = urlsplit(url)
    allowed = get_settings().private_servers_allowed
    if parts.scheme == "http" and not allowed:
        raise InvalidInput("L’adresse d’un modèle doit commencer par https://.")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        await outbound.checked_addresses(parts.hostname or "", port)
    except outbound.RefusedAddress:
        raise InvalidInput("Cette adresse ne peut pas être utilisée d’ici.") from None
    except httpx.ConnectError:
        # A name may be unknown for a moment; trying the model tells.
        return


async def _apply(opened: AsyncSession, org_id: UUID) -> None:
    from allokoli.platform.language_models.tasks import apply_language_model

    await jobs.defer(opened, apply_language_model, lock=f"model:{org_id}", org_id=str(org_id))


def _host(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _ms(began: float) -> int:
    return round((monotonic() - began) * 1000)
