"""A conversation with an assistant, replayed and explained: what was understood, from which words,
and why the next sentence was chosen."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allokoli.blueprint import Blueprint
from allokoli.blueprint.agenda_tools import AGENDA_TOOLS, books
from allokoli.blueprint.caller import caller_form
from allokoli.core.i18n import mark as _
from allokoli.dialogue import Form, Lookup, Reply, State, replay
from allokoli.dialogue.state import Heard
from allokoli.web import formats, wording
from allokoli.web.templating import gettext

MOST_TURNS = 60
_MOST_LOOKUPS = 40

Ask = Callable[[Lookup], Awaitable[dict[str, Any]]]

_KINDS = {
    "slot": _("Réponse"),
    "goal": _("Demande"),
    "aside": _("Question"),
    "answer": _("Oui ou non"),
    "social": _("Politesse"),
    "mentioned": _("Évoqué"),
    "language": _("Langue"),
}
_WAYS = {
    "lexicon": _("mots du lexique"),
    "meaning": _("sens proche"),
    "reading": _("lecture"),
}
# The rules of the policy; the longest that begins a decision names it.
_RULES = {
    "welcome": _("Accueil"),
    "ask": _("Demande ce qui manque"),
    "recap": _("Relit tout avant d’agir"),
    "done": _("Conclut"),
    "aside": _("Répond à la question, puis reprend"),
    "restart": _("Recommence à la demande de l’appelant"),
    "repeat": _("Répète"),
    "wait": _("Patiente"),
    "closed": _("La conversation est finie"),
    "change": _("Redemande ce qu’il faut changer"),
    "what to change": _("Demande ce qu’il faut changer"),
    "not understood at recap": _("N’a pas compris la réponse au récapitulatif"),
    "details": _("Demande un détail"),
    "insult": _("Reste poli"),
    "hello": _("Rend le bonjour"),
    "silence": _("Relance après un silence"),
    "unfinished number": _("Attend la suite du numéro"),
    "default for": _("Prend la valeur habituelle"),
    "skip": _("Laisse de côté"),
    "consult": _("Cherche dans la base de connaissances"),
    "stuck": _("Propose de prendre un message"),
    "not_understood": _("N’a pas compris"),
    "unknown_question": _("N’a pas la réponse à cette question"),
    "left": _("Prend congé"),
    "answered": _("A répondu, et prend congé"),
    "unconfirmed": _("Rien n’a été confirmé, et prend congé"),
    "look up": _("Se renseigne"),
}


@dataclass(frozen=True, slots=True)
class Understood:
    """One thing understood, in words: `Personnes : 4 ← « quatre personnes », lecture`."""

    kind: str
    name: str
    value: str
    words: str
    way: str


@dataclass(frozen=True, slots=True)
class Found:
    """What the agenda was asked on the way, and what it answered."""

    name: str
    asked: str
    answered: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the caller said and what follows, explained.

    Attributes:
        said: the caller's words, "" for a silence; None before they spoke.
        reply: what the assistant answers.
        language: name of the reply's language.
        rule: why, in words.
        about: what the rule is about; "" for nothing.
        decision: the rule as the policy names it.
        understood, found: what led to it.
        ended: whether the conversation is over with it.
    """

    said: str | None
    reply: str
    language: str
    rule: str
    about: str
    decision: str
    understood: tuple[Understood, ...]
    found: tuple[Found, ...]
    ended: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """A whole conversation.

    Attributes:
        exchanges: in order, the greeting first.
        known: what the assistant holds at the end, label and value.
    """

    exchanges: tuple[Exchange, ...]
    known: tuple[tuple[str, str], ...]


