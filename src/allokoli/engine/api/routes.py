"""The routes of every entity kind that is stored and read back, and no more."""

from fastapi import APIRouter

from allokoli.engine.api.crud import crud
from allokoli.engine.api.kinds import KINDS


def entity_routes() -> APIRouter:
    """All of them; to be included last, since `/eval/{id}` would take `/eval/run` for an id."""
    router = APIRouter()
    for kind in sorted(KINDS, key=lambda one: -one.path.count("/")):
        if kind.plain:
            router.include_router(crud(kind))
    return router
