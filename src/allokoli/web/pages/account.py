"""Signing up, in and out."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from allokoli.core.errors import AlloKoliError, InvalidInput
from allokoli.core.http import machine_of
from allokoli.core.i18n import mark as _
from allokoli.platform.accounts import login_sessions, service
from allokoli.platform.accounts.schemas import Login, Register, SignedIn
from allokoli.web.form_fields import Text
from allokoli.web.locale_path import PREFIX
from allokoli.web.session_cookies import ACCESS, MaybeOwner, sign_in, sign_out
from allokoli.web.templating import gettext, render

router = APIRouter(prefix=PREFIX)

_WRONG_ADDRESS = _("Cette adresse e-mail n’est pas valable.")
_SHORT_PASSWORD = _("Choisissez un mot de passe de huit caractères au moins.")


@router.get("/signup")
async def signup_page(request: Request, locale: str, owner: MaybeOwner, next: str = "") -> Response:  # noqa: A002 - a name of the web
    return _front(request, locale, "account/signup.html", owner, next)


@router.get("/login")
async def login_page(request: Request, locale: str, owner: MaybeOwner, next: str = "") -> Response:  # noqa: A002 - same
    return _front(request, locale, "account/login.html", owner, next)


@router.post("/signup")
async def signup(
    request: Request,
    locale: str,
    email: Text = "",
    password: Text = "",
    next: Text = "",  # noqa: A002 - same
) -> Response:
    try:
        signed_in = await register(request, email, password, locale)
    except AlloKoliError as error:
        return refused(request, locale, "account/signup.html", error, email=email, next=next)
    return _welcome(signed_in, _inside(next, locale))


@router.post("/login")
async def login(
    request: Request,
    locale: str,
    email: Text = "",
    password: Text = "",
    next: Text = "",  # noqa: A002 - same
) -> Response:
    try:
        signed_in = await service.login(_login(email, password), machine=machine_of(request))
    except AlloKoliError as error:
        return refused(request, locale, "account/login.html", error, email=email, next=next)
    return _welcome(signed_in, _inside(next, locale))


@router.post("/logout")
async def logout(request: Request, locale: str) -> Response:
    await login_sessions.revoke(request.cookies.get(ACCESS, ""))
    answer = RedirectResponse(f"/{locale}", 303)
    sign_out(answer)
    return answer


async def register(request: Request, email: str, password: str, locale: str) -> SignedIn:
    """Make an account from a form.

    Raises:
        InvalidInput: the address or the password cannot be.
        Conflict: the address already has an account.
        TooMany: too many accounts were asked for from there.
    """
    try:
        wanted = Register(email=email.strip(), password=password)
    except ValidationError as error:
        raise _explained(error) from None
    return await service.register(wanted, locale=locale, machine=machine_of(request))


def refused(
    request: Request, locale: str, template: str, error: AlloKoliError, **fields: Any
) -> HTMLResponse:
    """The form again, with what was wrong."""
    trouble = gettext(locale, error.message)
    return render(request, template, status=error.status, trouble=trouble, **fields)


def _login(email: str, password: str) -> Login:
    try:
        return Login(email=email.strip(), password=password)
    except ValidationError as error:
        raise _explained(error) from None


def _explained(error: ValidationError) -> AlloKoliError:
    wrong = {problem["loc"][0] for problem in error.errors()}
    sentence = _WRONG_ADDRESS if "email" in wrong else _SHORT_PASSWORD
    return InvalidInput(sentence)


def _front(
    request: Request, locale: str, template: str, owner: object | None, target: str
) -> Response:
    if owner is not None:
        return RedirectResponse(_inside(target, locale), 303)
    return render(request, template, trouble="", email="", next=target)


def _welcome(signed_in: SignedIn, target: str) -> Response:
    answer = RedirectResponse(target, 303)
    sign_in(answer, signed_in)
    return answer


def _inside(target: str, locale: str) -> str:
    """A path of this site; anything else becomes the dashboard."""
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and "\n" not in target
    return target if inside else f"/{locale}/dashboard"
