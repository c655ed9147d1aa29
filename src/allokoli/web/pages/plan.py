"""The blueprint beside the conversation, changed by hand one part at a time."""

from collections.abc import Mapping
from typing import Any
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
        value = await sent_part(request, part, held.blueprint, held.locale)
        after = await service.edit(owner, UUID(str(held.id)), {part: value})
    except AlloKoliError as error:
        trouble = gettext(locale, error.message)
        if partial:
            return render(request, "plan/trouble.html", part=part, trouble=trouble)
        context = shown(held, locale) | {"trouble": trouble}
        return render(request, "create.html", status=error.status, **context)
    if not partial:
        return RedirectResponse(f"/{locale}/create", 303)
    context = shown(after, locale)
    fresh = context["conversation"].turns[len(held.messages) :]
    return render(request, "create/exchange.html", fresh=fresh, **context)


async def sent_part(request: Request, part: str, blueprint: Mapping[str, Any], locale: str) -> Any:
    """A part in the blueprint's shape, as its form sends it.

    Args:
        request: with the form.
        part: its name.
        blueprint: what it belongs to, for its country and clock.
        locale: language its words are read in.

    Raises:
        NotFound: a blueprint has no such part.
        InvalidInput: something that cannot be kept.
    """
    if part not in PARTS:
        raise NotFound("Cette partie du plan n’existe pas.")
    zone = ZoneInfo(str(blueprint.get("timezone") or _TIMEZONE))
    return read_part(
        part,
        await _sent(request),
        locale=locale,
        country=str(blueprint.get("country") or ""),
        today=clock.now().astimezone(zone).date(),
    )


async def _sent(request: Request) -> dict[str, list[str]]:
    """The form's values, cleaned and bounded."""
    found: dict[str, list[str]] = {}
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        for name, value in form.multi_items():
            if isinstance(value, str):
                found.setdefault(name, []).append(cleaned(value[:_MOST_CHARS]))
    return found
