"""What the browser is told to refuse, and what we refuse from a browser."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from allokoli.core.settings import get_settings

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; media-src 'self' blob:; connect-src 'self'; manifest-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "microphone=(self), camera=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}
_SAFE = {"GET", "HEAD", "OPTIONS"}
# These answer to bearer keys, which a browser never sends by itself.
_NO_COOKIES = ("/api/", "/engine/")


class BrowserGuard:
    """Adds the security headers to pages, and refuses writes coming from other sites."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_NO_COOKIES):
            await self.app(scope, receive, send)
            return
        if scope["method"] not in _SAFE and not from_our_pages(Headers(scope=scope)):
            await PlainTextResponse("Cross-site request refused.", 403)(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers)


def from_our_pages(headers: Headers) -> bool:
    """Whether a write comes from one of our pages.

    Browsers say where a form was sent from (`Origin`, Fetch Metadata); a program that says neither
    carries no one's cookies but its own.
    """
    origin = headers.get("origin")
    if origin is not None:
        ours = {headers.get("host", ""), urlsplit(get_settings().public_url).netloc}
        return urlsplit(origin).netloc in ours
    return headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
