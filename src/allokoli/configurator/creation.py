"""Creates the assistant an owner confirmed: here, at the voice platform, and nothing half-way.

MCP `create_assistant`, completed over REST, then `list_phone_numbers` and a free number attached,
then recorded together with the mail. The local row is written first and its id travels with the
assistant, so that a run that was interrupted is found and carried on.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from allokoli.blueprint import Blueprint
from allokoli.configurator import delivery, progress, repository
from allokoli.configurator.models import ConfiguratorSession
from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError
from allokoli.core.identity import Identity
from allokoli.platform.assistants import service as assistants
from allokoli.platform.assistants.compiling import compiled
from allokoli.platform.assistants.models import ASSISTANTS, Assistant
from allokoli.platform.mirror import saga
from allokoli.platform.phone_numbers import service as phone_numbers
from allokoli.vapi.client import VoicePlatform
from allokoli.vapi.errors import Unreachable, nonsense
from allokoli.vapi.regions import Access

_log = structlog.get_logger()


@dataclass(slots=True)
class _Run:
    """A creation on its way.

    Attributes:
        row: the assistant's local row.
        access: how to reach the voice platform.
        resumed: whether an earlier run may already have made it at the platform.
        number_id: platform id of the number that was attached.
        number: the same in E.164.
    """

    row: Assistant
    access: Access
    resumed: bool
    number_id: str | None = None
    number: str | None = None


async def create(identity: Identity, session_id: UUID) -> None:
    """Create the assistant of a session whose status is `creating`; otherwise do nothing.

    One process at a time; safe to run again after a crash.
    """
    async with session(identity) as guard:
        if not await repository.try_lock(guard, session_id):
            return
        async with session(identity) as opened:
            row = await repository.session_row(opened, session_id)
        if row is not None and row.status == "creating":
            await _create(identity, row)


async def _create(identity: Identity, configured: ConfiguratorSession) -> None:
    run: _Run | None = None
    try:
        run = await _begun(identity, configured)
        async with VoicePlatform(run.access) as platform:
            await progress.running(identity, configured.id, "assistant")
            await _make(identity, run, platform)
            await progress.running(identity, configured.id, "settings")
            await _complete(run, platform)
            await progress.running(identity, configured.id, "phone_number")
            await _attach_number(identity, run, platform)
            await progress.running(identity, configured.id, "save")
        await delivery.deliver(identity, configured.id, run.row.id, run.number)
    except Exception as error:  # noqa: BLE001 - whatever fails is undone and told to the owner
        if not isinstance(error, AlloKoliError):
            _log.error("creation_failed", session_id=str(configured.id), exc_info=error)
        if run is not None:
            await _undo(identity, run, error)
        await progress.failed(identity, configured.id, error)


async def _begun(identity: Identity, configured: ConfiguratorSession) -> _Run:
    """The local row, written now or found from a run that was interrupted."""
    blueprint = Blueprint.model_validate(configured.blueprint)
    async with session(identity) as opened:
        found = await opened.get(Assistant, configured.assistant_id)
    row = found or assistants.new_row(
        identity, blueprint.name, compiled(blueprint), blueprint.model_dump(mode="json")
    )
    if found is None and configured.assistant_id is not None:
        row.id = configured.assistant_id
    access = await saga.begin(identity, row) if found is None else await saga.access(identity)
    return _Run(row, access, resumed=found is not None)


async def _make(identity: Identity, run: _Run, platform: VoicePlatform) -> None:
    """Make the assistant at the platform, unless an interrupted run did."""
    if run.row.platform_id is None and run.resumed:
        run.row.platform_id = await saga.find_at_platform(platform, ASSISTANTS, run.row)
    if run.row.platform_id is None:
        run.row.platform_id = await _made_by_tool(run, platform)
    await saga.note_platform_id(identity, ASSISTANTS, run.row.id, run.row.platform_id)


async def _made_by_tool(run: _Run, platform: VoicePlatform) -> str:
    if run.access.mcp_url is None:
        made = await platform.create(
            ASSISTANTS.resource, saga.outgoing(ASSISTANTS, run.row, run.access)
        )
    else:
        made = await platform.call_tool("create_assistant", tool_arguments(run.row))
    platform_id = made.get("id") if isinstance(made, dict) else None
    if not isinstance(platform_id, str):
        raise nonsense()
    return platform_id


def tool_arguments(row: Assistant) -> dict[str, Any]:
    """What the MCP tool takes; REST brings the rest. The instructions end with our id, the mark
    by which the assistant is found if this is the last thing that happens."""
    config = row.config
    instructions = config["model"]["messages"][0]["content"]
    return {
        "name": row.name,
        "instructions": f"{instructions}\n\n[{row.id}]",
        "firstMessage": config["firstMessage"],
        "firstMessageMode": config["firstMessageMode"],
        "voice": {name: config["voice"][name] for name in ("provider", "voiceId")},
        "transcriber": {name: config["transcriber"][name] for name in ("provider", "model")},
    }


async def _complete(run: _Run, platform: VoicePlatform) -> None:
    body = saga.outgoing(ASSISTANTS, run.row, run.access)
    await platform.update(ASSISTANTS.resource, run.row.platform_id or "", body)


async def _attach_number(identity: Identity, run: _Run, platform: VoicePlatform) -> None:
    """Attach a number nobody answers, when the organization has one."""
    if run.access.mcp_url is not None and not await platform.call_tool("list_phone_numbers", {}):
        return
    attached = await phone_numbers.attach_free_number(
        identity, platform, run.row.id, run.row.platform_id or ""
    )
    if attached is not None:
        run.number_id, run.number = attached.platform_id, attached.number


async def _undo(identity: Identity, run: _Run, error: Exception) -> None:
    """Leave nothing at the platform nor here; what cannot be undone now is left to `settle`."""
    if run.row.platform_id is None and not run.resumed and isinstance(error, Unreachable):
        await saga.give_up(identity, ASSISTANTS, run.row.id, certain=True)
        return
    try:
        async with VoicePlatform(run.access) as platform:
            if run.number_id is not None:
                await phone_numbers.release_number(identity, platform, run.number_id)
            platform_id = run.row.platform_id or await saga.find_at_platform(
                platform, ASSISTANTS, run.row
            )
            if platform_id is not None:
                await platform.delete(ASSISTANTS.resource, platform_id)
    except AlloKoliError as again:
        _log.warning("creation_left_to_settle", assistant_id=str(run.row.id), code=again.code)
        await saga.give_up(identity, ASSISTANTS, run.row.id, certain=False)
    else:
        await saga.give_up(identity, ASSISTANTS, run.row.id, certain=True)
