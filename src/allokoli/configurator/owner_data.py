"""The data files of the owner's conversation, put together: one table a file, and the sentences."""

from functools import lru_cache
from typing import Any

from allokoli.dialogue.lexicon import language, load

TABLES = (
    "commands", "corrections", "fields", "greetings", "hours", "languages", "mentions", "names",
    "patterns", "places", "questions", "sectors", "services", "tones", "topics",
)  # fmt: skip


@lru_cache
def owner_data(locale: str) -> dict[str, Any]:
    """Everything `data/<locale>/` holds, each table under the name of its file.

    Args:
        locale: `fr`, `en` or `he`; French for any other.
    """
    locale = language(locale)
    tables = {name: load("allokoli.configurator", locale, name) for name in TABLES}
    return {**load("allokoli.configurator", locale, "sentences"), **tables}
