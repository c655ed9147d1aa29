"""Lets the simulated callers of an assistant call it, one after the other; notes how it went."""

import asyncio
from typing import Any
from uuid import UUID

import structlog

from allokoli.blueprint import Blueprint
from allokoli.blueprint.rehearsal import SimulatedCaller, simulated_callers
from allokoli.configurator.rehearsals import repository, service
from allokoli.configurator.rehearsals.playing import play
from allokoli.configurator.rehearsals.written_call import WrittenCall
from allokoli.core.database import session
from allokoli.core.errors import AlloKoliError
from allokoli.core.identity import Identity
from allokoli.platform.assistants import service as assistants
from allokoli.platform.mirror import saga
from allokoli.vapi.client import VoicePlatform
from allokoli.vapi.regions import Access

_TURN_S = 20.0
_CALL_S = 90.0
_FORGET_S = 10.0

_log = structlog.get_logger()


async def rehearse(identity: Identity, assistant_id: UUID, run_id: UUID) -> None:
    """Hold a rehearsal that was asked for; one that is over, or replaced, is left alone.

    One process at a time; run again after a crash, it goes on with who has not called yet.
    """
    async with session(identity) as guard:
        if not await repository.try_lock(guard, run_id):
            return
        async with session(identity) as opened:
            row = await repository.rehearsal(opened, assistant_id)
            if row is None or row.run_id != run_id or row.status == "done":
                return
            assistant = await assistants.get_assistant(opened, assistant_id)
        blueprint = Blueprint.model_validate(assistant.blueprint)
        access = await saga.access(identity)
        callers = simulated_callers(blueprint, row.created_at)
        notes = list(row.callers) or [_note(one, "waiting") for one in callers]
        whole = _Run(identity, assistant_id, run_id, notes)
        await whole.keep("running")
        for index, caller in enumerate(callers):
            if notes[index]["status"] in {"waiting", "running"}:
                notes[index] = _note(caller, "running")
                await whole.keep("running")
                notes[index] = await _called(
                    blueprint, caller, access, assistant.platform_id or "", row.created_at
                )
        await whole.keep("done")


class _Run:
    """A rehearsal under way.

    Args:
        identity: the organization's job.
        assistant_id: ours.
        run_id: of this rehearsal; once another has begun nothing of this one is kept.
        notes: of each caller, changed in place.
    """

    def __init__(
        self, identity: Identity, assistant_id: UUID, run_id: UUID, notes: list[dict[str, Any]]
    ) -> None:
        self._identity = identity
        self._assistant_id = assistant_id
        self._run_id = run_id
        self._notes = notes

    async def keep(self, status: str) -> None:
        async with session(self._identity) as opened:
            row = await repository.rehearsal(opened, self._assistant_id, lock=True)
            if row is None or row.run_id != self._run_id:
                return
            row.status, row.callers = status, list(self._notes)  # type: ignore[assignment]
            await service.tell(opened, self._identity, self._assistant_id, row.session_id)


async def _called(
    blueprint: Blueprint,
    caller: SimulatedCaller,
    access: Access,
    platform_id: str,
    now: Any,
) -> dict[str, Any]:
    """One simulated call; whatever fails at the platform judges nobody."""
    transcript: list[dict[str, str]] = []
    async with VoicePlatform(access, total_s=_TURN_S) as platform:
        call = WrittenCall(platform, platform_id, blueprint.language)
        try:
            async with asyncio.timeout(_CALL_S):
                missing = await play(call, blueprint, caller, now, transcript)
        except (AlloKoliError, TimeoutError) as error:
            _log.warning("rehearsal_unheard", kind=caller.kind, error=type(error).__name__)
            return _note(caller, "unavailable", transcript=transcript)
        finally:
            await _forgotten(call)
    return _note(caller, "failed" if missing else "passed", missing, transcript)


async def _forgotten(call: WrittenCall) -> None:
    try:
        async with asyncio.timeout(_FORGET_S):
            await call.forget()
    except TimeoutError:
        _log.info("rehearsal_left_chats")


def _note(
    caller: SimulatedCaller,
    status: str,
    missing: tuple[str, ...] = (),
    transcript: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    return {
        "kind": caller.kind,
        "status": status,
        "missing": list(missing),
        "transcript": transcript or [],
    }
