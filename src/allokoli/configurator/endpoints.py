from uuid import UUID

from fastapi import APIRouter, Depends, Request

from allokoli.configurator import service
from allokoli.configurator.schemas import BlueprintEdit, SessionCreate, SessionRead, Utterance
from allokoli.core.http import machine_of
from allokoli.core.i18n import best_locale
from allokoli.core.settings import get_settings
from allokoli.platform.access import MaybeCaller, Writer
from allokoli.platform.clean_text import refuse_unclean_text

router = APIRouter(
    prefix="/configurator/sessions",
    tags=["configurator"],
    dependencies=[Depends(refuse_unclean_text)],
)


@router.post("", status_code=201)
async def open_session(
    request: Request, caller: MaybeCaller, wanted: SessionCreate | None = None
) -> SessionRead:
    """Begin a conversation; no account is needed."""
    asked = wanted or SessionCreate()
    locale = asked.locale or best_locale(
        request.headers.get("accept-language"), get_settings().default_locale
    )
    return await service.open_session(
        caller, locale=locale, template=asked.template, machine=machine_of(request)
    )


@router.get("/{session_id}")
async def get_session(session_id: UUID, caller: MaybeCaller) -> SessionRead:
    return await service.get_session(caller, session_id)


@router.post("/{session_id}/messages")
async def hear(session_id: UUID, said: Utterance, caller: MaybeCaller) -> SessionRead:
    return await service.hear(caller, session_id, said.text)


@router.patch("/{session_id}")
async def edit(session_id: UUID, changes: BlueprintEdit, caller: MaybeCaller) -> SessionRead:
    """Change parts of the blueprint by hand; null takes a part away."""
    return await service.edit(caller, session_id, changes.blueprint)


@router.post("/{session_id}/claim")
async def claim(session_id: UUID, caller: Writer) -> SessionRead:
    """Give a conversation begun without an account to the organization that is signed in."""
    return await service.claim(caller, session_id)
