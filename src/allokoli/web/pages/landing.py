"""The front door, and short addresses that find their language by themselves."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse

from allokoli.web.locale_path import PREFIX
from allokoli.web.templating import preferred_locale, render

router = APIRouter()

# Addresses written in e-mails and said aloud, without a language.
_SHORT = ("create", "login", "signup", "dashboard", "assistants", "calls", "outbox", "settings")
_YEAR_S = 365 * 24 * 3600


@router.get("/")
async def find_language(request: Request) -> RedirectResponse:
    """Send to the landing page in the visitor's language."""
    return RedirectResponse(f"/{preferred_locale(request)}", 302)


@router.get("/test/{assistant_id}")
async def test_in_language(request: Request, assistant_id: str) -> RedirectResponse:
    """The test link of the e-mail."""
    return RedirectResponse(f"/{preferred_locale(request)}/test/{assistant_id}", 302)


async def _short(request: Request) -> RedirectResponse:
    return RedirectResponse(f"/{preferred_locale(request)}{request.url.path}", 302)


for _name in _SHORT:
    router.add_api_route(f"/{_name}", _short, methods=["GET"], name=f"short-{_name}")


@router.get(PREFIX)
async def landing(request: Request, locale: str) -> HTMLResponse:
    """What AlloKoli is, in one screen; coming here in a language chooses it."""
    page = render(request, "landing.html")
    if request.cookies.get("locale") != locale:
        page.set_cookie("locale", locale, max_age=_YEAR_S, samesite="lax", httponly=True)
    return page
