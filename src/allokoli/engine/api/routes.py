"""The routes of every entity kind that is stored and read back, and no more."""

from fastapi import APIRouter

from allokoli.engine.api import (
    background_sound,
    further_routes,
    provider_resources,
    tokens,
    traffic,
)
from allokoli.engine.api.crud import crud
from allokoli.engine.api.kinds import KINDS
from allokoli.engine.api.version_routes import version_routes


def entity_routes() -> APIRouter:
    """All of them; to be included last, since `/eval/{id}` would take `/eval/run` for an id."""
    router = APIRouter()
    for module in (background_sound, further_routes, provider_resources, tokens, traffic):
        router.include_router(module.router)
    for kind in sorted(KINDS, key=lambda one: -one.path.count("/")):
        if kind.versioned:
            router.include_router(version_routes(kind))
        if kind.plain:
            router.include_router(crud(kind))
    return router
