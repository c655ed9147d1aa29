"""AlloKoliConfig's conversation with the owner: pure, from a sentence to the next."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from allokoli.blueprint.catalog import template_values
from allokoli.configurator.form import ORDER, owner_form
from allokoli.configurator.recap import blueprint_of
from allokoli.dialogue import Reply, State, open_dialogue, step
from allokoli.dialogue.lexicon import language, load

Status = Literal["collecting", "confirming", "confirmed"]
_FIELD_OF_SLOT = {"booking": "services"}


@dataclass(slots=True)
class OwnerState:
    """Where the owner's conversation stands; plain values, stored as JSON.

    Attributes:
        locale: the language spoken.
        dialogue: the machine's state.
    """

    locale: str = "fr"
    dialogue: State = field(default_factory=State)

    def to_dict(self) -> dict[str, Any]:
        return {"locale": self.locale, "dialogue": self.dialogue.to_dict()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "OwnerState":
        locale = language(str(data.get("locale", "fr")))
        return cls(locale, State.from_dict(data.get("dialogue") or {}))

    @property
    def status(self) -> Status:
        """`confirmed` once the owner said yes to the recap."""
        if self.dialogue.phase == "closed":
            return "confirmed"
        if self.dialogue.phase in {"confirming", "correcting"}:
            return "confirming"
        return "collecting"

    @property
    def progress(self) -> float:
        """How much of the blueprint is known, from 0 to 1."""
        if self.status == "confirmed":
            return 1.0
        values = self.dialogue.values
        wanted = [key for key in ORDER if key != "services" or values.get("booking") is False]
        known = sum(1 for key in wanted if values.get(key) is not None)
        return round(min(known / len(wanted), 1.0) * 0.95, 2)

    @property
    def asking(self) -> str | None:
        """The blueprint field being asked."""
        if not self.dialogue.asking or self.status != "collecting":
            return None
        key = self.dialogue.asking[0]
        return _FIELD_OF_SLOT.get(key, key)

    @property
    def suggestions(self) -> tuple[str, ...]:
        """Quick answers to the question being asked."""
        form = owner_form(self.locale, self.dialogue.values)
        if self.status == "confirming":
            return form.wording.get("confirm_suggestions", ())
        slot = form.slot(self.dialogue.asking[0]) if self.dialogue.asking else None
        return slot.suggestions if slot else ()

    @property
    def blueprint(self) -> dict[str, Any]:
        """The blueprint as far as it is known; complete and valid once confirming."""
        data = load("allokoli.configurator", self.locale, "owner")
        return blueprint_of(data, self.dialogue.values, self.locale)


def open(locale: str, template: str | None = None) -> tuple[OwnerState, Reply]:  # noqa: A001
    """Start the conversation.

    Args:
        locale: the language to speak.
        template: the key of a catalog template to start from; unknown keys are ignored.
    """
    locale = language(locale)
    values = template_values(template, locale) if template else {}
    state, reply = open_dialogue(owner_form(locale, values), locale=locale)
    state.values.update(values)
    return OwnerState(locale, state), reply


def hear(state: OwnerState, text: object, now: datetime) -> tuple[OwnerState, Reply]:
    """Hear one sentence of the owner and answer it; the given state is left as it was.

    Args:
        state: where the conversation stands.
        text: what was said or typed; empty for a silence.
        now: the present, aware.
    """
    form = owner_form(state.locale, state.dialogue.values)
    dialogue, reply = step(form, state.dialogue, text, now=now, locale=state.locale)
    return OwnerState(state.locale, dialogue), reply


def sign_up_invitation(locale: str) -> str:
    """What is said when a visitor confirms before having an account."""
    return str(load("allokoli.configurator", language(locale), "owner")["sign_up"])
