"""The prompt of a blueprint, for language models that take the guided model's place."""

from typing import Any

from allokoli.blueprint.blueprint import Blueprint
from allokoli.blueprint.opening_hours import speak_week
from allokoli.dialogue.lexicon import load


def compile_prompt(blueprint: Blueprint) -> str:
    """Who the assistant is, how it speaks, what it asks, what it knows, what it must not say."""
    words = load("allokoli.blueprint", blueprint.language, "caller")["prompt"]
    lines = [
        words["identity"].format(name=blueprint.name, sector=words["sectors"][blueprint.sector])
    ]
    lines.append(words["tone"][blueprint.tone])
    lines.append(words["rules"])
    if blueprint.fields:
        lines.append(words["fields"])
        lines += [
            f"- {field.label}" + ("" if field.required else f" ({words['optional']})")
            for field in blueprint.fields
        ]
    lines += _knowledge(blueprint, words)
    return "\n".join(lines)


def _knowledge(blueprint: Blueprint, words: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    data = load("allokoli.blueprint", blueprint.language, "caller")
    if blueprint.hours and blueprint.hours.any_open():
        lines.append(speak_week(blueprint, data))
    if blueprint.faqs:
        lines.append(words["faqs"])
        lines += [f"- {faq.question} → {faq.answer}" for faq in blueprint.faqs]
    if blueprint.escalation and blueprint.escalation.phone:
        when = blueprint.escalation.when or words["escalation_default"]
        lines.append(words["escalation"].format(phone=blueprint.escalation.phone, when=when))
    if blueprint.must_not_say:
        lines.append(words["never"])
        lines += [f"- {line}" for line in blueprint.must_not_say]
    lines.append(words["end"])
    return lines
