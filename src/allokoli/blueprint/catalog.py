"""Templates: ready blueprints, one file each and per language in `templates/<locale>/`."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from allokoli.blueprint.blueprint import Blueprint
from allokoli.dialogue.lexicon import language


@dataclass(frozen=True, slots=True)
class Template:
    """A ready blueprint.

    Attributes:
        key: its name (`restaurant`).
        title: what it is called.
        summary: what it does, in a sentence.
        blueprint: the blueprint itself.
    """

    key: str
    title: str
    summary: str
    blueprint: Blueprint


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
            )
        )
    return tuple(found)


def template(key: str, locale: str) -> Template | None:
    """A template by its key."""
    return next((item for item in templates(locale) if item.key == key), None)


def template_values(key: str, locale: str) -> dict[str, Any]:
    """What a template already answers in the owner's conversation: sector, tone and fields."""
    found = template(key, locale)
    if found is None:
        return {}
    data = found.blueprint.model_dump(mode="json", exclude_none=True)
    return {name: data[name] for name in ("sector", "tone", "fields") if data.get(name)}
