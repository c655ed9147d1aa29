"""Numbers an owner may write in free settings, kept within what the engine does."""

from typing import Any


def number_within(value: Any, lowest: float, highest: float, default: float) -> float:
    """A number of a setting.

    Args:
        value: as it was written; anything.
        lowest: what a smaller number becomes.
        highest: what a greater number becomes.
        default: what anything else stands for, booleans and NaN among it.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:  # noqa: PLR0124 - NaN
        return default
    return float(min(max(value, lowest), highest))
