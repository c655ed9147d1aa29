"""Settings: access keys, the voice platform, the language model, the account."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from allokoli.core.database import session
from allokoli.core.errors import Forbidden, InvalidInput, TooMany
from allokoli.core.i18n import mark as _
from allokoli.core.identity import Identity
from allokoli.core.settings import get_settings
from allokoli.platform.accounts import service as accounts
from allokoli.platform.language_models import service as language_models
from allokoli.platform.language_models.schemas import LanguageModelChoice, Trial
from allokoli.platform.organizations import service
from allokoli.platform.organizations.schemas import ApiKeyCreate
from allokoli.web.form_fields import Text
from allokoli.web.locale_path import PREFIX
from allokoli.web.session_cookies import Owner
from allokoli.web.templating import gettext, render

router = APIRouter(prefix=PREFIX + "/settings")


_PLATFORMS = {
    "engine": (
        _("Moteur intégré"),
        _("Les appels sont pris sur votre machine. Aucune clé n’est nécessaire."),
    ),
    "vapi": (_("Vapi (États-Unis)"), _("Les appels sont pris par Vapi, avec votre clé.")),
    "vapi-eu": (_("Vapi (Europe)"), _("Les appels sont pris par Vapi, avec votre clé.")),
}


_WRONG_MODEL = _("Vérifiez l’adresse, le nom et la clé du modèle.")
_TRIALS = {
    None: _("Le modèle a répondu."),
    "slow": _("Le modèle n’a pas répondu à temps."),
    "unreachable": _("Personne ne répond à cette adresse."),
    "refused": _("Le modèle a refusé la demande."),
    "nonsense": _("La réponse du modèle n’est pas utilisable."),
}


@router.get("")
async def show(request: Request, locale: str, owner: Owner) -> HTMLResponse:
    return await _page(request, locale, owner)


@router.post("/keys")
async def create_key(
    request: Request, locale: str, owner: Owner, name: Text = "", kind: Text = ""
) -> Response:
    _only_admins(owner)
    try:
        wanted = ApiKeyCreate.model_validate({"name": name, "kind": kind})
    except ValidationError:
        return RedirectResponse(f"/{locale}/settings", 303)
    async with session(owner) as opened:
        _row, key = await service.create_api_key(opened, owner, wanted)
    # Shown in this answer only: no address leads to it again.
    return await _page(request, locale, owner, new_key=key)


@router.post("/keys/{key_id}/revoke")
async def revoke_key(locale: str, owner: Owner, key_id: UUID) -> Response:
    _only_admins(owner)
    async with session(owner) as opened:
        await service.revoke_api_key(opened, key_id)
    return RedirectResponse(f"/{locale}/settings", 303)


@router.post("/language-model")
async def choose_model(
    request: Request,
    locale: str,
    owner: Owner,
    url: Text = "",
    name: Text = "",
    key: Text = "",
    wait_s: Text = "4",
) -> Response:
    """Keep the model and ask it for one word at once; an empty key leaves the stored one."""
    _only_admins(owner)
    given = {"url": url, "name": name, "wait_s": wait_s, "key": key or None}
    try:
        choice = LanguageModelChoice.model_validate(given)
        async with session(owner) as opened:
            await language_models.choose(opened, owner, choice)
    except ValidationError:
        refused = gettext(locale, _WRONG_MODEL)
        return await _page(request, locale, owner, model_refused=refused)
    except InvalidInput as error:
        return await _page(request, locale, owner, model_refused=gettext(locale, error.message))
    return await _tried(request, locale, owner)


@router.post("/language-model/try")
async def try_model(request: Request, locale: str, owner: Owner) -> Response:
    _only_admins(owner)
    return await _tried(request, locale, owner)


@router.post("/language-model/forget")
async def forget_model(locale: str, owner: Owner) -> Response:
    _only_admins(owner)
    async with session(owner) as opened:
        await language_models.forget(opened, owner)
    return RedirectResponse(f"/{locale}/settings#language-model", 303)


async def _tried(request: Request, locale: str, owner: Identity) -> HTMLResponse:
    try:
        trial = await language_models.attempt(owner)
    except TooMany as error:
        return await _page(request, locale, owner, model_refused=gettext(locale, error.message))
    return await _page(request, locale, owner, trial=trial)


def _only_admins(owner: Identity) -> None:
    if owner.role not in {"owner", "admin"}:
        raise Forbidden("Cette action est réservée aux administrateurs de l’organisation.")


async def _page(
    request: Request,
    locale: str,
    owner: Identity,
    *,
    new_key: str = "",
    model_refused: str = "",
    trial: Trial | None = None,
) -> HTMLResponse:
    async with session(owner) as opened:
        model = await language_models.get(opened, owner)
        keys = await service.list_api_keys(opened)
        platform = await service.voice_platform(opened, owner)
        person = await accounts.described(opened, owner)
    return render(
        request,
        "settings/index.html",
        headers={"cache-control": "no-store"},
        keys=keys,
        new_key=new_key,
        platform=_described(platform.kind, locale),
        person=person,
        model=model,
        model_refused=model_refused,
        trial=trial,
        trial_words=gettext(locale, _TRIALS[trial.problem]) if trial else "",
        may_choose=owner.role in {"owner", "admin"},
    )


def _described(kind: str, locale: str) -> dict[str, Any]:
    label, sentence = _PLATFORMS[kind]
    return {
        "label": gettext(locale, label),
        "sentence": gettext(locale, sentence),
        "base_url": get_settings().engine_public_url,
    }
