"""What a language model adds to AlloKoliConfig, where one is configured: it hears more in a long
sentence, and asks in its own words. Without one, or when it is slow, the form does both alone.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import UUID

import structlog

from allokoli.configurator import conversation, repository
from allokoli.configurator.conversation import OwnerState
from allokoli.configurator.models import ConfiguratorSession
from allokoli.configurator.phrasing_extract import (
    grounded,
    question,
    schema,
    worth_asking,
)
from allokoli.configurator.phrasing_judge import asks_the_same, may_be_phrased
from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.dialogue.lexicon import load
from allokoli.platform.language_models.asking import NoAnswer, ask, json_in
from allokoli.platform.language_models.service import model_for
from allokoli.vapi.regions import OwnModel

# For both together: an owner who waits longer thinks that nobody is there.
BUDGET_S = 3.0
_EXTRACT_S = 1.8
_LEAST_S = 0.4
_REST_S = 30.0
_MOST_AT_ONCE = 4
_MOST_RESTING = 1_000
_EXTRACT_TOKENS = 300
_PHRASE_TOKENS = 120

_log = structlog.get_logger()
_resting: OrderedDict[str, float] = OrderedDict()
_asking = 0


@dataclass(slots=True)
class Help:
    """What a model is asked for one turn of the owner.

    Attributes:
        model: which.
        turns: turns taken before this one, by which a session that went on meanwhile is told.
        words: the owner's.
        found: the owner's words by question, as the model read them.
        until: when the turn's time is over, on the clock of `time.monotonic`.
        scope: whose model it is.
    """

    model: OwnModel
    turns: int
    words: str
    until: float
    scope: str
    found: dict[str, str] = field(default_factory=dict)


async def prepared(holder: Identity, session_id: UUID, words: str) -> Help | None:
    """Ask the model what a sentence holds, before the form hears it.

    Args:
        holder: who holds the session.
        session_id: which.
        words: what the owner says.

    Returns:
        None where no model is configured, or it is left alone for a while.
    """
    until = monotonic() + BUDGET_S
    async with session(holder) as opened:
        row = await repository.session_row(opened, session_id)
    if row is None or row.status not in {"collecting", "confirming"}:
        return None
    org_id = row.org_id or holder.org_id
    model, scope = await model_for(org_id), str(org_id or "")
    if model is None or _rests(scope, model):
        return None
    help_ = Help(model, row.turns, words, until, scope)
    before = OwnerState.from_dict(row.state)
    after, reply = conversation.hear(before, words, clock.now())
    if worth_asking(before, after, reply, words):
        told = question(before, row.reply, words)
        answer = await _asked(help_, told, _EXTRACT_S, _EXTRACT_TOKENS, schema(before))
        help_.found = grounded(before, words, json_in(answer))
    return help_


async def phrased(help_: Help | None, row: ConfiguratorSession) -> str | None:
    """The form's reply in the model's words; None where the form's own are said.

    Args:
        help_: of this turn.
        row: the session, after the turn.
    """
    if help_ is None or row.status != "collecting" or row.turns != help_.turns + 1:
        return None
    state = OwnerState.from_dict(row.state)
    if not may_be_phrased(state, row.reply) or _rests(help_.scope, help_.model):
        return None
    prompt = load("allokoli.configurator", state.locale, "phrasing")["rephrase"]
    told = [
        {"role": "system", "content": prompt.replace("{heard}", help_.words)},
        {"role": "user", "content": row.reply},
    ]
    answer = await _asked(help_, told, BUDGET_S, _PHRASE_TOKENS)
    return answer if asks_the_same(state, row.reply, help_.words, answer) else None


async def _asked(
    help_: Help,
    told: list[dict[str, str]],
    at_most_s: float,
    tokens: int,
    shape: dict[str, Any] | None = None,
) -> str:
    """What the model says in what is left of the turn's time; empty when it does not."""
    global _asking  # noqa: PLW0603 - how many are asked by this process
    timeout_s = min(at_most_s, help_.until - monotonic())
    if timeout_s < _LEAST_S or _asking >= _MOST_AT_ONCE:
        return ""
    _asking += 1
    try:
        return await ask(help_.model, told, timeout_s=timeout_s, max_tokens=tokens, schema=shape)
    except NoAnswer as failure:
        _log.warning("guide_without_model", problem=failure.problem, status=failure.status)
        _lay_to_rest(help_.scope, help_.model)
        return ""
    finally:
        _asking -= 1


def _rests(scope: str, model: OwnModel) -> bool:
    return monotonic() < _resting.get(_name(scope, model), 0.0)


def _lay_to_rest(scope: str, model: OwnModel) -> None:
    _resting[_name(scope, model)] = monotonic() + _REST_S
    while len(_resting) > _MOST_RESTING:
        _resting.popitem(last=False)


def _name(scope: str, model: OwnModel) -> str:
    return f"{scope}\n{model.url}\n{model.name}"
