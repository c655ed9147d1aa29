"""What a call did to the agenda, in a line each, for the mail its owner gets."""

from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.blueprint import agenda_tools
from allokoli.core.i18n import mark, translator
from allokoli.platform.agenda import repository
from allokoli.platform.agenda.confirmations import spoken_moment

_MOST = 50
_DONE = {
    agenda_tools.BOOK_SLOT: ("booked", mark("Noté dans l’agenda")),
    agenda_tools.CHANGE_BOOKING: ("booked", mark("Déplacé dans l’agenda")),
    agenda_tools.CANCEL_BOOKING: ("cancelled", mark("Annulé dans l’agenda")),
}


async def agenda_lines(
    opened: AsyncSession, call_platform_id: str, *, locale: str, timezone: str
) -> list[str]:
    """What a call booked, moved and cancelled, in order; empty for most calls.

    Args:
        opened: a session of the organization.
        call_platform_id: the call's id at the voice platform.
        locale: language of the lines.
        timezone: in which hours are written.
    """
    gettext = translator(locale).gettext
    found: dict[str, None] = {}
    for call in await repository.tool_calls_of(opened, call_platform_id, _MOST):
        key, label = _DONE.get(call.name, ("", ""))
        if not key or call.result.get(key) is not True:
            continue
        for booking_id in call.booking_ids:
            row = await repository.booking(opened, booking_id)
            if row is not None:
                when = spoken_moment(row.starts_at, locale, timezone)
                found[f"{gettext(label)}\u00a0: {when} ({row.reference})"] = None
    return list(found)
