"""Choosing the words of a reply: which question, which of its wordings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from allokoli.dialogue.form import Form, Goal, Known, Lookup, Slot
from allokoli.dialogue.state import Heard, Reply, State, Trace
from allokoli.dialogue.text import plain_spaces, typeset

_T = TypeVar("_T")


@dataclass(slots=True)
class Turn:
    """The reply being put together.

    Attributes:
        locale: its language.
        said: its sentences so far.
        decision: the rule that chose them.
        heard: what was understood.
        acknowledgement: words that show the answers were heard.
        refusals: what is wrong with answers that were not kept.
        action: what the host should do.
        known: what the outside world answered so far.
    """

    locale: str
    said: list[str] = field(default_factory=list)
    decision: str = ""
    heard: list[Heard] = field(default_factory=list)
    acknowledgement: str = ""
    refusals: list[str] = field(default_factory=list)
    action: str | None = None
    known: Known = field(default_factory=dict)

    def saying(self, text: str, decision: str) -> "Turn":
        self.said.append(text)
        self.decision = decision
        return self


class Wanted(Exception):
    """A reply cannot be chosen before the outside world has answered."""

    def __init__(self, lookup: Lookup) -> None:
        super().__init__(lookup.name)
        self.lookup = lookup


def settled(found: _T | Lookup) -> _T:
    """What was found, when it needs no lookup.

    Raises:
        Wanted: it does.
    """
    if isinstance(found, Lookup):
        raise Wanted(found)
    return found


def reply(form: Form, state: State, turn: Turn, *, ended: bool = False) -> Reply:
    """The finished reply."""
    before = [] if turn.decision.startswith("done") else [turn.acknowledgement]
    parts = [*before, *turn.refusals, *turn.said]
    text = " ".join(part.strip(" ") for part in parts if part and part.strip())
    slot = form.slot(state.asking[0]) if state.asking and not ended else None
    suggestions = slot.suggestions if slot else ()
    if state.phase == "confirming":
        suggestions = form.wording.get("confirm_suggestions", ())
    return Reply(
        text=typeset(text, turn.locale),
        ended=ended,
        asking=slot.key if slot else None,
        suggestions=suggestions,
        action=turn.action,
        trace=Trace(tuple(turn.heard), turn.decision),
        locale=turn.locale,
    )


def wording(form: Form, key: str, turn: int) -> str:
    """A sentence of the policy, a different one each time in a row."""
    variants = form.wording.get(key, ("",))
    return variants[turn % len(variants)]


def missing(form: Form, state: State, goal: Goal) -> list[Slot]:
    """The slots of a goal still to be asked, in order."""
    skipped = state.notes.get("skipped", [])
    return [
        slot
        for key in goal.slots
        if (slot := form.slot(key))
        and slot.key not in state.values
        and slot.key not in skipped
        and not slot.volunteered_only
    ]


def next_missing(form: Form, state: State, goal: Goal) -> Slot | None:
    return next(iter(missing(form, state, goal)), None)


def skip(state: State, key: str) -> None:
    """Never ask this slot again."""
    skipped = state.notes.setdefault("skipped", [])
    if key not in skipped:
        skipped.append(key)


def group(goal: Goal, state: State, wanted: list[Slot]) -> list[str]:
    """What to ask in one sentence: the largest group still wholly missing and never asked."""
    keys = {slot.key for slot in wanted}
    first = wanted[0].key
    if first == state.notes.get("refused"):
        state.notes.pop("refused")
        return [first]
    for together, _ in goal.together:
        grouped = state.notes.get("grouped", [])
        fresh = all(key not in state.tries and key not in grouped for key in together)
        if first in together and keys.issuperset(together) and fresh:
            return list(together)
    return [first]


def ask(form: Form, state: State, turn: Turn, keys: list[str]) -> tuple[State, Reply]:
    """Ask for one slot, or for several in one sentence."""
    goal = form.goal(state.goal)
    slot = form.slot(keys[0])
    if slot is None:
        return state, reply(form, state, turn)
    if slot.key in state.notes.get("proposed", {}):
        state.asking = [slot.key]
        return state, reply(form, state, turn)
    question = _together(goal, keys) if len(keys) > 1 else ""
    tried = state.tries.get(slot.key, 0)
    if not question or tried:
        keys = keys if question else keys[:1]
        variants = _sayable((goal.asks.get(slot.key) if goal else None) or slot.ask, state)
        if not question or _same(question, state.said):
            question = variants[tried % len(variants)] if variants else ""
            keys = keys[:1]
        if len(variants) > 1 and _same(question, state.said):
            question = variants[(tried + 1) % len(variants)]
    state.asking = keys
    if len(keys) == 1:
        state.tries[slot.key] = tried + 1
    else:
        grouped = state.notes.setdefault("grouped", [])
        grouped += [key for key in keys if key not in grouped]
    state.said = question
    turn.said.append(question)
    turn.decision = turn.decision or f"ask {'+'.join(keys)}"
    return state, reply(form, state, turn)


def _sayable(variants: Sequence[str], state: State) -> list[str]:
    """The wordings that say nothing unknown, with what they say of who calls (`{name}`)."""
    name = state.values.get("name")
    named = str(name) if name else ""
    return [one.replace("{name}", named) for one in variants if named or "{name}" not in one]


def _together(goal: Goal | None, keys: list[str]) -> str:
    for together, question in goal.together if goal else ():
        if list(together) == keys:
            return question
    return ""


def _same(question: str, said: str) -> bool:
    return plain_spaces(question) == plain_spaces(said)
