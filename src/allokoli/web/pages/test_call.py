"""The test page: call an assistant from the browser."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from allokoli.core.database import session
from allokoli.core.security import tokens
from allokoli.platform.assistants import service
from allokoli.web.call_words import call_words
from allokoli.web.locale_path import PREFIX
from allokoli.web.session_cookies import Owner
from allokoli.web.templating import render

router = APIRouter(prefix=PREFIX + "/test")

_TOKEN_LIFE_S = 3600


@router.get("/{assistant_id}")
async def show(request: Request, locale: str, owner: Owner, assistant_id: UUID) -> HTMLResponse:
    async with session(owner) as opened:
        assistant = await service.get_assistant(opened, assistant_id)
    token = tokens.issue(
        {"org_id": str(owner.organization), "assistant_id": assistant.platform_id},
        purpose="web_call",
        ttl_s=_TOKEN_LIFE_S,
    )
    return render(
        request,
        "test/show.html",
        headers={"cache-control": "no-store"},
        assistant=assistant,
        token=token,
        words=call_words(locale),
    )
