"""The prompt of a blueprint, for language models that take the guided model's place."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from allokoli.blueprint.blueprint import Blueprint, CallerField
from allokoli.blueprint.opening_hours import speak_hours
from allokoli.blueprint.wording import speak_date, speak_intervals
from allokoli.dialogue.lexicon import load
from allokoli.dialogue.text import fold

# Filled by the voice platform when a call begins: the one thing in a prompt that changes.
_NOW = '{{{{"now" | date: "%Y-%m-%d %H:%M, %A", "{zone}"}}}}'
_SEARCHES = ["query"]
_FEWEST_RECITED = 4
_WORD = re.compile(r"\w+")


def compile_prompt(blueprint: Blueprint, tools: Sequence[dict[str, Any]] = ()) -> str:
    """Who the assistant is, how it speaks, what it asks, what it knows, what it must not say.

    What changes from call to call comes last, so that a server can keep what it read before.

    Args:
        blueprint: what the owner said.
        tools: the assistant's, as Vapi writes them; the prompt says when to use each.
    """
    words = load("allokoli.blueprint", blueprint.language, "caller")["prompt"]
    sector = words["sectors"][blueprint.sector]
    lines = [
        words["identity"].format(name=blueprint.name, sector=sector),
        _languages(blueprint, words),
        words["tone"][blueprint.tone],
        *words["rules"],
        *([words["outbound"]] if blueprint.direction == "outbound" else []),
        *_tasks(blueprint, words),
        *_knowledge(blueprint, words),
        *_listed(words["never"], blueprint.must_not_say),
        *_listed(words["tools"], _uses(tools, words)),
        words["end"],
        words["today"].format(now=_NOW.format(zone=blueprint.timezone), zone=blueprint.timezone),
    ]
    return "\n".join(lines)


def recites(sentence: str, locale: str) -> bool:
    """Whether a sentence, of four words or more, is read out of the rules of a prompt.

    Args:
        sentence: as a model wrote it.
        locale: the language of the prompt.
    """
    said = " ".join(_WORD.findall(fold(sentence)))
    if said.count(" ") < _FEWEST_RECITED - 1:
        return False
    return any(said in line or line in said for line in _rules(locale))


@lru_cache
def _rules(locale: str) -> tuple[str, ...]:
    """What prompts of a language tell whatever the business is; it is nobody else's to hear."""
    words = load("allokoli.blueprint", locale, "caller")["prompt"]
    titles = ("services", "fields", "exceptions", "faqs", "never", "tools", "end", "outbound")
    lines = [*words["rules"], *words["tool"].values(), *(words[title] for title in titles)]
    lines = [line.partition("{")[0] for line in lines]
    known = (" ".join(_WORD.findall(fold(line))) for line in lines)
    return tuple(line for line in known if line.count(" ") >= _FEWEST_RECITED - 1)


def _languages(blueprint: Blueprint, words: dict[str, Any]) -> str:
    if len(blueprint.languages) == 1:
        return str(words["language_one"])
    names = ", ".join(words["language_names"][one] for one in blueprint.languages)
    return str(words["language_many"].format(languages=names))


def _tasks(blueprint: Blueprint, words: dict[str, Any]) -> list[str]:
    lines = []
    if blueprint.services:
        named = ", ".join(words["service_names"][one] for one in blueprint.services)
        lines.append(words["services"].format(services=named))
    return lines + _listed(words["fields"], [_field(one, words) for one in blueprint.fields])


def _field(field: CallerField, words: dict[str, Any]) -> str:
    """`Urgence (au choix : faible, forte ; facultatif)`, with its name in functions."""
    notes = [field.key]
    if field.choices:
        notes.append(words["choices"].format(choices=", ".join(field.choices)))
    if not field.required:
        notes.append(words["optional"])
    return f"{field.label} ({' ; '.join(notes)})"


def _knowledge(blueprint: Blueprint, words: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    locale, hours = blueprint.language, blueprint.hours
    if hours and hours.any_open():
        lines.append(words["hours"].format(hours=speak_hours(hours, locale)))
    if hours:
        particular = [
            words["exception"].format(
                day=f"{speak_date(one.date, locale)} {one.date.year}"
                + (f" ({one.label})" if one.label else ""),
                hours=speak_intervals(one.slots, locale),
            )
            for one in hours.exceptions
        ]
        lines += _listed(words["exceptions"], particular)
    lines += _listed(words["faqs"], [f"{one.question} → {one.answer}" for one in blueprint.faqs])
    if blueprint.escalation and blueprint.escalation.phone:
        when = blueprint.escalation.when or words["escalation_default"]
        lines.append(words["escalation"].format(phone=blueprint.escalation.phone, when=when))
    return lines


def _uses(tools: Sequence[dict[str, Any]], words: dict[str, Any]) -> list[str]:
    """When to use each tool of a kind that is known here; others have their own description."""
    uses = []
    for tool in tools:
        function = tool.get("function") or {}
        name = str(function.get("name") or tool.get("type"))
        asks = (function.get("parameters") or {}).get("required")
        use = words["tool"].get(name) or (words["tool"]["query"] if asks == _SEARCHES else None)
        if use:
            uses.append(f"{name} : {use}")
    return uses


def _listed(title: str, lines: Sequence[str]) -> list[str]:
    return [title, *(f"- {line}" for line in lines)] if lines else []
