"""Google's calendar and sheets, over their REST APIs."""

from typing import Any
from urllib.parse import quote

from allokoli.engine.conversation.tools import http
from allokoli.engine.conversation.tools.services import Service, bearer_of, outcome
from allokoli.engine.conversation.tools.tool import (
    Asked,
    Outcome,
    Scene,
    Settings,
    Tool,
    listed,
    made,
    refused,
)

CALENDAR = Service(
    "google calendar",
    "https://www.googleapis.com/calendar/v3",
    ("google.calendar.oauth2-authorization", "google.calendar.oauth2-client"),
)
SHEETS = Service(
    "google sheets", "https://sheets.googleapis.com/v4", ("google.sheets.oauth2-authorization",)
)
_MOMENT = "ISO 8601, with its offset, as 2026-05-04T15:00:00+02:00."


def calendar_event_create(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """`google.calendar.event.create`: see `toolbox`."""
    parameters = _object(
        {
            "summary": "Title of the event.",
            "startDateTime": f"When it begins: {_MOMENT}",
            "endDateTime": f"When it ends: {_MOMENT}",
            "timeZone": "Name of the time zone, as Europe/Paris.",
            "calendarId": "The calendar; primary when omitted.",
            "description": "Further words.",
        },
        ("summary", "startDateTime", "endDateTime"),
    )
    parameters["properties"]["attendees"] = {"type": "array", "items": {"type": "string"}}
    words = "Create an event in the Google calendar."
    return made(settings, "google_calendar_event_create", words, _create_event, parameters)


def calendar_availability_check(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """`google.calendar.availability.check`: see `toolbox`."""
    parameters = _object(
        {
            "startDateTime": f"From when: {_MOMENT}",
            "endDateTime": f"Until when: {_MOMENT}",
            "timeZone": "Name of the time zone, as Europe/Paris.",
            "calendarId": "The calendar; primary when omitted.",
        },
        ("startDateTime", "endDateTime"),
    )
    words = "Tell when the Google calendar is busy."
    return made(settings, "google_calendar_availability_check", words, _busy, parameters)


def sheets_row_append(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """`google.sheets.row.append`: see `toolbox`."""
    parameters = _object(
        {
            "spreadsheetId": "The spreadsheet.",
            "range": "Where its table is, as Sheet1!A:Z.",
        },
        ("spreadsheetId", "range", "values"),
    )
    parameters["properties"]["values"] = {"type": "array", "items": {"type": "string"}}
    words = "Add a row to a Google spreadsheet."
    return made(settings, "google_sheets_row_append", words, _append_row, parameters)


async def _create_event(asked: Asked, scene: Scene) -> Outcome:
    given = asked.arguments
    zone = given.get("timeZone") or str(scene.values.get("timezone") or "") or None
    event: dict[str, Any] = {
        "summary": str(given.get("summary") or ""),
        "description": str(given.get("description") or ""),
        "start": _moment(given.get("startDateTime"), zone),
        "end": _moment(given.get("endDateTime"), zone),
        "attendees": [{"email": str(one)} for one in listed(given.get("attendees"))[:50]],
    }
    if not event["start"] or not event["end"]:
        return refused("startDateTime and endDateTime are needed.")
    calendar = quote(str(given.get("calendarId") or "primary"), safe="")
    answer = await http.exchange(
        "POST",
        f"{CALENDAR.url}/calendars/{calendar}/events",
        headers=await bearer_of(CALENDAR, scene),
        json=event,
    )
    return outcome(CALENDAR, answer, "The event was created.")


async def _busy(asked: Asked, scene: Scene) -> Outcome:
    given = asked.arguments
    if not given.get("startDateTime") or not given.get("endDateTime"):
        return refused("startDateTime and endDateTime are needed.")
    body = {
        "timeMin": str(given["startDateTime"]),
        "timeMax": str(given["endDateTime"]),
        "items": [{"id": str(given.get("calendarId") or "primary")}],
        **({"timeZone": str(given["timeZone"])} if given.get("timeZone") else {}),
    }
    answer = await http.exchange(
        "POST", f"{CALENDAR.url}/freeBusy", headers=await bearer_of(CALENDAR, scene), json=body
    )
    return outcome(CALENDAR, answer)


async def _append_row(asked: Asked, scene: Scene) -> Outcome:
    given = asked.arguments
    row = listed(given.get("values"))
    if not given.get("spreadsheetId") or not row:
        return refused("spreadsheetId and values are needed.")
    sheet = quote(str(given["spreadsheetId"]), safe="")
    where = quote(str(given.get("range") or "Sheet1"), safe="")
    answer = await http.exchange(
        "POST",
        f"{SHEETS.url}/spreadsheets/{sheet}/values/{where}:append",
        headers=await bearer_of(SHEETS, scene),
        params={"valueInputOption": "RAW"},
        json={"values": [[str(one) for one in row[:100]]]},
    )
    return outcome(SHEETS, answer, "The row was added.")


def _moment(given: Any, zone: Any) -> dict[str, str]:
    if not given:
        return {}
    return {"dateTime": str(given), **({"timeZone": str(zone)} if zone else {})}


def _object(properties: dict[str, str], required: tuple[str, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            name: {"type": "string", "description": words} for name, words in properties.items()
        },
        "required": list(required),
    }
