"""The mails AlloKoli sent or keeps, for the operator."""

import re
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from allokoli.core.database import session
from allokoli.core.settings import get_settings
from allokoli.platform.mails import service
from allokoli.web.locale_path import PREFIX
from allokoli.web.pages.calls import timezone_of
from allokoli.web.session_cookies import Owner
from allokoli.web.templating import render

router = APIRouter(prefix=PREFIX + "/outbox")

_ADDRESS = re.compile(r"(https?://[^\s<>\"]+[^\s<>\".,;:!?)])")


@router.get("")
async def index(request: Request, owner: Owner, cursor: str | None = None) -> HTMLResponse:
    async with session(owner) as opened:
        page = await service.list_mails(opened, cursor=cursor)
        timezone = await timezone_of(opened, owner)
    return render(
        request,
        "outbox/index.html",
        mails=page.data,
        next_cursor=page.next_cursor,
        smtp=bool(get_settings().smtp_url),
        timezone=timezone,
    )


@router.get("/{mail_id}")
async def show(request: Request, owner: Owner, mail_id: UUID) -> HTMLResponse:
    async with session(owner) as opened:
        mail = await service.get_mail(opened, mail_id)
        timezone = await timezone_of(opened, owner)
    return render(
        request, "outbox/show.html", mail=mail, mail_pieces=_pieces(mail.text), timezone=timezone
    )


def _pieces(text: str) -> list[tuple[str, str | None]]:
    """A mail's text cut around its links: words, and the address they lead to."""
    return [
        (piece, piece if _ADDRESS.fullmatch(piece) else None)
        for piece in _ADDRESS.split(text)
        if piece
    ]
