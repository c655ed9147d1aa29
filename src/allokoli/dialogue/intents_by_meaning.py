"""What a sentence is about by its meaning, where no word of the lexicon gave it away."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from allokoli.dialogue import meaning
from allokoli.dialogue.entities.answers import looks_like_question
from allokoli.dialogue.form import Aside, Form, Goal
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, similarity
from allokoli.dialogue.requests import wishes_politely
from allokoli.dialogue.state import Heard, State
from allokoli.dialogue.text import fold
from allokoli.dialogue.understood import Understanding

_OWNERS = 0.45
_CERTAIN = 0.75
_HELP = 0.46
_HELP_BESIDE = 0.66
_FEW_WORDS = 2
_SOCIAL_WORDS = 4
_WISH = "wish"
_SAME = 0.7
_ORDINARY = "ordinary"
_TELLING_WORDS = 3


def recognize_meaning(
    form: Form, state: State, text: str, found: Understanding, *, questions_only: bool = False
) -> None:
    """Note the goal or the question that means about what was said, when no word gave it away.

    Args:
        form: the form being filled.
        state: where the conversation stands.
        text: the sentence, or what no answer was read from.
        found: completed.
        questions_only: whether the sentence answered something, so that it wants nothing else.
    """
    only = _SOCIAL_WORDS if found.social in {"anything", "wait", "goodbye"} else _FEW_WORDS
    if found.question and found.social in {None, "wait"}:  # `יש חניה?`: is there parking?
        only = 1
    if len(text.split()) <= only:
        return
    asides = [one for one in form.asides if not one.at_once]
    named: list[Goal | Aside] = [*asides, *(() if questions_only else form.goals)]
    things = {f"{type(thing).__name__}:{thing.key}": thing for thing in named}
    groups = {name: examples_of(thing) for name, thing in things.items()}
    telling = {f"told:{one.key}": one for one in named if isinstance(one, Goal) and one.told}
    things.update(telling)
    groups.update({name: one.told for name, one in telling.items()})
    least = _least(form, state, found)
    usual = [] if state.goal or found.question else _usual(form, things)
    alike = {name: f"Goal:{one.key}" for name, one in telling.items()}
    text = less_fillers(text, form.locale)

    def fits(name: str, clause: str) -> bool:
        """What is told asks nothing; where something was asked, only that may be answered."""
        asking = found.question and asks(clause, text, form.locale)
        if name in telling:
            polite = wishes_politely(clause, form.locale)
            return (not asking or polite) and not found.only_asks
        open_ = state.goal is None and found.question
        return asking or not open_ or not is_owners(things[name])

    near = meaning.nearest(
        text, groups, least=least, favored=telling, usual=usual, alike=alike, fits=fits
    )
    if near and is_unanswered(things[near.key]):
        found.question, found.asked = True, near.clause
        _answered_besides(form, text, near.clause, found)
        return
    if near and not _holds(state, things[near.key], groups[near.key], near, found):
        near = None
    if near is None and found.question:
        # The owner wrote an answer to something like it: better than none.
        owners = {name: groups[name] for name, one in things.items() if is_owners(one)}
        near = meaning.nearest(text, owners, least=_OWNERS, fits=fits)
    if near is None:
        return
    asked = _in_writing(form, near.clause) if near.key in telling and found.question else None
    if asked:
        near = replace(near, key=f"Aside:{asked.key}")
    note(things[near.key], near, found, tells=near.key in telling)


def _answered_besides(form: Form, text: str, asked: str, found: Understanding) -> None:
    """`Is it still free, and are cats allowed?`: of two questions, the one that has an answer."""
    rest = less_fillers(text.replace(asked, " "), form.locale)
    if len(rest.split()) <= _FEW_WORDS:
        return
    owners = {one.key: one for one in form.asides if is_owners(one)}
    groups = {key: examples_of(one) for key, one in owners.items()}
    near = meaning.nearest(rest, groups, least=meaning.FIRM)
    if near and asks(near.clause, text, form.locale):
        note(owners[near.key], near, found, tells=False)


def note_call_for_help(form: Form, text: str, found: Understanding) -> None:
    """Note an emergency where what is said is nearer to one than to what callers say at large.

    What this business alone is told does not count: that a garage repairs what smokes makes no fire
    harmless. Who also asks or wants something must be very near one.

    Args:
        form: the form being filled.
        text: the sentence, or what no answer was read from.
        found: completed with the aside.
    """
    warning = next((one for one in form.asides if one.at_once), None)
    noted = found.aside is not None and found.aside.at_once
    if warning is None or noted or len(text.split()) < _FEW_WORDS:
        return
    doubtful = found.question or found.aside or insults(form, text)
    beside = _HELP_BESIDE if found.goal else meaning.SURE if doubtful else _HELP
    least = _CERTAIN if found.fills else beside
    groups = {warning.key: warning.examples, _ORDINARY: _ordinary(form)}
    text = less_fillers(text, form.locale)
    near = meaning.nearest(text, groups, least=least)
    if near is None or near.key != warning.key:  # the wish may be what another part says
        near = meaning.nearest(text, groups, least=max(least, _HELP_BESIDE), only=warning.key)
    if near:
        note(warning, near, found, tells=False)


def _ordinary(form: Form) -> list[str]:
    """What callers say who are in no danger."""
    lists = (meaning.sentences(key) for key in ("harmless", "requests", "elsewhere"))
    things: list[Goal | Aside] = [*form.goals, *form.asides]
    at_large = [one for one in things if not one.at_once and not is_owners(one)]
    return [one for said in (*lists, *(thing.examples for thing in at_large)) for one in said]


def _in_writing(form: Form, clause: str) -> Aside | None:
    """The owner's question that begins by telling this (`I forgot my password, what can I do?`)."""
    told_ = fold(clause).strip(" ,.")
    written = next((one for one in form.asides if told_ in fold(one.question)), None)
    if written:
        return written
    ignored = frozenset(lexicon(form.locale).words["stop"])
    heads = ((one, one.question.partition(",")[0]) for one in form.asides if "," in one.question)
    return next((one for one, head in heads if similarity(head, told_, ignored) >= _SAME), None)


