"""Merging of settings, because a voice platform's PATCH replaces whole top-level fields."""

from typing import Any


def merged(current: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The fields to send so that only what was named changes.

    Args:
        current: what the platform holds.
        changes: what to change; objects are merged in depth, lists and scalars replaced, and None
            unsets.

    Returns:
        The named top-level fields, complete.
    """
    return {name: _merged(current.get(name), value) for name, value in changes.items()}


def _merged(current: Any, change: Any) -> Any:
    if not isinstance(current, dict) or not isinstance(change, dict):
        return change
    kept = {name: value for name, value in current.items() if name not in change}
    changed = {
        name: _merged(current.get(name), value)
        for name, value in change.items()
        if value is not None
    }
    return {**kept, **changed}
