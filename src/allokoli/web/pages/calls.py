"""Calls: the history with its filters, one call, its recording."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, get_args
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, Response

from allokoli.core.database import session
from allokoli.core.errors import InvalidInput, NotFound
from allokoli.core.i18n import mark as _
from allokoli.core.identity import Identity
from allokoli.platform.assistants import service as assistants
from allokoli.platform.calls import recording, service
from allokoli.platform.calls.schemas import CallFilters, CallType
from allokoli.platform.organizations import service as organizations
from allokoli.web import call_view
from allokoli.web.locale_path import PREFIX
from allokoli.web.session_cookies import Owner
from allokoli.web.templating import gettext, render

router = APIRouter(prefix=PREFIX + "/calls")

_PAGE = 25
_OUTCOMES = (("success", _("Abouti")), ("failure", _("Non abouti")))


class Chosen:
    """The filters as the form sends them: empty fields choose nothing."""

    def __init__(
        self,
        from_: Annotated[str, Query(alias="from", max_length=10)] = "",
        to: Annotated[str, Query(max_length=10)] = "",
        type: Annotated[str, Query(max_length=40)] = "",  # noqa: A002 - the form's name
        assistant_id: Annotated[str, Query(max_length=40)] = "",
        outcome: Annotated[str, Query(max_length=10)] = "",
        cursor: Annotated[str, Query(max_length=200)] = "",
    ) -> None:
        self.from_, self.to, self.type = from_, to, type
        self.assistant_id, self.outcome, self.cursor = assistant_id, outcome, cursor

    def fields(self) -> dict[str, str]:
        """What was chosen, without the page."""
        return {
            name: value
            for name, value in (
                ("from", self.from_),
                ("to", self.to),
                ("type", self.type),
                ("assistant_id", self.assistant_id),
                ("outcome", self.outcome),
            )
            if value
        }

    def filters(self, timezone: str) -> CallFilters:
        """As the service takes them; whole days of the owner's time zone.

        Raises:
            InvalidInput: a value no form sends.
        """
        zone = ZoneInfo(timezone)
        try:
            return CallFilters(
                created_after=_midnight(self.from_, zone),
                created_before=_midnight(self.to, zone, days=1),
                type=self.type or None,
                assistant_id=UUID(self.assistant_id) if self.assistant_id else None,
                outcome=self.outcome or None,
            )
        except (ValidationError, ValueError):
            raise InvalidInput("Certaines informations ne sont pas valables.") from None


@router.get("")
async def index(
    request: Request, locale: str, owner: Owner, chosen: Annotated[Chosen, Depends()]
) -> HTMLResponse:
    async with session(owner) as opened:
        timezone = await timezone_of(opened, owner)
        filters = chosen.filters(timezone)
        page = await service.list_calls(opened, filters, cursor=chosen.cursor or None, limit=_PAGE)
        known = await assistants.list_assistants(opened, limit=100)
    older = {**chosen.fields(), "cursor": page.next_cursor} if page.next_cursor else None
    return render(
        request,
        "calls/index.html",
        calls=page.data,
        assistants=known.data,
        chosen=chosen,
        filtered=bool(chosen.fields()),
        call_types=get_args(CallType),
        outcomes=[(code, gettext(locale, label)) for code, label in _OUTCOMES],
        next_page=f"/{locale}/calls?{urlencode(older)}" if older else None,
        timezone=timezone,
    )


@router.get("/{call_id}")
async def show(request: Request, locale: str, owner: Owner, call_id: UUID) -> HTMLResponse:
    async with session(owner) as opened:
        call = await service.get_call(opened, call_id)
        blueprint = await _blueprint(opened, call.assistant_id)
        timezone = await timezone_of(opened, owner)
    return render(
        request,
        "calls/show.html",
        call=call,
        turns=call_view.turns(call),
        noted=call_view.noted(call, blueprint, locale),
        explained=bool(blueprint),
        timezone=timezone,
    )


@router.get("/{call_id}/recording")
async def play(
    owner: Owner,
    call_id: UUID,
    wanted: Annotated[str | None, Header(alias="Range", max_length=100)] = None,
) -> Response:
    """Both sides of the call, for the page's player."""
    return await recording.play(owner, call_id, wanted)


async def timezone_of(opened: AsyncSession, owner: Identity) -> str:
    """The time zone the owner lives in."""
    return (await organizations.get_organization(opened, owner)).timezone


async def _blueprint(opened: AsyncSession, assistant_id: UUID | None) -> dict[str, Any] | None:
    if assistant_id is None:
        return None
    try:
        return (await assistants.get_assistant(opened, assistant_id)).blueprint
    except NotFound:
        return None


def _midnight(day: str, zone: ZoneInfo, *, days: int = 0) -> datetime | None:
    if not day:
        return None
    return datetime.combine(date.fromisoformat(day) + timedelta(days=days), time(), zone)