def note(thing: Goal | Aside, near: meaning.Near, found: Understanding, *, tells: bool) -> None:
    kind = "goal" if isinstance(thing, Goal) else "aside"
    if isinstance(thing, Goal):
        found.goal = thing
        if tells:
            found.told = near.clause
    else:
        found.aside = thing
    found.hear(Heard(kind, thing.key, words=near.clause, how="meaning", score=near.score))


def _usual(form: Form, things: Mapping[str, Goal | Aside]) -> list[str]:
    """What most people call for, where they say what it is about in words of their own."""
    goal = form.goal(form.default_goal)
    return [name for name, thing in things.items() if thing is goal and goal.tells]


def less_fillers(text: str, locale: str) -> str:
    """The sentence from where it says something (`euh oui bonjour, alors voilà, …`)."""
    words = lexicon(locale).words
    fillers = sorted((*words["hesitation"], *words["hello"]), key=len, reverse=True)
    folded, at = fold(text), 0
    while match := next(
        (
            found
            for one in fillers
            if (found := re.compile(rf"{re.escape(one)}(?!\w)[\W_]*").match(folded, at))
        ),
        None,
    ):
        at = match.end()
    return text[at:] or text


def insults(form: Form, text: str) -> bool:
    """Whether an insult is among the words: anger sounds like an emergency."""
    return find_phrase(lexicon(form.locale).words["insult"], fold(text)) is not None


def _holds(
    state: State,
    thing: Goal | Aside,
    examples: Sequence[str],
    near: meaning.Near,
    found: Understanding,
) -> bool:
    """Whether a meaning is near enough for what it would lead to."""
    leaves = state.goal is not None and isinstance(thing, Goal)
    if leaves and isinstance(thing, Goal) and thing.at_once and state.phase == "confirming":
        return False  # "the number is wrong", at the recap, is no wrong number
    if near.score < (meaning.SURE if leaves else _needed(thing)):
        return False
    if thing.at_once and not meaning.belongs(near.clause, examples, than="harmless"):
        return False
    return not found.question or is_owners(thing) or meaning.belongs(near.clause, examples)


def _needed(thing: Goal | Aside) -> float:
    """How near, where a mistake would cost the call: it ends, or turns to something else."""
    if isinstance(thing, Goal):
        return meaning.SURE if thing.at_once or thing.newest else meaning.LIKELY
    if thing.goal:
        return meaning.SURE
    return meaning.FIRM if thing.private else meaning.LIKELY


def is_specific(aside: Aside) -> bool:
    """Whether it asks for something that words of a wish may be about too."""
    return is_owners(aside) or is_unanswered(aside) or aside.private


def is_unanswered(thing: Goal | Aside) -> bool:
    return isinstance(thing, Aside) and not thing.answer


def examples_of(thing: Goal | Aside) -> tuple[str, ...]:
    question = thing.question if isinstance(thing, Aside) else ""
    return (*thing.examples, question) if question else thing.examples


def _least(form: Form, state: State, found: Understanding) -> float:
    """How near a meaning must be: while a free answer is awaited, it must be certain."""
    sure = awaits_free_answer(form, state) and not found.question
    return meaning.SURE if sure else meaning.LIKELY


def told(goal: Goal, text: str) -> str:
    """The part of a sentence that already answers the goal's slot `tells`, or an empty string."""
    groups = {"told": goal.told, _WISH: goal.examples}
    clauses = [one for one in re.split(r"[,.;:!?]+(?:\s|$)", text) if one.strip()]
    parts = [one for one in clauses if len(one.split()) >= _TELLING_WORDS]
    found = [near for part in (text, *parts) if (near := meaning.nearest(part, groups))]
    best = max((near for near in found if near.key == "told"), key=lambda near: near.score,
               default=None)  # fmt: skip
    return best.clause if best else ""


def asks(clause: str, text: str, locale: str) -> bool:
    """Whether a clause is the one that asks something in a sentence."""
    after = text.partition(clause)[2].lstrip()[:1]
    clause = clause.rstrip(" ,;")
    return after == "?" or looks_like_question(clause, fold(clause), locale)


def is_owners(thing: Goal | Aside) -> bool:
    return isinstance(thing, Aside) and bool(thing.question)


def awaits_free_answer(form: Form, state: State) -> bool:
    awaited = [slot for key in state.asking if (slot := form.slot(key))]
    return any(slot.type in {"text", "custom", "name"} for slot in awaited)
