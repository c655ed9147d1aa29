"""The functions by which an assistant reads and writes its organization's agenda.

Declared once: the compiler offers them to models, the guided model asks for them, and the agenda
answers them. Each result is a JSON object:

- `find_slots` → `{free, slots: [{date, time}, at most 3], reason: full | closed | past | null}`
- `book_slot`, `change_booking` → `{booked: true, id, reference}` or
  `{booked: false, slots: [{date, time}, at most 3], reason}`
- `find_booking` → `{bookings: [{id, date, time, party_size}, at most 3]}`
- `cancel_booking` → `{cancelled}`
- `send_confirmation` → `{sent}`, with a `reason` when it is false
"""

from typing import Any

from allokoli.blueprint.blueprint import Blueprint

FIND_SLOTS = "find_slots"
BOOK_SLOT = "book_slot"
FIND_BOOKING = "find_booking"
CHANGE_BOOKING = "change_booking"
CANCEL_BOOKING = "cancel_booking"
SEND_CONFIRMATION = "send_confirmation"

_BOOKING_SERVICES = frozenset({"reservation", "appointment"})
_DATE = {"type": "string", "format": "date", "description": "YYYY-MM-DD"}
_TIME = {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$", "description": "HH:MM, 24 h"}
_PARTY_SIZE = {"type": "integer", "minimum": 1, "maximum": 10_000, "description": "How many people"}
_NIGHTS = {"type": "integer", "minimum": 1, "maximum": 60, "description": "Length of a stay"}
_SERVICE = {"type": "string", "maxLength": 200, "description": "What it is for, in a few words"}
_PHONE = {"type": "string", "maxLength": 40, "description": "In international form, +33612345678"}
_NAME = {"type": "string", "maxLength": 200, "description": "The caller's name"}
_ID = {"type": "string", "format": "uuid", "description": "As book_slot or find_booking gave it"}
_EMAIL = {"type": "string", "maxLength": 254}
_DETAILS = {
    "type": "object",
    "description": "Everything else the caller was asked, by the name of the field",
    "additionalProperties": True,
}
_DECLARED: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    FIND_SLOTS: (
        "Look whether a day or an hour is free and which hours near it are, before promising any.",
        {
            "date": _DATE,
            "time": _TIME,
            "party_size": _PARTY_SIZE,
            "service": _SERVICE,
            "nights": _NIGHTS,
            "not_before": {**_TIME, "description": "Earliest hour that suits the caller"},
            "not_after": {**_TIME, "description": "Latest hour that suits the caller"},
        },
        ["date"],
    ),
    BOOK_SLOT: (
        "Book an hour (a stay needs none), once the caller has agreed to what was read back.",
        {
            "date": _DATE,
            "time": _TIME,
            "party_size": _PARTY_SIZE,
            "service": _SERVICE,
            "nights": _NIGHTS,
            "name": _NAME,
            "phone": _PHONE,
            "email": _EMAIL,
            "details": _DETAILS,
        },
        ["date", "name"],
    ),
    FIND_BOOKING: (
        "Find the caller's own coming bookings, by the phone number they were made with.",
        {"name": _NAME, "phone": _PHONE, "date": _DATE},
        ["phone"],
    ),
    CHANGE_BOOKING: (
        "Move one of the caller's bookings, once they have agreed to the new day and hour.",
        {"id": _ID, "date": _DATE, "time": _TIME, "party_size": _PARTY_SIZE},
        ["id", "date", "time"],
    ),
    CANCEL_BOOKING: (
        "Cancel one of the caller's bookings, once they have confirmed it.",
        {"id": _ID},
        ["id"],
    ),
    SEND_CONFIRMATION: (
        "Send the caller a written confirmation of a booking, when they ask for one.",
        {
            "id": _ID,
            "channel": {"type": "string", "enum": ["email", "sms"]},
            "to": {"type": "string", "maxLength": 254, "description": "E-mail or phone number"},
        },
        ["id", "channel", "to"],
    ),
}
AGENDA_TOOLS = frozenset(_DECLARED)
"""Their names."""


def books(blueprint: Blueprint) -> bool:
    """Whether callers of this blueprint's assistant book something."""
    return not _BOOKING_SERVICES.isdisjoint(blueprint.services)


def agenda_tools(blueprint: Blueprint) -> list[dict[str, Any]]:
    """The function tools of an assistant that books, as Vapi writes them; none for another.

    They name no server: they go to the assistant's own, which receives its server messages.
    """
    if not books(blueprint):
        return []
    return [{"type": "function", "function": declaration(name)} for name in _DECLARED]


def declaration(name: str) -> dict[str, Any]:
    """One of them as OpenAI's protocol offers it: name, description, JSON schema of arguments.

    Args:
        name: one of `AGENDA_TOOLS`.
    """
    description, properties, required = _DECLARED[name]
    parameters = {"type": "object", "properties": properties, "required": required}
    return {"name": name, "description": description, "parameters": parameters}
