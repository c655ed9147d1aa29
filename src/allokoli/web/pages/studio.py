"""The studio: talk with an assistant in writing and see why it answers what it answers."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from pydantic import AfterValidator, ValidationError
from starlette.responses import HTMLResponse

from allokoli.blueprint import Blueprint
from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.errors import NotFound
from allokoli.core.identity import Identity
from allokoli.dialogue import Lookup
from allokoli.platform.agenda import tools as agenda
from allokoli.platform.assistants import service
from allokoli.platform.assistants.schemas import AssistantRead
from allokoli.platform.calls import service as calls
from allokoli.platform.clean_text import cleaned
from allokoli.vapi.server_messages import ServerMessage
from allokoli.web import wording
from allokoli.web.locale_path import PREFIX
from allokoli.web.session_cookies import Owner
from allokoli.web.studio import MOST_TURNS, Ask, play
from allokoli.web.templating import gettext, render

router = APIRouter(prefix=PREFIX + "/assistants")

_LONGEST = 2_000
# Far from where dates begin and end: days around the one given are counted.
_FIRST_YEAR, _LAST_YEAR = 1970, 2999
Said = Annotated[str, Form(max_length=_LONGEST), AfterValidator(cleaned)]
Turns = Annotated[list[str], Form(max_length=MOST_TURNS)]
Word = Annotated[str, Form(max_length=40)]


@router.get("/{assistant_id}/studio")
async def show(
    request: Request,
    locale: str,
    owner: Owner,
    assistant_id: UUID,
    language: str = "",
    call: UUID | None = None,
) -> HTMLResponse:
    """A new conversation, or a past call explained."""
    now, turns = clock.now(), list[str]()
    if call is not None:
        now, turns = await _of_call(owner, assistant_id, call)
    return await _page(request, locale, owner, assistant_id, turns, language=language, now=now)


@router.post("/{assistant_id}/studio")
async def say(
    request: Request,
    locale: str,
    owner: Owner,
    assistant_id: UUID,
    turn: Turns | None = None,
    text: Said = "",
    silence: Word = "",
    keep: Word = "",
    language: Word = "",
    now: Word = "",
) -> HTMLResponse:
    """The caller says one thing more, or the conversation is replayed with what was changed."""
    turns = [cleaned(one)[:_LONGEST] for one in turn or []]
    if keep.isdecimal():
        turns = turns[: int(keep)]
    elif text.strip() or silence:
        turns.append("" if silence else text.strip())
    moment = _moment(now)
    return await _page(request, locale, owner, assistant_id, turns, language=language, now=moment)


async def _page(
    request: Request,
    locale: str,
    owner: Identity,
    assistant_id: UUID,
    turns: list[str],
    *,
    language: str,
    now: datetime,
) -> HTMLResponse:
    async with session(owner) as opened:
        assistant = await service.get_assistant(opened, assistant_id)
    blueprint = _beginning_in(_blueprint(assistant), language)
    turns = turns[:MOST_TURNS]
    local = now.astimezone(ZoneInfo(blueprint.timezone))
    ask = _agenda(owner, assistant)
    scene = await play(blueprint, turns, now=local, page=locale, ask=ask)
    partial = "hx-request" in request.headers
    return render(
        request,
        "studio/conversation.html" if partial else "studio/show.html",
        assistant=assistant,
        scene=scene,
        turns=turns,
        full=len(turns) >= MOST_TURNS,
        now=now.isoformat(),
        moment=now,
        language=blueprint.language,
        languages=[
            (code, gettext(locale, wording.LANGUAGES[code])) for code in blueprint.languages
        ],
        timezone=blueprint.timezone,
    )


async def _of_call(
    owner: Identity, assistant_id: UUID, call_id: UUID
) -> tuple[datetime, list[str]]:
    """When a call took place, and what its caller said."""
    async with session(owner) as opened:
        call = await calls.get_call(opened, call_id)
    if call.assistant_id != assistant_id:
        raise NotFound("Cet appel n’existe pas.")
    said = [message.content for message in call.messages if message.role == "user"]
    return call.created_at, said


def _blueprint(assistant: AssistantRead) -> Blueprint:
    try:
        return Blueprint.model_validate(assistant.blueprint)
    except ValidationError:
        raise NotFound("Cet assistant n’a pas de plan que le studio puisse expliquer.") from None


def _beginning_in(blueprint: Blueprint, language: str) -> Blueprint:
    if language not in blueprint.languages:
        return blueprint
    others = [one for one in blueprint.languages if one != language]
    return blueprint.model_copy(update={"languages": [language, *others]})


def _agenda(owner: Identity, assistant: AssistantRead) -> Ask:
    """The organization's own agenda, asked as in a call; nothing is written in it."""

    async def ask(lookup: Lookup) -> dict[str, Any]:
        body = {
            "toolCallList": [
                {"id": "studio", "name": lookup.name, "arguments": dict(lookup.arguments)}
            ],
            "assistant": {"metadata": {"blueprint": assistant.blueprint}},
        }
        message = ServerMessage(agenda.TOOL_CALLS, None, "studio", body)
        answered = await agenda.answer(owner, message, rehearsal=True)
        result = answered["results"][0]
        return dict(json.loads(result["result"])) if "result" in result else {}

    return ask


def _moment(given: str) -> datetime:
    """When the conversation began, as the page sent it back."""
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        return clock.now()
    near = moment.tzinfo is not None and _FIRST_YEAR <= moment.year <= _LAST_YEAR
    return moment if near else clock.now()
