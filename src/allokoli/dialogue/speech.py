"""Lists as people say them."""

from collections.abc import Sequence

from allokoli.dialogue.lexicon import lexicon


def join_words(parts: Sequence[str], locale: str) -> str:
    """`a, b et c`; an `and` that sticks loses its hyphen before a Hebrew letter."""
    if len(parts) < 2:  # noqa: PLR2004
        return "".join(parts)
    word = str(lexicon(locale).time["says"]["and"])
    if word.endswith("-") and "א" <= parts[-1][:1] <= "ת":
        word = word[:-1]
    glue = "" if word.endswith("-") or locale == "he" else " "
    return f"{', '.join(parts[:-1])} {word}{glue}{parts[-1]}"
