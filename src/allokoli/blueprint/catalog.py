"""Templates: ready blueprints, one file each and per language in `templates/<locale>/`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from allokoli.blueprint.blueprint import Blueprint, Service
from allokoli.dialogue.lexicon import language

_FROM_BLUEPRINT = ("sector", "tone", "fields", "hours", "faqs", "must_not_say")
_BOOKED: frozenset[Service] = frozenset({"reservation", "appointment", "order"})


@dataclass(frozen=True, slots=True)
class Template:
    """A ready blueprint.

    Attributes:
        key: its name (`restaurant`).
        title: what it is called.
        summary: what it does, in a sentence.
        blueprint: the blueprint itself.
        caller: what its simulated callers answer, by field key.
    """

    key: str
    title: str
    summary: str
    blueprint: Blueprint
    caller: Mapping[str, Any] = field(default_factory=dict)


@lru_cache
def templates(locale: str) -> tuple[Template, ...]:
    """All templates of a language, by key."""
    folder = files("allokoli.blueprint").joinpath("templates", language(locale))
    found = []
    for path in sorted(folder.iterdir(), key=lambda item: item.name):
        if not path.name.endswith(".toml"):
            continue
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        found.append(
            Template(
                key=path.name.removesuffix(".toml"),
                title=data["title"],
                summary=data["summary"],
                blueprint=Blueprint.model_validate(data["blueprint"]),
                caller=data.get("caller", {}),
            )
        )
    return tuple(found)


def template(key: str, locale: str) -> Template | None:
    """A template by its key."""
    return next((item for item in templates(locale) if item.key == key), None)


def template_values(key: str, locale: str) -> dict[str, Any]:
    """What a template already answers in the owner's conversation.

    Args:
        key: of the template; an unknown one answers nothing.
        locale: of the conversation.

    Returns:
        Values of the owner's form, in the shape the blueprint has them.
    """
    found = template(key, locale)
    if found is None:
        return {}
    data = found.blueprint.model_dump(mode="json", exclude_none=True)
    values = {name: data[name] for name in _FROM_BLUEPRINT if data.get(name)}
    return {**values, "booking": not _BOOKED.isdisjoint(found.blueprint.services)}


def caller_facts(blueprint: Blueprint) -> Mapping[str, Any]:
    """What simulated callers of a business like this one answer, by field key."""
    ours = (
        item for item in templates(blueprint.language) if item.blueprint.sector == blueprint.sector
    )
    found = next(ours, None)
    return found.caller if found else {}
