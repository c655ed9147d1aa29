"""Operations on stored kinds that their declaration does not say."""

from typing import Any

from fastapi import APIRouter, Request

from allokoli.core.database import session
from allokoli.engine.api import resources
from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.errors import Invalid
from allokoli.engine.api.filters import names
from allokoli.engine.api.kinds import PHONE_NUMBER, SIMULATION_SUITE, STRUCTURED_OUTPUT
from allokoli.engine.api.listing import read_listing

_MAX_NAME = 80
_MAX_SEARCH = 100

router = APIRouter()


@router.get("/v2/phone-number", tags=["phone-number"])
async def page_of_phone_numbers(caller: Private, request: Request) -> dict[str, Any]:
    """The same numbers as `/phone-number`, in pages, searched by name, number or SIP address."""
    listing = read_listing(request.query_params, names(PHONE_NUMBER), paged=True)
    if any(len(value) > _MAX_SEARCH for _, value in listing.equals):
        raise Invalid([f"search must be shorter than or equal to {_MAX_SEARCH} characters"])
    return await resources.listed_page(caller.identity, PHONE_NUMBER, listing)


@router.patch("/structured-output/{entity_id}", tags=["structured-output"])
async def update_structured_output(
    caller: Private, entity_id: str, request: Request
) -> dict[str, Any]:
    """A PATCH whose query must say `schemaOverride`; a schema it holds replaces the stored one.

    What was extracted before keeps the schema it was extracted with.
    """
    if request.query_params.get("schemaOverride") is None:
        raise Invalid(["schemaOverride should not be empty"])
    patch = await json_object(request)
    return await resources.update(caller.identity, STRUCTURED_OUTPUT, entity_id, patch)


@router.post("/eval/simulation/suite/{entity_id}/duplicate", status_code=201, tags=["simulation"])
async def duplicate_suite(caller: Private, entity_id: str) -> dict[str, Any]:
    """Another suite of the same simulations, under a name that says so."""
    async with session(caller.identity) as opened:
        found = await resources.row(opened, SIMULATION_SUITE, entity_id)
        body = resources.whole_body(found)
        body["name"] = f"{body['name'][: _MAX_NAME - len(' (copy)')]} (copy)"
        made = await resources.insert(opened, caller.identity, SIMULATION_SUITE, body)
        return resources.shown(SIMULATION_SUITE, made)
