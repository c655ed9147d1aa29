"""The configurator's conversation as its page shows it."""

from dataclasses import dataclass
from typing import Any

from allokoli.blueprint.catalog import Template, templates
from allokoli.configurator.schemas import SessionRead
from allokoli.core.i18n import mark as _
from allokoli.web.call_view import Turn
from allokoli.web.plan_parts import PlanPart, plan_parts
from allokoli.web.templating import gettext

_STEPS = {
    "assistant": _("Naissance sur la plateforme vocale"),
    "settings": _("Réglages de la voix et de l’écoute"),
    "phone_number": _("Recherche d’un numéro libre"),
    "save": _("Rangement dans vos assistants"),
    "email": _("Envoi de votre e-mail"),
}
_ENDED = {"creating", "created", "abandoned"}


@dataclass(frozen=True, slots=True)
class CreationStep:
    """A step of the creation; `state` is waiting, running, done or failed."""

    name: str
    label: str
    state: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the page needs.

    Attributes:
        open: whether the owner may still say something.
        sign_up: whether an account is what is missing.
        plan: the blueprint's parts, to read and to change.
        gallery: templates to begin with, before anything is said.
    """

    status: str
    turns: list[Turn]
    open: bool
    sign_up: bool
    suggestions: list[str]
    progress: float
    name: str
    plan: list[PlanPart]
    steps: list[CreationStep]
    assistant_id: Any
    gallery: tuple[Template, ...]


def conversation(session: SessionRead, locale: str) -> Conversation:
    """A session in words.

    Args:
        session: as the configurator keeps it.
        locale: language of the page around the conversation.
    """
    return Conversation(
        status=session.status,
        turns=[Turn(line.role == "user", line.text) for line in session.messages],
        open=session.status not in _ENDED,
        sign_up=session.awaiting_account,
        suggestions=session.suggestions,
        progress=session.progress,
        name=str(session.blueprint.get("name") or ""),
        plan=plan_parts(session.blueprint, locale),
        steps=[
            CreationStep(step.name, gettext(locale, _STEPS[step.name]), step.status)
            for step in session.steps
        ],
        assistant_id=session.assistant_id,
        gallery=() if session.progress or len(session.messages) > 1 else templates(locale),
    )
