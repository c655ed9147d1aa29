"""Signed-in people, from their cookies: the same tokens as the API's, out of scripts' reach."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from allokoli.core.errors import Unauthorized
from allokoli.core.identity import Identity
from allokoli.core.settings import get_settings
from allokoli.platform.accounts import login_sessions
from allokoli.platform.accounts.schemas import SignedIn

ACCESS = "access"
REFRESH = "refresh"
_NO_COOKIES = ("/api/", "/engine/", "/static/")


class SessionCookies:
    """Finds who asks for a page, and renews their tokens in passing when the short one is over."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_NO_COOKIES):
            await self.app(scope, receive, send)
            return
        cookies = Request(scope).cookies
        identity, kept = await _recognize(cookies.get(ACCESS), cookies.get(REFRESH))
        scope.setdefault("state", {})["identity"] = identity

        async def with_cookies(message: Message) -> None:
            if message["type"] == "http.response.start" and kept is not None:
                headers = MutableHeaders(scope=message)
                # A page that signs in or out has already written its own.
                if not any(f"{REFRESH}=" in value for value in headers.getlist("set-cookie")):
                    for value in kept.headers.getlist("set-cookie"):
                        headers.append("set-cookie", value)
            await send(message)

        await self.app(scope, receive, with_cookies)


def sign_in(response: Response, tokens: SignedIn | login_sessions.Tokens) -> None:
    """Keep somebody signed in."""
    _set(response, ACCESS, tokens.access_token, tokens.expires_in)
    _set(response, REFRESH, tokens.refresh_token, login_sessions.REFRESH_S)


def sign_out(response: Response) -> None:
    """Forget somebody."""
    response.delete_cookie(ACCESS)
    response.delete_cookie(REFRESH)


def identity_of(request: Request) -> Identity | None:
    """Who asks, when they are signed in."""
    found: Identity | None = getattr(request.state, "identity", None)
    return found


def _owner(request: Request) -> Identity:
    identity = identity_of(request)
    if identity is None:
        raise Unauthorized("Connectez-vous pour continuer.")
    return identity


Owner = Annotated[Identity, Depends(_owner)]
MaybeOwner = Annotated[Identity | None, Depends(identity_of)]


async def _recognize(
    access: str | None, refresh: str | None
) -> tuple[Identity | None, Response | None]:
    """Who holds these tokens, and the cookies to write, if any."""
    if access:
        try:
            return await login_sessions.identify(access), None
        except Unauthorized:
            pass
    if not refresh:
        return None, None
    carrier = Response()
    try:
        renewed = await login_sessions.renew(refresh)
    except Unauthorized:
        sign_out(carrier)
        return None, carrier
    sign_in(carrier, renewed.tokens)
    return renewed.identity, carrier


def _set(response: Response, name: str, value: str, life_s: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=life_s,
        httponly=True,
        samesite="lax",
        secure=get_settings().public_url.startswith("https://"),
    )
