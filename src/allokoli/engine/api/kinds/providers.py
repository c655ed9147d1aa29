"""Resources kept at a provider, such as pronunciation dictionaries."""

from functools import lru_cache
from typing import Any

from allokoli.engine.api.kinds.kind import Kind
from allokoli.engine.api.validation.shapes import Field, Fields


@lru_cache(maxsize=1)
def _resource() -> Fields:
    """Vapi's document leaves what is in it to the provider."""
    return {"resource": Field(dict[str, Any], required=True)}


PROVIDER_RESOURCE = Kind(
    "provider-resource",
    "Provider resource",
    "/provider/{provider}/{resourceName}",
    _resource,
    family="page",
    filters={"id": "id", "resourceId": "resourceId"},
    managed=frozenset({"provider", "resourceName", "resourceId"}),
    path_values={
        "provider": ("11labs", "cartesia"),
        "resourceName": ("pronunciation-dictionary",),
    },
    plain=False,
)
