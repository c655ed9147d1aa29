"""Who may answer a call, everything it needs of what is stored already read.

A call keeps its cast from its first moment: what its owner changes meanwhile counts for the next.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Member:
    """An assistant ready to answer.

    Attributes:
        assistant: as Vapi writes it: overrides applied, `model.tools` holding its stored tools too
            (each with its `id`), no `toolIds` left.
        assistant_id: None for a transient one.
        destinations: where it may hand over to (`assistantDestinations` of a squad's member).
        values: template variables of its own; the call's win over them.
    """

    assistant: dict[str, Any]
    assistant_id: str | None = None
    destinations: tuple[dict[str, Any], ...] = ()
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What destinations call it; empty when it has no name."""
        return str(self.assistant.get("name") or "")


@dataclass(frozen=True, slots=True)
class Cast:
    """Who may answer.

    Attributes:
        members: the first one opens. A workflow has one member, which lends its voice and model.
        workflow: as Vapi writes it, stored tools read in; None for an assistant or a squad.
        squad_id: the stored squad, if it is one.
        workflow_id: the stored workflow, if it is one.
    """

    members: tuple[Member, ...]
    workflow: dict[str, Any] | None = None
    squad_id: str | None = None
    workflow_id: str | None = None
    warnings: tuple[str, ...] = field(default=())

    @property
    def first(self) -> Member:
        """Who opens."""
        return self.members[0]

    def to_json(self) -> dict[str, Any]:
        """As it is stored with a call."""
        return {
            "members": [
                {
                    "assistant": member.assistant,
                    "assistantId": member.assistant_id,
                    "destinations": list(member.destinations),
                    "variableValues": member.values,
                }
                for member in self.members
            ],
            "workflow": self.workflow,
            "squadId": self.squad_id,
            "workflowId": self.workflow_id,
            "warnings": list(self.warnings),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Cast":
        """What `to_json` gave."""
        return cls(
            members=tuple(
                Member(
                    one["assistant"],
                    one["assistantId"],
                    tuple(one["destinations"]),
                    one.get("variableValues") or {},
                )
                for one in stored["members"]
            ),
            workflow=stored["workflow"],
            squad_id=stored["squadId"],
            workflow_id=stored["workflowId"],
            warnings=tuple(stored["warnings"]),
        )
