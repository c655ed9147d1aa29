"""Resources kept at a provider, such as pronunciation dictionaries."""

from functools import lru_cache
from typing import Any

from allokoli.engine.api.kinds.kind import Kind


@lru_cache(maxsize=1)
def _anything() -> Any:
    """Vapi's document leaves the body to the provider."""
    return dict[str, Any]


PROVIDER_RESOURCE = Kind(
    "provider-resource",
    "Provider resource",
    "/provider/{provider}/{resourceName}",
    _anything,
    family="page",
    filters={"id": "id", "resourceId": "resourceId"},
    managed=frozenset({"provider", "resourceName", "resourceId"}),
    path_values={
        "provider": ("11labs", "cartesia"),
        "resourceName": ("pronunciation-dictionary",),
    },
    plain=False,
)
