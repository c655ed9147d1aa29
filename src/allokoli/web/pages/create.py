"""Creating an assistant by talking: the conversation, the account in its middle, the creation.

The conversation a browser holds is named by a cookie; the page works without scripts, and with
them each message only changes what it must.
"""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from allokoli.configurator import service, voice
from allokoli.configurator.schemas import SessionRead
from allokoli.core.errors import AlloKoliError, InvalidInput, NotFound
from allokoli.core.http import machine_of
from allokoli.core.identity import Identity
from allokoli.core.settings import get_settings
from allokoli.platform.accounts import login_sessions
from allokoli.web.call_words import talk_words
from allokoli.web.conversation_view import conversation
from allokoli.web.form_fields import Text
from allokoli.web.locale_path import PREFIX
from allokoli.web.pages.account import register
from allokoli.web.session_cookies import MaybeOwner, sign_in
from allokoli.web.templating import gettext, render

router = APIRouter(prefix=PREFIX + "/create")

COOKIE = "conversation"
_COOKIE_LIFE_S = 7 * 24 * 3600
_FINISHED = {"created", "abandoned"}


@router.get("")
async def show(
    request: Request,
    locale: str,
    owner: MaybeOwner,
    new: bool = False,
    template: str | None = None,
) -> Response:
    """The conversation where it stands; `new` begins another once it has ended."""
    held = await held_conversation(request, owner)
    if held is None or template or (new and held.status in _FINISHED):
        return await _begin(request, locale, owner, template)
    if new:
        return RedirectResponse(f"/{locale}/create", 303)
    if owner is not None and held.awaiting_account:
        # They signed in by another door than the form in the conversation.
        held = await service.claim(owner, held.id)
    return render(request, "create.html", **shown(held, locale))


@router.post("/restart")
async def restart(request: Request, locale: str, owner: MaybeOwner) -> Response:
    """Another conversation, from its beginning."""
    return await _begin(request, locale, owner, None)


@router.post("/messages")
async def hear(request: Request, locale: str, owner: MaybeOwner, text: Text = "") -> Response:
    """The owner says something."""
    held = await held_conversation(request, owner)
    if held is None:
        return _back(request, locale)
    try:
        after = await service.hear(owner, held.id, text.strip())
    except AlloKoliError as error:
        if not _partial(request):
            raise
        return _trouble(request, locale, held, error)
    if not _partial(request):
        return RedirectResponse(f"/{locale}/create", 303)
    return render(
        request, "create/exchange.html", fresh=_new_turns(held, after), **shown(after, locale)
    )


@router.post("/signup")
async def signup(
    request: Request, locale: str, owner: MaybeOwner, email: Text = "", password: Text = ""
) -> Response:
    """An account in the middle of the conversation, which then goes on."""
    held = await held_conversation(request, owner)
    if held is None:
        return _back(request, locale)
    try:
        signed_in = await register(request, email, password, locale)
    except AlloKoliError as error:
        fields = {"trouble": gettext(locale, error.message), "email": email}
        template = "create/next.html" if _partial(request) else "create.html"
        context = shown(held, locale) | fields
        return render(request, template, status=error.status, **context)
    identity = await login_sessions.identify(signed_in.access_token)
    await service.claim(identity, held.id)
    answer = _back(request, locale)
    sign_in(answer, signed_in)
    return answer


@router.get("/progress")
async def progress(request: Request, locale: str, owner: MaybeOwner, seen: int = 0) -> Response:
    """What has changed since the page last asked; `seen` turns are there already."""
    held = await held_conversation(request, owner)
    if held is None:
        return _back(request, locale)
    fresh = conversation(held, locale).turns[seen:]
    return render(request, "create/exchange.html", fresh=fresh, **shown(held, locale))


async def held_conversation(request: Request, owner: Identity | None) -> SessionRead | None:
    """The conversation this browser holds, if it is still there and theirs."""
    try:
        return await service.get_session(owner, UUID(request.cookies.get(COOKIE, "")))
    except (ValueError, NotFound):
        return None


async def _begin(
    request: Request, locale: str, owner: Identity | None, template: str | None
) -> Response:
    machine = machine_of(request)
    try:
        opened = await service.open_session(
            owner, locale=locale, template=template, machine=machine
        )
    except InvalidInput:
        opened = await service.open_session(owner, locale=locale, machine=machine)
    answer = RedirectResponse(f"/{locale}/create", 303)
    answer.set_cookie(
        COOKIE,
        str(opened.id),
        max_age=_COOKIE_LIFE_S,
        httponly=True,
        samesite="lax",
        secure=get_settings().public_url.startswith("https://"),
    )
    return answer


def shown(held: SessionRead, locale: str) -> dict[str, Any]:
    """What the page's templates need of a conversation."""
    return {
        "conversation": conversation(held, locale),
        "trouble": "",
        "email": "",
        "logging_in": False,
        "talk": talk_words(locale) if voice.can_speak(held.locale) else None,
    }


def _new_turns(before: SessionRead, after: SessionRead) -> list[Any]:
    return conversation(after, after.locale).turns[len(before.messages) :]


def _trouble(
    request: Request, locale: str, held: SessionRead, error: AlloKoliError
) -> HTMLResponse:
    context = shown(held, locale) | {"trouble": gettext(locale, error.message)}
    return render(request, "create/exchange.html", fresh=[], **context)


def _partial(request: Request) -> bool:
    return "hx-request" in request.headers


def _back(request: Request, locale: str) -> Response:
    """The whole page again."""
    address = f"/{locale}/create"
    if _partial(request):
        return Response(headers={"hx-redirect": address})
    return RedirectResponse(address, 303)
