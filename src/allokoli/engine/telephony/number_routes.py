"""`/phone-number` where a number is made, changed or removed: its carrier must know of it."""

from typing import Any

from fastapi import APIRouter, Request

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.engine.api import resources
from allokoli.engine.api.auth import Private
from allokoli.engine.api.bodies import json_object
from allokoli.engine.api.kinds import PHONE_NUMBER
from allokoli.engine.telephony.numbers import TWILIO, connect, disconnect

# What decides where a number is and who may change it there.
_DECISIVE = frozenset(
    {"number", "twilioAccountSid", "twilioAuthToken", "twilioApiKey", "twilioApiSecret"}
)

router = APIRouter(tags=[PHONE_NUMBER.name])


@router.post(PHONE_NUMBER.path, status_code=201)
async def create(caller: Private, request: Request) -> dict[str, Any]:
    body = await json_object(request)
    made = await resources.create(caller.identity, PHONE_NUMBER, body)
    return await _connected(caller.identity, made)


@router.post(PHONE_NUMBER.path + "/import/twilio", status_code=201)
async def import_from_twilio(caller: Private, request: Request) -> dict[str, Any]:
    body = {"provider": TWILIO, **await json_object(request)}
    if "twilioPhoneNumber" in body:
        body.setdefault("number", body.pop("twilioPhoneNumber"))
    made = await resources.create(caller.identity, PHONE_NUMBER, body)
    return await _connected(caller.identity, made)


@router.patch(PHONE_NUMBER.path + "/{entity_id}")
async def update(caller: Private, entity_id: str, request: Request) -> dict[str, Any]:
    patch = await json_object(request)
    changed = await resources.update(caller.identity, PHONE_NUMBER, entity_id, patch)
    return await _connected(caller.identity, changed) if _DECISIVE & patch.keys() else changed


@router.delete(PHONE_NUMBER.path + "/{entity_id}")
async def delete(caller: Private, entity_id: str) -> dict[str, Any]:
    number = await _whole(caller.identity, entity_id)
    gone = await resources.delete(caller.identity, PHONE_NUMBER, entity_id)
    await disconnect(caller.identity, number)
    return gone


async def _connected(identity: Identity, shown: dict[str, Any]) -> dict[str, Any]:
    """The number once its carrier was told, outside of any transaction: that takes time."""
    if shown.get("provider") != TWILIO:
        return shown
    found = await connect(identity, await _whole(identity, shown["id"]))
    return await resources.manage(identity, PHONE_NUMBER, shown["id"], found)


async def _whole(identity: Identity, entity_id: str) -> dict[str, Any]:
    async with session(identity) as opened:
        row = await resources.row(opened, PHONE_NUMBER, entity_id)
        return {**resources.whole_body(row), "id": str(row.id)}
