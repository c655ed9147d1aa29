"""Loads the official SDK's types as documentation, without what makes them models.

Building the validators of a thousand models that contain one another costs 160 MB and ten seconds
of a core; nothing here validates with them. What is loaded here builds itself, as pydantic does
with any deferred model, should something else in the process instantiate it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from threading import RLock
from typing import Any

_loading = RLock()


@cache
def sdk_type(name: str, group: str | None = None) -> Any:
    """A type of the SDK.

    Args:
        name: of the type.
        group: of the client that declares it; None for the common ones.
    """
    with _unbuilt():
        return getattr(import_module(f"vapi.{group}.types" if group else "vapi.types"), name)


@contextmanager
def _unbuilt() -> Iterator[None]:
    from vapi.core import pydantic_utilities
    from vapi.core.unchecked_base_model import UncheckedBaseModel

    config: Any = UncheckedBaseModel.model_config
    utilities: Any = pydantic_utilities
    with _loading:
        build = utilities.update_forward_refs
        deferred = config.get("defer_build", False)
        utilities.update_forward_refs = _leave
        config["defer_build"] = True
        try:
            yield
        finally:
            utilities.update_forward_refs = build
            config["defer_build"] = deferred


def _leave(*_models: Any, **_names: Any) -> None:
    """In place of building a model whose parts have just been imported."""
