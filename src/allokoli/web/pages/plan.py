"""The blueprint beside the conversation, changed by hand one part at a time."""

from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from allokoli.configurator import service
from allokoli.configurator.by_hand import read_part
from allokoli.configurator.editing import PARTS
from allokoli.core import clock
from allokoli.core.errors import AlloKoliError, NotFound
from allokoli.platform.clean_text import cleaned
from allokoli.web.locale_path import PREFIX
from allokoli.web.pages.create import held_conversation, shown
from allokoli.web.session_cookies import MaybeOwner
from allokoli.web.templating import gettext, render

router = APIRouter(prefix=PREFIX + "/create/plan")

_MOST_FIELDS = 400
_MOST_CHARS = 2_000
_TIMEZONE = "Europe/Paris"


@router.post("/{part}")
async def change(request: Request, locale: str, owner: MaybeOwner, part: str) -> Response:
    """One part of the blueprint, as its form sends it."""
    partial = "hx-request" in request.headers
    held = await held_conversation(request, owner)
    if held is None:
        address = f"/{locale}/create"
        if partial:
            return Response(headers={"hx-redirect": address})
        return RedirectResponse(address, 303)
    if part not in PARTS:
        raise NotFound("Cette partie du plan n’existe pas.")
    try:
        sent = await _sent(request)
        zone = ZoneInfo(str(held.blueprint.get("timezone") or _TIMEZONE))
        value = read_part(
            part,
            sent,
            locale=held.locale,
            country=str(held.blueprint.get("country") or ""),
            today=clock.now().astimezone(zone).date(),
        )
        after = await service.edit(owner, UUID(str(held.id)), {part: value})
    except AlloKoliError as error:
        context = shown(held, locale) | {"trouble": gettext(locale, error.message)}
        template = "create/exchange.html" if partial else "create.html"
        status = 200 if partial else error.status
        return render(request, template, status=status, fresh=[], **context)
    if not partial:
        return RedirectResponse(f"/{locale}/create", 303)
    context = shown(after, locale)
    fresh = context["conversation"].turns[len(held.messages) :]
    return render(request, "create/exchange.html", fresh=fresh, **context)


async def _sent(request: Request) -> dict[str, list[str]]:
    """The form's values, cleaned and bounded."""
    found: dict[str, list[str]] = {}
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        for name, value in form.multi_items():
            if isinstance(value, str):
                found.setdefault(name, []).append(cleaned(value[:_MOST_CHARS]))
    return found
