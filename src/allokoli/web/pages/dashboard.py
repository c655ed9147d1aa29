"""The overview: today's figures, the latest calls, the assistants."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.platform.analytics import service as analytics
from allokoli.platform.assistants import service as assistants
from allokoli.platform.calls import service as calls
from allokoli.platform.calls.schemas import CallFilters
from allokoli.web.locale_path import PREFIX
from allokoli.web.pages.assistants import card
from allokoli.web.session_cookies import Owner
from allokoli.web.templating import render

router = APIRouter(prefix=PREFIX + "/dashboard")

_LATEST = 8


@router.get("")
async def show(request: Request, owner: Owner) -> HTMLResponse:
    async with session(owner) as opened:
        known = await assistants.list_assistants(opened)
    cards = [card(one) for one in known.data]
    return render(request, "dashboard.html", assistants=cards, **await _live(owner))


@router.get("/live")
async def live(request: Request, owner: Owner) -> HTMLResponse:
    """What moves on the page, asked for again every few seconds."""
    return render(request, "dashboard/live.html", **await _live(owner))


async def _live(owner: Identity) -> dict[str, Any]:
    async with session(owner) as opened:
        figures = await analytics.overview(opened, owner)
        latest = await calls.list_calls(opened, CallFilters(), limit=_LATEST)
    return {"figures": figures, "calls": latest.data, "timezone": figures.timezone}
