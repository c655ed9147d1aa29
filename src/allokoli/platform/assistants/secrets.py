"""Hides what a developer may have put among an assistant's fields and must not come back."""

from typing import Any

from allokoli.core.security import vault

_SECRET_NAMES = {
    "apikey",
    "authtoken",
    "headers",
    "password",
    "secret",
    "secretkey",
    "token",
    "authorization",
}


def without_secrets(value: Any) -> Any:
    """The same JSON value, its secrets reduced to their last four characters."""
    if isinstance(value, dict):
        return {name: _shown(name, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    return value


def _shown(name: str, value: Any) -> Any:
    if name.lower().replace("_", "") in _SECRET_NAMES:
        return _hidden(value)
    return without_secrets(value)


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        return vault.preview(value)
    if isinstance(value, dict):
        return {name: _hidden(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_hidden(inner) for inner in value]
    return value
