"""What an assistant answers without leaving the booking: the owner's FAQs, hours, and itself."""

from typing import Any

from allokoli.blueprint.blueprint import Blueprint
from allokoli.blueprint.opening_hours import speak_week
from allokoli.dialogue import Aside
from allokoli.dialogue.entities.phones import speak_phone


def caller_asides(blueprint: Blueprint, data: dict[str, Any]) -> tuple[Aside, ...]:
    """The asides of a blueprint, the owner's own first."""
    words = data["asides"]
    phone = blueprint.escalation.phone if blueprint.escalation else None
    own = [
        Aside(key=f"faq_{index}", answer=faq.answer, question=faq.question, intent="question")
        for index, faq in enumerate(blueprint.faqs)
    ]
    vital = words["vital"]
    found = [
        Aside(
            key="vital", answer=vital["answer"], phrases=tuple(vital["phrases"]), intent="urgent"
        ),
        *own,
    ]
    for key in ("urgent", "human"):
        entry = words[key]
        answer = entry["answer"]
        if phone:
            answer = entry["answer_phone"].format(phone=speak_phone(phone))
        found.append(
            Aside(
                key=key,
                answer=answer,
                phrases=tuple(entry["phrases"]),
                goal="message" if key == "human" or phone else None,
                intent=key,
            )
        )
    for key in ("robot", "recorded", "who"):
        entry = words[key]
        found.append(
            Aside(
                key=key,
                answer=entry["answer"].format(name=blueprint.name),
                phrases=tuple(entry["phrases"]),
                intent="question",
            )
        )
    found.append(
        Aside(
            key="hours",
            answer=speak_week(blueprint, data),
            phrases=tuple(words["hours"]["phrases"]),
            intent="question",
        )
    )
    return tuple(found)
