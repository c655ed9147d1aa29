"""The rehearsal of an assistant as pages show it."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from allokoli.configurator.rehearsals.schemas import CallerRead, RehearsalRead
from allokoli.core.i18n import mark as _
from allokoli.web import wording
from allokoli.web.call_view import Turn
from allokoli.web.templating import gettext

_KINDS = {
    "plain": _("Un appel tout simple"),
    "corrects": _("Quelqu’un qui se corrige"),
    "asks": _("Quelqu’un qui pose une question en chemin"),
    "out_of_scope": _("Quelqu’un qui demande tout autre chose"),
    "closed": _("Quelqu’un qui veut venir quand c’est fermé"),
}
_STATES = {
    "waiting": _("En attente"),
    "running": _("En ligne…"),
    "passed": _("Réussi"),
    "failed": _("À revoir"),
    "unavailable": _("N’a pas pu appeler"),
}
_REASONS = {
    "answer": _("La réponse à sa question n’a pas été donnée."),
    "outcome": _("L’appel ne s’est pas conclu comme il fallait."),
}
_NOT_READ_BACK = _("Pas relu, ou mal noté : %(fields)s.")
_PASSED = _("Tous les appels sont réussis : il est prêt à répondre.")
_FAILED = _("Certains appels sont à revoir : lisez-les, corrigez l’assistant, puis recommencez.")
_UNHEARD = _("La plateforme vocale n’a pas répondu à tous les appels. Recommencez dans un instant.")
_RUNNING = _("Des clients simulés l’appellent, par écrit. Cela prend moins d’une minute.")
_COUNTED = _("Appels terminés : %(done)s sur %(all)s.")
_NEVER = _("Des clients simulés peuvent l’appeler par écrit, pour voir s’il répond bien.")


@dataclass(frozen=True, slots=True)
class Caller:
    """A simulated caller.

    Attributes:
        state: waiting, running, passed, failed or unavailable.
        said: the same in words.
        reasons: why it failed, a sentence each.
        turns: what was said, the caller's as `mine`.
    """

    kind: str
    label: str
    state: str
    said: str
    reasons: list[str]
    turns: list[Turn]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the panel needs.

    Attributes:
        state: never, running, passed, failed or unheard.
        summary: the same in a sentence.
    """

    assistant_id: UUID
    state: Literal["never", "running", "passed", "failed", "unheard"]
    summary: str
    callers: list[Caller]


def rehearsal(
    found: RehearsalRead | None,
    assistant_id: UUID,
    blueprint: dict[str, Any] | None,
    locale: str,
) -> Rehearsal:
    """A rehearsal in words.

    Args:
        found: the latest, or None when there was none.
        assistant_id: ours.
        blueprint: the assistant's, for the labels of the owner's own fields.
        locale: language of the page.
    """
    if found is None:
        return Rehearsal(assistant_id, "never", gettext(locale, _NEVER), [])
    callers = [_caller(one, blueprint or {}, locale) for one in found.callers]
    if found.status != "done":
        done = sum(one.state not in {"waiting", "running"} for one in callers)
        counted = gettext(locale, _COUNTED) % {"done": done, "all": len(callers)}
        summary = f"{gettext(locale, _RUNNING)} {counted}" if callers else gettext(locale, _RUNNING)
        return Rehearsal(assistant_id, "running", summary, callers)
    if any(one.state == "failed" for one in callers):
        return Rehearsal(assistant_id, "failed", gettext(locale, _FAILED), callers)
    if found.passed:
        return Rehearsal(assistant_id, "passed", gettext(locale, _PASSED), callers)
    return Rehearsal(assistant_id, "unheard", gettext(locale, _UNHEARD), callers)


def _caller(one: CallerRead, blueprint: dict[str, Any], locale: str) -> Caller:
    labels = {field["key"]: field["label"] for field in blueprint.get("fields") or []}
    fields = [_label(key, labels, locale) for key in one.missing if key not in _REASONS]
    reasons = [gettext(locale, _REASONS[key]) for key in one.missing if key in _REASONS]
    if fields:
        sentence = gettext(locale, _NOT_READ_BACK) % {"fields": ", ".join(fields)}
        reasons.insert(0, sentence)
    return Caller(
        kind=one.kind,
        label=gettext(locale, _KINDS[one.kind]),
        state=one.status,
        said=gettext(locale, _STATES[one.status]),
        reasons=reasons,
        turns=[Turn(line.role == "user", line.text) for line in one.transcript if line.text],
    )


def _label(key: str, own: dict[str, str], locale: str) -> str:
    standard = wording.FIELDS.get(key)
    return (gettext(locale, standard) if standard else own.get(key, key)).lower()
