"""The simulated callers of an assistant: how they fared, and calling again."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from allokoli.configurator.rehearsals import service
from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError
from allokoli.core.identity import Identity
from allokoli.platform.assistants import service as assistants
from allokoli.web.locale_path import PREFIX
from allokoli.web.rehearsal_view import rehearsal
from allokoli.web.session_cookies import Owner
from allokoli.web.templating import gettext, render

router = APIRouter(prefix=PREFIX + "/assistants/{assistant_id}/rehearsal")


@router.get("")
async def show(request: Request, locale: str, owner: Owner, assistant_id: UUID) -> Response:
    """The panel alone; without scripts, the page that holds it."""
    if not _partial(request):
        return _page(locale, assistant_id)
    return await _panel(request, locale, owner, assistant_id)


@router.post("")
async def again(request: Request, locale: str, owner: Owner, assistant_id: UUID) -> Response:
    """Let them call again."""
    trouble = ""
    try:
        await service.start(owner, assistant_id)
    except AlloKoliError as error:
        if not _partial(request):
            raise
        trouble = gettext(locale, error.message)
    if not _partial(request):
        return _page(locale, assistant_id)
    return await _panel(request, locale, owner, assistant_id, trouble)


async def _panel(
    request: Request, locale: str, owner: Identity, assistant_id: UUID, trouble: str = ""
) -> HTMLResponse:
    async with session(owner) as opened:
        assistant = await assistants.get_assistant(opened, assistant_id)
    found = await service.latest(owner, assistant_id)
    shown = rehearsal(found, assistant_id, assistant.blueprint, locale)
    return render(request, "rehearsal/panel.html", rehearsal=shown, trouble=trouble)


def _page(locale: str, assistant_id: UUID) -> Response:
    return RedirectResponse(f"/{locale}/assistants/{assistant_id}#rehearsal", 303)


def _partial(request: Request) -> bool:
    return "hx-request" in request.headers
