"""Scenarios that any form can be tried with, in the assistant's language.

Each is a script the built-in caller can follow: a first line, and the answers to what is asked.
"""

from dataclasses import dataclass
from typing import Any

_MOST_FIELDS = 20
_MESSAGE = (
    {"key": "name", "type": "name", "label": {"fr": "Nom", "en": "Name", "he": "שם"}},
    {"key": "phone", "type": "phone", "label": {"fr": "Téléphone", "en": "Phone", "he": "טלפון"}},
    {"key": "reason", "type": "text", "label": {"fr": "Motif", "en": "Reason", "he": "סיבה"}},
)
_VALUES = {
    "fr": {
        "name": "Camille Durand", "phone": "06 12 34 56 78", "email": "camille.durand@example.com",
        "date": "demain", "time": "20h", "number": "4", "yes_no": "oui",
        "text": "c'est pour une première visite", "allergies": "aucune allergie",
        "address": "12 rue des Lilas, Paris",
    },
    "en": {
        "name": "Alex Morgan", "phone": "+44 7700 900123", "email": "alex.morgan@example.com",
        "date": "tomorrow", "time": "8 pm", "number": "4", "yes_no": "yes",
        "text": "it is for a first visit", "allergies": "no allergies",
        "address": "12 Lilac Road, London",
    },
    "he": {
        "name": "דנה כהן", "phone": "050-1234567", "email": "dana.cohen@example.com",
        "date": "מחר", "time": "20:00", "number": "4", "yes_no": "כן",
        "text": "זה ביקור ראשון", "allergies": "אין אלרגיות", "address": "רחוב הרצל 12, תל אביב",
    },
}  # fmt: skip
_OPENINGS = {
    "fr": {"booking": "Bonjour, je voudrais réserver.", "message": "Bonjour, je voudrais laisser "
           "un message.", "person": "Je voudrais parler à quelqu'un.", "silent": "…",
           "wrong": "Excusez-moi, je me suis trompé de numéro.", "unclear": "Euh… c'est compliqué, "
           "attendez un peu.", "nothing": "Je ne sais pas."},
    "en": {"booking": "Hello, I would like to make a booking.", "message": "Hello, I would like to "
           "leave a message.", "person": "I would like to speak to someone.", "silent": "…",
           "wrong": "Sorry, I dialed the wrong number.", "unclear": "Well… it's complicated, give "
           "me a moment.", "nothing": "I don't know."},
    "he": {"booking": "שלום, אני רוצה להזמין.", "message": "שלום, אני רוצה להשאיר הודעה.",
           "person": "אני רוצה לדבר עם מישהו.", "silent": "…", "wrong": "סליחה, טעיתי במספר.",
           "unclear": "אה… זה מסובך, רגע.", "nothing": "אני לא יודע."},
}  # fmt: skip
_NAMES = {
    "fr": {"complete": "Demande complète", "missing": "Une réponse manque", "unclear":
           "Appelant hésitant", "silent": "Appelant silencieux", "person": "Demande une personne",
           "wrong": "Faux numéro"},
    "en": {"complete": "Complete request", "missing": "An answer is missing", "unclear":
           "Hesitant caller", "silent": "Silent caller", "person": "Asks for a person",
           "wrong": "Wrong number"},
    "he": {"complete": "בקשה מלאה", "missing": "תשובה חסרה", "unclear": "מתקשר מהסס",
           "silent": "מתקשר שותק", "person": "מבקש אדם", "wrong": "מספר שגוי"},
}  # fmt: skip
_BOOKED = frozenset({"reservation", "appointment", "order"})


@dataclass(frozen=True, slots=True)
class Template:
    """A scenario made from a form.

    Attributes:
        name: short.
        instructions: a script the built-in caller follows.
        category: happy_path, edge_case or failure_mode.
        reasoning: why it is worth trying.
    """

    name: str
    instructions: str
    category: str
    reasoning: str


def templates(blueprint: dict[str, Any], language: str) -> list[Template]:
    """Scenarios for a form.

    Args:
        blueprint: of the assistant; empty for one that takes a message.
        language: two letters; English when there are no sentences in it.
    """
    spoken = language if language in _VALUES else "en"
    says, names = _OPENINGS[spoken], _NAMES[spoken]
    fields = [one for one in blueprint.get("fields") or _MESSAGE if isinstance(one, dict)]
    facts = [_fact(one, spoken) for one in fields[:_MOST_FIELDS]]
    services = set(blueprint.get("services") or ())
    opening = says["booking"] if services & _BOOKED else says["message"]
    made = [
        Template(
            names["complete"],
            _script(opening, facts),
            "happy_path",
            "The caller answers every question: everything asked for must be collected.",
        )
    ]
    if facts:
        label, _ = facts[-1]
        made.append(
            Template(
                names["missing"],
                _script(opening, [*facts[:-1], (label, says["nothing"])]),
                "edge_case",
                f"The caller does not know one answer ({label}): the call must still come to an "
                "end.",
            )
        )
    made += [
        Template(
            names["unclear"],
            _script(says["unclear"], [("", opening), *facts]),
            "edge_case",
            "The caller begins with something unusable: the assistant must bring them back.",
        ),
        Template(
            names["silent"],
            _script(says["silent"], [("", says["silent"]), ("", says["silent"])]),
            "failure_mode",
            "The caller says nothing: the assistant must ask again, then end the call.",
        ),
        Template(
            names["person"],
            _script(says["person"], facts),
            "edge_case",
            "The caller wants a person: the assistant must transfer, or take a message.",
        ),
        Template(
            names["wrong"],
            _script(says["wrong"], []),
            "failure_mode",
            "The caller dialed wrong: the assistant must end the call politely.",
        ),
    ]
    return made


def _fact(field: dict[str, Any], language: str) -> tuple[str, str]:
    """What the form calls a field, and an answer to it."""
    label = field.get("label")
    if isinstance(label, dict):
        label = label[language]
    choices = field.get("choices")
    if choices:
        return str(label), str(choices[0])
    values = _VALUES[language]
    key, kind = str(field.get("key")), str(field.get("type"))
    return str(label), values.get(key) or values.get(kind) or values["text"]


def _script(opening: str, facts: list[tuple[str, str]]) -> str:
    """A line to say first, further lines to say, and facts by their labels."""
    lines = [f'Say "{opening}"']
    lines += [
        f"{label.replace(':', ' ')}: {words}" if label else f'Say "{words}"'
        for label, words in facts
    ]
    return "\n".join(lines)
