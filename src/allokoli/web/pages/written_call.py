"""A call in writing: the conversation of a voice call, to try without a microphone."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError
from allokoli.core.identity import Identity
from allokoli.platform.calls import service
from allokoli.platform.calls.schemas import CallCreate, CallDetail, Transport
from allokoli.platform.messages import service as messages
from allokoli.platform.messages.schemas import MessageCreate
from allokoli.web import call_view
from allokoli.web.form_fields import Text
from allokoli.web.locale_path import PREFIX
from allokoli.web.session_cookies import Owner
from allokoli.web.templating import gettext, render

router = APIRouter(prefix=PREFIX)


@router.post("/test/{assistant_id}/written")
async def start(locale: str, owner: Owner, assistant_id: UUID) -> Response:
    wanted = CallCreate(assistant_id=assistant_id, transport=Transport(provider="text"))
    call = await service.create_call(owner, wanted)
    return RedirectResponse(f"/{locale}/calls/{call.id}/written", 303)


@router.get("/calls/{call_id}/written")
async def show(request: Request, owner: Owner, call_id: UUID) -> HTMLResponse:
    call = await _call(owner, call_id)
    return render(request, "written/show.html", call=call, turns=call_view.turns(call), trouble="")


@router.post("/calls/{call_id}/messages")
async def say(
    request: Request, locale: str, owner: Owner, call_id: UUID, text: Text = ""
) -> Response:
    before, trouble = await _call(owner, call_id), ""
    try:
        await messages.say(owner, call_id, MessageCreate(content=text))
    except AlloKoliError as error:
        trouble = gettext(locale, error.message)
    if not request.headers.get("hx-request"):
        return RedirectResponse(f"/{locale}/calls/{call_id}/written", 303)
    call = await _call(owner, call_id)
    said = call_view.turns(call)[len(call_view.turns(before)) :]
    return render(request, "written/exchange.html", call=call, turns=said, trouble=trouble)


@router.post("/calls/{call_id}/end")
async def end(locale: str, owner: Owner, call_id: UUID) -> Response:
    await service.end_call(owner, call_id)
    return RedirectResponse(f"/{locale}/calls/{call_id}", 303)


async def _call(owner: Identity, call_id: UUID) -> CallDetail:
    async with session(owner) as opened:
        return await service.get_call(opened, call_id)
