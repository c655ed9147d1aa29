"""What the wire never shows of an entity, and how a client that writes back what it read keeps it.

A server's and a tool's headers are shown, since clients read, merge and write them. Carriers'
tokens, passwords and keys are shown as `MASK`; inline credentials are left out. A PATCH that holds
the mask, or leaves out what was left out, keeps what is stored.
"""

from typing import Any

from allokoli.core.security.sealed_json import SECRET_NAMES
from allokoli.engine.api.errors import Invalid

MASK = "*" * 20
_SHOWN = frozenset({"headers"})
_LEFT_OUT = frozenset({"credentials"})
# What callers and owners name as they like: nothing in it is a secret by its name.
_FREE = frozenset({"metadata", "variableValues", "schema", "parameters", "properties", "blueprint"})
_MASKED = SECRET_NAMES - _SHOWN - _LEFT_OUT


def masked(value: Any) -> Any:
    """An entity as the wire shows it."""
    if isinstance(value, dict):
        shown = {}
        for name, one in value.items():
            if name in _LEFT_OUT and isinstance(one, list):
                continue
            if name in _MASKED and isinstance(one, str):
                shown[name] = MASK
            elif name in _FREE or name in _SHOWN:
                shown[name] = one
            else:
                shown[name] = masked(one)
        return shown
    if isinstance(value, list):
        return [masked(one) for one in value]
    return value


def kept(value: Any, stored: Any) -> Any:
    """What a client wrote, with the secrets it could not see.

    Args:
        value: the entity as a PATCH would leave it.
        stored: the entity as it is.
    """
    if isinstance(value, dict):
        before = stored if isinstance(stored, dict) else {}
        result = {
            name: before[name]
            if name in _MASKED and one == MASK and name in before
            else one
            if name in _FREE or name in _SHOWN
            else kept(one, before.get(name))
            for name, one in value.items()
        }
        for name in _LEFT_OUT & before.keys() - result.keys():
            result[name] = before[name]
        return result
    if isinstance(value, list):
        same = isinstance(stored, list) and len(stored) == len(value)
        return [kept(one, stored[index] if same else None) for index, one in enumerate(value)]
    return value


def refuse_masks(body: Any, path: str = "") -> None:
    """A mask that stands for nothing would be stored as the secret itself.

    Raises:
        Invalid: the body holds one.
    """
    if isinstance(body, dict):
        for name, one in body.items():
            where = f"{path}.{name}" if path else name
            if name in _MASKED and one == MASK:
                raise Invalid([f"{where} is a mask; send the secret itself"])
            if name not in _FREE and name not in _SHOWN:
                refuse_masks(one, where)
    elif isinstance(body, list):
        for index, one in enumerate(body):
            refuse_masks(one, f"{path}.{index}")
