"""My assistants: the list, and one with its settings and latest calls."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from allokoli.configurator.editing import check_parts
from allokoli.configurator.rehearsals import service as rehearsals
from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError, Forbidden, NotFound
from allokoli.core.identity import Identity
from allokoli.platform.assistants import service
from allokoli.platform.assistants.schemas import AssistantRead, AssistantUpdate
from allokoli.platform.calls import service as call_service
from allokoli.platform.calls.schemas import CallFilters
from allokoli.web.locale_path import PREFIX
from allokoli.web.pages.calls import timezone_of
from allokoli.web.pages.plan import sent_part
from allokoli.web.plan_parts import plan_parts
from allokoli.web.rehearsal_view import rehearsal
from allokoli.web.session_cookies import Owner
from allokoli.web.templating import gettext, render

router = APIRouter(prefix=PREFIX + "/assistants")

_LATEST = 10


@router.get("")
async def index(request: Request, owner: Owner) -> HTMLResponse:
    async with session(owner) as opened:
        page = await service.list_assistants(opened)
    return render(request, "assistants/index.html", assistants=[card(one) for one in page.data])


@router.get("/{assistant_id}")
async def show(
    request: Request,
    locale: str,
    owner: Owner,
    assistant_id: UUID,
    saved: bool = False,
) -> HTMLResponse:
    return await _page(request, locale, owner, assistant_id, saved=saved)


@router.post("/{assistant_id}/plan/{part}")
async def change(
    request: Request, locale: str, owner: Owner, assistant_id: UUID, part: str
) -> Response:
    """One part of its blueprint, as its form sends it."""
    if owner.role == "viewer":
        raise Forbidden("Votre rôle permet de consulter, pas de modifier.")
    async with session(owner) as opened:
        found = await service.get_assistant(opened, assistant_id)
    blueprint = found.blueprint or {}
    partial = "hx-request" in request.headers
    try:
        changes = {part: await sent_part(request, part, blueprint, locale)}
        check_parts({**blueprint, **changes}, changes)
        # What is left empty is taken away; a list may be empty.
        kept = {part: None if changes[part] in ({}, "") else changes[part]}
        await service.update_assistant(owner, assistant_id, AssistantUpdate(blueprint=kept))
    except NotFound:
        raise
    except AlloKoliError as error:
        trouble = gettext(locale, error.message)
        if partial:
            return render(request, "plan/trouble.html", part=part, trouble=trouble)
        return await _page(
            request,
            locale,
            owner,
            assistant_id,
            unfolded=part,
            trouble=trouble,
            status=error.status,
        )
    address = f"/{locale}/assistants/{assistant_id}?saved=true#plan"
    return Response(headers={"hx-redirect": address}) if partial else RedirectResponse(address, 303)


@router.post("/{assistant_id}/delete")
async def delete(request: Request, locale: str, owner: Owner, assistant_id: UUID) -> Response:
    try:
        await service.delete_assistant(owner, assistant_id)
    except AlloKoliError as error:
        trouble = gettext(locale, error.message)
        return await _page(
            request, locale, owner, assistant_id, trouble=trouble, status=error.status
        )
    return RedirectResponse(f"/{locale}/assistants", 303)


def card(assistant: AssistantRead) -> dict[str, Any]:
    """An assistant as lists show it."""
    blueprint = assistant.blueprint or {}
    return {"id": assistant.id, "name": assistant.name, "sector": blueprint.get("sector")}


async def _page(
    request: Request,
    locale: str,
    owner: Identity,
    assistant_id: UUID,
    *,
    saved: bool = False,
    unfolded: str = "",
    trouble: str = "",
    status: int = 200,
) -> HTMLResponse:
    async with session(owner) as opened:
        assistant = await service.get_assistant(opened, assistant_id)
        latest = CallFilters(assistant_id=assistant_id)
        calls = await call_service.list_calls(opened, latest, limit=_LATEST)
        timezone = await timezone_of(opened, owner)
    rehearsed = await rehearsals.latest(owner, assistant_id)
    blueprint = assistant.blueprint or {}
    return render(
        request,
        "assistants/show.html",
        status=status,
        assistant=assistant,
        plan=plan_parts(blueprint, locale) if blueprint else [],
        plan_address=f"/{locale}/assistants/{assistant_id}/plan/",
        unfolded=unfolded,
        writes=owner.role != "viewer",
        calls=calls.data,
        rehearsal=rehearsal(rehearsed, assistant_id, blueprint, locale),
        timezone=timezone,
        saved=saved,
        trouble=trouble,
    )
