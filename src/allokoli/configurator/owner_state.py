"""Where the owner's conversation stands."""

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from allokoli.configurator.clauses import TOPICS
from allokoli.configurator.form import ORDER, owner_form
from allokoli.configurator.owner_data import owner_data
from allokoli.configurator.recap import blueprint_of
from allokoli.dialogue import State
from allokoli.dialogue.lexicon import language
from allokoli.dialogue.state import AT_RECAP

Status = Literal["collecting", "confirming", "confirmed"]
_FIELD_OF_SLOT = {"booking": "services"}
_MOST_STEPS_BACK = 10
_MOST_BYTES_BACK = 60_000


@dataclass(slots=True)
class OwnerState:
    """Where the owner's conversation stands; plain values, stored as JSON.

    Attributes:
        locale: the language spoken.
        dialogue: the machine's state.
        wanted: topics the owner said they would tell, asked before the recap.
        history: the answers as they were before each change, latest last.
    """

    locale: str = "fr"
    dialogue: State = field(default_factory=State)
    wanted: list[str] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return {
            "locale": self.locale,
            "dialogue": self.dialogue.to_dict(),
            "wanted": self.wanted,
            "history": self.history,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "OwnerState":
        locale = language(str(data.get("locale", "fr")))
        dialogue = State.from_dict(data.get("dialogue") or {})
        _as_blueprint_parts(dialogue.values)
        wanted = [topic for topic in data.get("wanted") or () if topic in TOPICS]
        return cls(locale, dialogue, wanted, list(data.get("history") or ()))

    @property
    def status(self) -> Status:
        """`confirmed` once the owner said yes to the recap."""
        if self.dialogue.phase == "closed":
            return "confirmed"
        if self.dialogue.phase in AT_RECAP:
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
        return blueprint_of(owner_data(self.locale), self.dialogue.values, self.locale)

    def remember(self, values: dict[str, Any]) -> None:
        """Keep the answers as they were, so that a change can be taken back.

        Args:
            values: the answers before it; only so many, and so much of them, are kept.
        """
        self.history = [*self.history, dict(values)][-_MOST_STEPS_BACK:]
        while len(self.history) > 1 and len(json.dumps(self.history)) > _MOST_BYTES_BACK:
            self.history.pop(0)


def _as_blueprint_parts(values: dict[str, Any]) -> None:
    """Answers of conversations begun when a contact was a bare address or number."""
    for key, part in (("notify", "email"), ("escalation", "phone")):
        if isinstance(values.get(key), str):
            values[key] = {part: values[key]}
