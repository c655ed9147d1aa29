"""GoHighLevel's contacts and calendars, over its REST API."""

from typing import Any
from urllib.parse import quote

from allokoli.engine.conversation.tools import http
from allokoli.engine.conversation.tools.services import Service, bearer_of, outcome
from allokoli.engine.conversation.tools.tool import (
    Asked,
    Outcome,
    Run,
    Scene,
    Settings,
    Tool,
    made,
    refused,
)

GOHIGHLEVEL = Service(
    "gohighlevel",
    "https://services.leadconnectorhq.com",
    ("ghl.oauth2-authorization", "gohighlevel"),
)
_VERSION = {"version": "2021-07-28"}


def contact_create(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """`gohighlevel.contact.create`: see `toolbox`."""
    return _tool(
        settings,
        "ghl_contact_create",
        "Create a contact in GoHighLevel.",
        ("firstName", "lastName", "email", "phone", "locationId"),
        ("locationId",),
        lambda given: ("POST", "/contacts/", given, None),
    )


def contact_get(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """`gohighlevel.contact.get`: see `toolbox`."""

    def request(given: dict[str, str]) -> "_Request":
        params = {"locationId": given["locationId"]}
        params["query"] = given.get("email") or given.get("phone") or ""
        return "GET", "/contacts/", None, params

    return _tool(
        settings,
        "ghl_contact_get",
        "Find a contact in GoHighLevel by e-mail or phone.",
        ("email", "phone", "locationId"),
        ("locationId",),
        request,
    )


def calendar_event_create(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """`gohighlevel.calendar.event.create`: see `toolbox`."""
    return _tool(
        settings,
        "ghl_calendar_event_create",
        "Book an appointment in a GoHighLevel calendar.",
        ("calendarId", "locationId", "contactId", "startTime", "endTime", "title"),
        ("calendarId", "locationId", "contactId", "startTime"),
        lambda given: ("POST", "/calendars/events/appointments", given, None),
    )


def calendar_availability_check(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """`gohighlevel.calendar.availability.check`: see `toolbox`."""

    def request(given: dict[str, str]) -> "_Request":
        path = f"/calendars/{quote(given['calendarId'], safe='')}/free-slots"
        names = ("startDate", "endDate", "timezone")
        return "GET", path, None, {name: given[name] for name in names if name in given}

    return _tool(
        settings,
        "ghl_calendar_availability_check",
        "Tell the free times of a GoHighLevel calendar; dates are milliseconds since 1970.",
        ("calendarId", "startDate", "endDate", "timezone"),
        ("calendarId", "startDate", "endDate"),
        request,
    )


_Request = tuple[str, str, dict[str, str] | None, dict[str, str] | None]


def _tool(
    settings: Settings,
    name: str,
    description: str,
    properties: tuple[str, ...],
    required: tuple[str, ...],
    request: Any,
) -> Tool:
    parameters = {
        "type": "object",
        "properties": {one: {"type": "string"} for one in properties},
        "required": list(required),
    }
    return made(settings, name, description, _run(properties, required, request), parameters)


def _run(properties: tuple[str, ...], required: tuple[str, ...], request: Any) -> Run:
    async def run(asked: Asked, scene: Scene) -> Outcome:
        given = {
            name: str(asked.arguments[name])[:1_000]
            for name in properties
            if asked.arguments.get(name) not in (None, "")
        }
        missing = [name for name in required if name not in given]
        if missing:
            return refused(f"{', '.join(missing)} must be given.")
        headers = _VERSION | await bearer_of(GOHIGHLEVEL, scene)
        method, path, body, params = request(given)
        answer = await http.exchange(
            method, GOHIGHLEVEL.url + path, headers=headers, json=body, params=params
        )
        return outcome(GOHIGHLEVEL, answer)

    return run
