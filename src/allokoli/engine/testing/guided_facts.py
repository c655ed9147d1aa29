"""What a guided conversation tells without any language model: its fields, intent and success."""

import re
import unicodedata
from typing import Any

from allokoli.engine.testing.scorecards import compare

# What a boolean output may be called when it asks for what the guided analysis knows.
_SUCCESS = frozenset(
    {"success", "successful", "call_success", "call_successful", "success_evaluation", "succeeded",
     "goal_reached", "goal_achieved", "resolved", "succes", "appel_reussi", "objectif_atteint"}
)  # fmt: skip
_BOOKED = frozenset(
    {"booked", "booking_made", "booking_confirmed", "was_booking_made", "appointment_booked",
     "appointment_scheduled", "reservation_made", "reservation_confirmed", "reserved",
     "reservation_confirmee", "reservation_faite", "rendez_vous_pris", "rdv_pris"}
)  # fmt: skip
_SUMMARY = frozenset({"summary", "call_summary", "resume", "resume_de_l_appel"})
_NOTHING = object()
_CLAIM = re.compile(r"^\s*([\w .-]{1,60}?)\s*(!=|>=|<=|=|>|<)\s*(\S.*?)\s*$")


class Unknown(Exception):
    """The guided conversation does not tell this."""


def told(definition: dict[str, Any], analysis: dict[str, Any]) -> Any:
    """The value of a structured output, from a guided conversation's analysis.

    Only what a name says without doubt is answered: a field of the blueprint by its key, the
    intent, the summary, success, and whether a booking was made.

    Args:
        definition: the structured output, as Vapi writes it.
        analysis: `summary`, `structuredData` and `successEvaluation`.

    Raises:
        Unknown: it asks for something else.
    """
    schema = definition.get("schema") or {}
    properties = schema.get("properties")
    if schema.get("type") == "object" and isinstance(properties, dict):
        found = {
            str(name): value
            for name, inner in properties.items()
            if (value := _value(str(name), inner, analysis)) is not _NOTHING
        }
        if not found:
            raise Unknown
        return {name: value for name, value in found.items() if value is not None}
    value = _value(str(definition.get("name") or ""), schema, analysis)
    if value is _NOTHING or value is None:
        raise Unknown
    return value


def unmet_claims(rubric: str, analysis: dict[str, Any]) -> list[str] | None:
    """The claims of a rubric that a guided conversation does not bear out.

    Args:
        rubric: lines such as `party_size = 4` or `success = true`.
        analysis: as in `told`.

    Returns:
        The lines that are not so; None when the rubric is anything but such lines.
    """
    unmet = []
    lines = [line for line in rubric.splitlines() if line.strip()]
    for line in lines:
        claim = _CLAIM.match(line)
        if claim is None:
            return None
        wanted = _literal(claim[3])
        kind = "boolean" if isinstance(wanted, bool) else "string"
        value = _value(claim[1], {"type": kind}, analysis)
        if value is _NOTHING:
            return None
        if isinstance(wanted, float) and isinstance(value, str) and value.isdigit():
            value = int(value)
        if not compare(claim[2], value, wanted):
            unmet.append(line.strip())
    return unmet if lines else None


def _literal(text: str) -> bool | float | str:
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    try:
        return float(text)
    except ValueError:
        return text.strip("\"'")


def _value(name: str, schema: Any, analysis: dict[str, Any]) -> Any:
    key = _key(name)
    kind = schema.get("type") if isinstance(schema, dict) else None
    data = analysis.get("structuredData")
    data = data if isinstance(data, dict) else {}
    if key in data:
        return _as(data[key], kind)
    success = analysis.get("successEvaluation") == "true"
    if kind == "boolean" and key in _SUCCESS:
        return success
    if kind == "boolean" and key in _BOOKED:
        return success and data.get("intent") == "book"
    if kind == "string" and key in _SUMMARY:
        return analysis.get("summary")
    return _NOTHING


def _as(value: Any, kind: Any) -> Any:
    """A field's value as the schema's type, where that changes nothing of what it says."""
    if kind == "string" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if kind in {"integer", "number"} and isinstance(value, str) and value.isdigit():
        return int(value)
    return value


def _key(name: str) -> str:
    """`Party size`, `partySize` and `party_size` are one name."""
    spaced = "".join(
        f"_{one.lower()}" if one.isupper() and index and name[index - 1].islower() else one
        for index, one in enumerate(name)
    )
    plain = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode().lower()
    return "_".join("".join(one if one.isalnum() else " " for one in plain).split())