async def play(
    blueprint: Blueprint, turns: Sequence[str], *, now: datetime, page: str, ask: Ask
) -> Scene:
    """Hold a conversation again from what the caller said.

    Args:
        blueprint: of the assistant; its first language is the one it begins in.
        turns: everything the caller said, in order, at most `MOST_TURNS`; "" is a silence.
        now: when it takes place, aware.
        page: language of the explanations.
        ask: answers what the assistant asks the agenda.
    """
    tools = AGENDA_TOOLS if books(blueprint) else frozenset[str]()
    form = caller_form(blueprint, now, tools=tools)
    known: dict[str, Any] = {}
    found: dict[int, list[Found]] = {}
    while True:
        state, replies = await asyncio.to_thread(
            replay, form, turns[:MOST_TURNS], now=now, locale=blueprint.language, known=known
        )
        lookup = replies[-1].lookup
        if lookup is None or lookup.key in known or len(known) >= _MOST_LOOKUPS:
            break
        result = known[lookup.key] = await ask(lookup)
        asked = Found(lookup.name, _written(dict(lookup.arguments)), _written(result))
        found.setdefault(len(replies) - 1, []).append(asked)
    explain = _Explanation(form, page)
    exchanges = [
        explain.exchange(turns[index - 1] if index else None, reply, found.get(index, ()))
        for index, reply in enumerate(replies)
    ]
    return Scene(tuple(exchanges), explain.known(state))


class _Explanation:
    """Puts traces into words.

    Args:
        form: whose traces.
        page: language of the words.
    """

    def __init__(self, form: Form, page: str) -> None:
        self._page = page
        self._labels = {aside.key: aside.question for aside in form.asides if aside.question}
        self._labels |= {slot.key: slot.label for slot in form.slots}

    def exchange(self, said: str | None, reply: Reply, found: Sequence[Found]) -> Exchange:
        rule, about = self._rule(reply.trace.decision)
        return Exchange(
            said=said,
            reply=reply.text,
            language=self._language(reply.locale),
            rule=rule,
            about=about,
            decision=reply.trace.decision,
            understood=tuple(self._understood(one) for one in reply.trace.heard),
            found=tuple(found),
            ended=reply.ended,
        )

    def known(self, state: State) -> tuple[tuple[str, str], ...]:
        wish = [(self._("Demande"), self._intent(state.goal))] if state.goal else []
        values = [
            (self._label(key), self._value(value))
            for key, value in state.values.items()
            if not key.startswith("_")
        ]
        return (*wish, *values)

    def _understood(self, heard: Heard) -> Understood:
        name = heard.key
        if heard.kind in {"slot", "mentioned"}:
            name = self._label(heard.key)
        elif heard.kind == "goal":
            name = self._intent(heard.key)
        elif heard.kind == "aside":
            name = self._label(heard.key)
        elif heard.kind == "language":
            name = self._language(heard.key)
        elif heard.kind == "answer" and heard.key in {"yes", "no"}:
            name = self._value(heard.key == "yes")
        way = self._(_WAYS[heard.how]) if heard.how in _WAYS else heard.how
        score = f" {heard.score:.2f}" if heard.score is not None else ""
        value = self._value(heard.value) if heard.kind == "slot" else ""
        kind = self._(_KINDS[heard.kind]) if heard.kind in _KINDS else heard.kind
        return Understood(kind, name, value, heard.words, way + score)

    def _rule(self, decision: str) -> tuple[str, str]:
        known = [rule for rule in _RULES if f"{decision} ".startswith(f"{rule} ")]
        if not known:
            return decision, ""
        rule = max(known, key=len)
        keys = decision.removeprefix(rule).strip().split("+")
        about = ", ".join(self._label(key) for key in keys if key)
        return self._(_RULES[rule]), about

    def _label(self, key: str) -> str:
        standard = wording.FIELDS.get(key)
        return self._(standard) if standard else self._labels.get(key) or self._intent(key)

    def _intent(self, key: str) -> str:
        named = wording.INTENTS.get(key)
        return self._(named) if named else key

    def _value(self, value: Any) -> str:
        plain = isinstance(value, (str, int, float))
        return formats.value(value, self._page) if plain else _written(value)

    def _language(self, code: str) -> str:
        named = wording.LANGUAGES.get(code)
        return self._(named) if named else code

    def _(self, text: str) -> str:
        return gettext(self._page, text)


def _written(value: Any) -> str:
    """A value in one line."""
    if isinstance(value, dict):
        return ", ".join(f"{name}={_written(one)}" for name, one in value.items()) or "∅"
    if isinstance(value, (list, tuple)):
        return " ; ".join(_written(one) for one in value) or "∅"
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return "∅" if value is None else str(value)
