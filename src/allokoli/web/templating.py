"""Pages from templates: one Jinja environment a language, every string through gettext."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from allokoli.core.i18n import LOCALES, direction, translator
from allokoli.web import built_assets, formats, wording
from allokoli.web.typography import typeset

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGE_NAMES = {"fr": "Français", "en": "English", "he": "עברית"}
THEMES = ("tomette", "veillee")


def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """Answer with a page in the language of the address.

    Args:
        request: whose path starts with the language.
        template: file name under `templates/`.
        status: of the answer.
        headers: of the answer.
        context: what the template shows.
    """
    locale = locale_of(request)
    page = environment(locale).get_template(template)
    theme = request.cookies.get("theme", "")
    context.setdefault("timezone", formats.DEFAULT_TIMEZONE)
    html = page.render(
        request=request,
        signed_in=getattr(request.state, "identity", None) is not None,
        theme=theme if theme in THEMES else "",
        path=request.url.path,
        elsewhere=_other_languages(request, locale),
        **context,
    )
    return HTMLResponse(html, status, {"content-language": locale, **(headers or {})})


def locale_of(request: Request) -> str:
    """The language of a page, from its address, else from the person's preferences."""
    first = request.url.path.split("/", 2)[1]
    return first if first in LOCALES else preferred_locale(request)


def preferred_locale(request: Request) -> str:
    """The language chosen before, else the browser's, else the house's."""
    return formats.preferred_locale(
        request.cookies.get("locale"), request.headers.get("accept-language")
    )


@lru_cache(maxsize=len(LOCALES))
def environment(locale: str) -> Environment:
    """The templates of a language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        gettext=lambda text: gettext(locale, text),
        ngettext=lambda one, many, count: ngettext(locale, one, many, count),
        newstyle=True,
    )
    made.filters["typeset"] = typeset
    made.globals.update(
        locale=locale,
        direction=direction(locale),
        here=lambda path="": f"/{locale}{path}",
        script=built_assets.script,
        styles=built_assets.styles,
        **formats.of(locale),
        **wording.of(lambda text: gettext(locale, text)),
    )
    drawn = made.get_template("parts/icons.html").module
    made.globals.update({name: getattr(drawn, name) for name in ("icon", "logo", "wave")})
    return made


def gettext(locale: str, text: str) -> str:
    """A sentence in a language, with French typography in French."""
    found = translator(locale).gettext(text)
    return typeset(found) if locale == "fr" else found


def ngettext(locale: str, one: str, many: str, count: int) -> str:
    """A sentence that counts, in a language."""
    if locale == "fr":
        # French counts 0 and 1 alike.
        return typeset(one if abs(count) < 2 else many)  # noqa: PLR2004 - a rule of grammar
    return translator(locale).ngettext(one, many, count)


def _other_languages(request: Request, locale: str) -> list[tuple[str, str, str]]:
    rest = request.url.path.removeprefix(f"/{locale}") if request.method == "GET" else ""
    return [
        (code, name, f"/{code}{rest}") for code, name in LANGUAGE_NAMES.items() if code != locale
    ]
