"""Changing the blueprint by hand, through the checks of the conversation, which takes it up."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from allokoli.blueprint import Blueprint
from allokoli.configurator.form import GOAL, owner_form
from allokoli.configurator.owner_data import owner_data
from allokoli.configurator.owner_state import OwnerState
from allokoli.core.errors import InvalidInput
from allokoli.core.i18n import mark
from allokoli.dialogue import Reply
from allokoli.dialogue.moves import ask_next
from allokoli.dialogue.speaking import Turn

PARTS = (
    "sector", "name", "tone", "languages", "greeting", "services", "fields", "hours", "faqs",
    "escalation", "notify", "direction", "must_not_say",
)  # fmt: skip
_BOOKING = frozenset({"reservation", "appointment", "order", "qualification", "support"})
_SAID_IN_FRENCH = {
    "name": mark("Un nom d’assistant a de un à quarante caractères."),
    "greeting": mark("Un message d’accueil a de un à cinq cents caractères."),
    "notify": mark("Vérifiez l’adresse e-mail, le numéro ou l’adresse web des notifications."),
    "escalation": mark("Vérifiez le numéro du transfert."),
    "fields": mark(
        "Vérifiez les informations à demander\u00a0: chacune a un nom, et un choix a ses réponses."
    ),
    "hours": mark("Vérifiez les horaires."),
    "faqs": mark("Chaque question a besoin de sa réponse."),
}


def edit(state: OwnerState, changes: Mapping[str, Any]) -> tuple[OwnerState, Reply | None]:
    """Take parts of the blueprint written by hand; the given state is left as it was.

    Args:
        state: where the conversation stands.
        changes: parts in the blueprint's shape; None or empty takes a part away.

    Returns:
        The state, and what is said: the next question when the one asked was answered so, the
        recap when one was shown; otherwise nothing.

    Raises:
        InvalidInput: a part the blueprint does not have, or that it cannot hold.
    """
    unknown = set(changes) - set(PARTS)
    if unknown:
        raise InvalidInput("Cette partie du plan n’existe pas.")
    check_parts({**state.blueprint, **changes}, changes)
    values = deepcopy(state.dialogue.values)
    for part, value in changes.items():
        _put(values, part, value)
    return _taken_up(state, values)


def check_parts(blueprint: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Refuse a blueprint with parts that cannot be kept.

    Args:
        blueprint: with the changes made, any part missing.
        changes: the parts written by hand, to say which one is wrong.

    Raises:
        InvalidInput: what is to be corrected, in French.
    """
    whole = {"name": "-", "greeting": "-", **{k: v for k, v in blueprint.items() if v is not None}}
    for part in ("name", "greeting"):
        if part in changes and not str(changes[part] or "").strip():
            raise InvalidInput(_SAID_IN_FRENCH[part])
    try:
        Blueprint.model_validate(whole)
    except ValidationError as error:
        part = str(error.errors()[0]["loc"][0]) if error.errors()[0]["loc"] else ""
        raise InvalidInput(
            _SAID_IN_FRENCH.get(part, mark("Ces réglages ne peuvent pas être gardés."))
        ) from None


def _put(values: dict[str, Any], part: str, value: Any) -> None:
    if part == "services":
        chosen = list(value or ())
        values["booking"] = bool(_BOOKING.intersection(chosen))
        values["services"] = [one for one in chosen if one in {"message", "information"}]
        values["chosen_services"] = chosen
        return
    if value in (None, "", [], {}):
        values.pop(part, None)
    else:
        values[part] = value.strip() if isinstance(value, str) else deepcopy(value)
    if part == "sector":
        values.pop("chosen_services", None)


def _taken_up(state: OwnerState, values: dict[str, Any]) -> tuple[OwnerState, Reply | None]:
    changed = OwnerState(
        state.locale, deepcopy(state.dialogue), list(state.wanted), list(state.history)
    )
    if values == state.dialogue.values:
        return changed, None
    changed.remember(state.dialogue.values)
    dialogue = changed.dialogue
    dialogue.values, dialogue.goal = values, GOAL
    answered = [key for key in dialogue.asking if key in values]
    form = owner_form(state.locale, values, wanted=changed.wanted)
    if not answered and state.status != "confirming":
        return changed, None
    said = str(owner_data(state.locale)["wording"]["edited"][0])
    changed.dialogue, told = ask_next(form, dialogue, Turn(state.locale, [said], "edited by hand"))
    return changed, told
