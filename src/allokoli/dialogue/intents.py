"""What a sentence is about: the lexicon first, then its meaning (`intents_by_meaning`)."""

import re
from collections.abc import Sequence

from allokoli.dialogue.asking_and_wanting import (
    also_asks,
    also_wants,
    ask_about,
    asks_apart,
    keep_to_question,
)
from allokoli.dialogue.bookings_held import rather_meant
from allokoli.dialogue.entities.answers import (
    Answer,
    find_answer,
    find_social,
    looks_like_question,
    says_only_thanks,
)
from allokoli.dialogue.entities.times import find_part_of_day
from allokoli.dialogue.form import Aside, Form, Goal
from allokoli.dialogue.intents_by_meaning import (
    asks,
    awaits_free_answer,
    is_owners,
    note_call_for_help,
    recognize_meaning,
)
from allokoli.dialogue.leaving import takes_leave
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import either, find_phrase, phrase_pattern, similarity
from allokoli.dialogue.only_asking import is_denied, keep_to_asking
from allokoli.dialogue.reasons import reason_left
from allokoli.dialogue.requests import names_a_day
from allokoli.dialogue.state import Heard, State
from allokoli.dialogue.text import fold
from allokoli.dialogue.understood import Understanding
from allokoli.dialogue.utterance import Utterance

_SIMILAR = 0.72
_LEAVING_WORDS = 9
_MOST_PARTS = 8
_NEAR_START = 12
_FEW_WORDS = 2


def recognize(
    form: Form, state: State, whole: Utterance, found: Understanding, locale: str
) -> None:
    """Note what a sentence is about, besides the answers it holds.

    Args:
        form: the form being filled.
        state: where the conversation stands.
        whole: the sentence.
        found: completed with the goal, the aside, yes or no, …
        locale: the language spoken.
    """
    folded = whole.raw_folded
    found.answer = _answer(state, whole, locale)
    found.social = find_social(folded, locale)
    found.question = looks_like_question(whole.raw, folded, locale)
    found.excepted = find_phrase(lexicon(locale).words.get("except", ()), folded) is not None
    for name in ("answer", "social"):
        if getattr(found, name):
            found.heard.append(Heard(name, getattr(found, name), words=whole.raw))
    _by_lexicon(form, state, whole, found, locale)
    if takes_leave(state, folded, found, locale):
        found.social = "goodbye"
    _meets(form, state, whole, found, locale)
    if found.aside and _is_told(form, state, whole, found, locale):
        found.aside = None
    if found.aside and found.aside.private:
        found.goal = None
    if found.goal and not found.goal.at_once and _is_dictated(form, state, found, folded, locale):
        found.goal = None
    if found.goal and found.goal.newest and state.values and state.goal == form.default_goal:
        found.goal = None  # "make it one o'clock instead" corrects what is being booked
    keep_to_asking(form, state, whole, found, locale)
    if state.goal is None:
        note_call_for_help(form, whole.raw, found)
    _by_meaning(form, state, whole, found)
    words = found.aside_words
    asked = found.question or (words and asks(words, whole.raw, locale))
    if found.goal and found.aside and not asked and not found.aside.at_once:
        same = found.aside.goal == found.goal.key  # "someone real, I left my scarf with you"
        found.aside = found.aside if same else None
    _note_pointed(form, whole, found, locale)


def _meets(form: Form, state: State, whole: Utterance, found: Understanding, locale: str) -> None:
    """`Could I talk to somebody about a will on Monday?` asks for a meeting, and for nobody now."""
    goal, folded = form.goal(form.default_goal), whole.raw_folded
    if state.goal or goal is None or "date" not in goal.slots or found.aside is None:
        return
    meets = find_phrase(lexicon(locale).words.get("meets", ()), folded)
    later = folded
    for now in lexicon(locale).words.get("meets_not", ()):
        later = phrase_pattern(now).sub(" ", later)
    if found.aside.intent == "human" and meets and names_a_day(later, locale):
        found.goal, found.aside = goal, None
        found.hear(Heard("goal", goal.key, words=whole.raw[slice(*meets)]))


def _is_told(form: Form, state: State, whole: Utterance, found: Understanding, locale: str) -> bool:
    """Whether what asks for a person is a part of the message being taken, which says more."""
    wish = found.aside_words
    if found.aside is None or found.aside.goal != state.goal or not wish:
        return False
    dictated = _is_dictated(form, state, found, whole.raw_folded, locale)
    return (
        dictated and len(reason_left([whole.raw.replace(wish, " ")], locale).split()) > _FEW_WORDS
    )


def _leaves_open(aside: Aside) -> bool:
    """Whether more may be wanted than what it answers."""
    return not (aside.goal or aside.at_once or aside.private)


def _by_meaning(form: Form, state: State, whole: Utterance, found: Understanding) -> None:
    leaves = found.social == "goodbye" and len(whole.raw_folded.split()) <= _LEAVING_WORDS
    asked = found.aside or found.asked
    if state.goal is None and not found.goal and not asked and not leaves:
        recognize_meaning(form, state, whole.raw, found)
        if found.question and found.goal and not found.aside:
            also_asks(form, whole.raw, found)
        _wants_besides(form, whole, found)
    elif found.question and found.goal and not found.aside:
        ask_about(form, whole.raw, found)
    elif found.question and found.goal and found.aside and is_owners(found.aside):
        keep_to_question(whole.raw, found)
    if state.goal is None and found.goal and not (found.goal.at_once or found.aside):
        asks_apart(form, whole.raw, found)
    if (
        found.aside
        and _leaves_open(found.aside)
        and not (state.goal or found.goal or found.only_asks)
    ):
        also_wants(form, whole.raw, found)


def _wants_besides(form: Form, whole: Utterance, found: Understanding) -> None:
    """`We're after a tool for our rotas, do you do discounts?`: the wish beside a question that
    nobody answered."""
    rest = whole.raw.replace(found.asked, " ") if found.asked else ""
    wants = find_phrase(lexicon(form.locale).words.get("wants", ()), fold(rest))
    if wants and not (found.goal or found.aside or found.only_asks):
        found.goal = form.goal(form.default_goal)
        found.hear(Heard("goal", form.default_goal or "", words=rest[slice(*wants)]))


def _note_pointed(form: Form, whole: Utterance, found: Understanding, locale: str) -> None:
    """What is pointed at without an answer, and the part of the day."""
    folded = whole.raw_folded
    pointed = ((slot, find_phrase(slot.mentions, folded)) for slot in form.slots)
    slot, span = next(((slot, span) for slot, span in pointed if span), (None, None))
    if slot and span:
        found.mentioned = slot.key
        found.heard.append(Heard("mentioned", slot.key, words=whole.raw[slice(*span)]))
    part = find_part_of_day(_less_greeting(whole.folded, locale), locale)
    if part:
        found.notes["part"] = part


def _is_dictated(form: Form, state: State, found: Understanding, folded: str, locale: str) -> bool:
    """Whether a wish is part of the message being taken (`that I'd like to cancel my order`)."""
    slots = [form.slot(key) for key in state.asking]
    dictated = any(slot is not None and slot.verbatim for slot in slots)
    corrects = find_phrase(lexicon(locale).words["correction"], folded)
    return dictated and found.answer != "no" and not (corrects and corrects[0] <= _NEAR_START)


def _less_greeting(folded: str, locale: str) -> str:
    """`good morning` says nothing of the hour wanted."""
    for phrase in sorted(lexicon(locale).words["hello"], key=len, reverse=True):
        folded = phrase_pattern(phrase).sub(" ", folded)
    return folded


def _answer(state: State, whole: Utterance, locale: str) -> Answer | None:
    """Yes or no; at the recap also after a courtesy (`how kind, yes that's right`)."""
    words = lexicon(locale).words
    heard_for_yes = either(words.get("heard_for_yes", ()))
    if state.phase == "confirming" and re.fullmatch(rf"\W*{heard_for_yes}\W*", whole.raw_folded):
        return "yes"
    agreed = find_phrase(words.get("agreed", ()), whole.raw_folded)
    denied = find_phrase(words["no"], whole.raw_folded) if agreed else None
    inside = agreed and denied and denied[0] <= agreed[0] and agreed[1] <= denied[1]
    if state.phase == "confirming" and agreed and not inside:  # `not spot on`
        return "yes"
    first = find_answer(whole.raw_folded, locale)
    if first == "yes" and state.phase == "confirming" and _but(whole.raw_folded, locale):
        return None
    if first or state.phase != "confirming":
        return first
    clauses = re.split(r"[.?!;,]+(?:\s|$)", whole.raw_folded)
    said = next((answer for one in clauses if (answer := find_answer(one, locale))), None)
    return said or ("yes" if says_only_thanks(whole.raw_folded, locale) else None)


def _but(folded: str, locale: str) -> bool:
    """`Yes, but it's for Friday` agrees to nothing."""
    span = find_phrase(lexicon(locale).words.get("except", ()), folded)
    return span is not None and re.search(r"\w+\W+\w+", folded[span[1] :]) is not None


def _by_lexicon(
    form: Form, state: State, whole: Utterance, found: Understanding, locale: str
) -> None:
    folded = whole.raw_folded
    hinted = False
    for goal, phrases in _ways(form.goals):
        if goal.at_once and phrases is goal.hints and state.goal is not None:
            continue  # "I got the day wrong": what is being done goes on
        span = find_phrase(phrases, folded)
        if span and not is_denied(span, folded, locale):
            found.goal, hinted = goal, phrases is goal.hints
            opens = hinted and state.goal is None
            found.goal = _hinted_at(form, goal, whole, span[1], locale) if opens else goal
            found.hear(Heard("goal", found.goal.key, words=whole.raw[slice(*span)]))
            break
    spans = [(aside, find_phrase(aside.phrases, folded)) for aside in form.asides]
    said = [(span[1] - span[0], aside, span) for aside, span in spans if span]
    wish = found.goal_words
    said = [one for one in said if one[1].at_once or whole.raw[slice(*one[2])] not in wish]
    if said:
        _, found.aside, span = max(said, key=lambda item: (item[1].at_once, item[0]))
        words = whole.raw[slice(*span)]
        found.hear(Heard("aside", found.aside.key, words=words))
        if found.goal and found.goal.key == form.default_goal and wish in words != wish:
            found.goal = None  # "is the doctor in today?" asks for no doctor
        return
    if not found.question and awaits_free_answer(form, state):
        return
    near = _asked_in_writing(form, whole, locale)
    asked = near is not None and (not found.question or asks(near[2], whole.raw, locale))
    if near and near[0] >= _SIMILAR and asked:
        score, found.aside, clause = near
        found.hear(Heard("aside", found.aside.key, words=clause, score=round(score, 2)))
        if hinted and found.question and state.goal is None:
            found.goal = None  # "we're booked for Friday, is breakfast included?"
            found.only_asks = True


def _hinted_at(form: Form, goal: Goal, whole: Utterance, end: int, locale: str) -> Goal:
    """What is meant by a hint that ends at a place of the sentence."""
    moved = _rather_moved(form, goal, whole.raw_folded[end:], locale)
    return rather_meant(form, goal, whole.raw) if moved is goal else moved


def _rather_moved(form: Form, goal: Goal, after: str, locale: str) -> Goal:
    """`I can't come tomorrow, what about Monday?`: who asks for another moment calls nothing off.

    Args:
        form: the form being filled.
        goal: what the sentence hints at.
        after: what is said after the hint.
        locale: the language spoken.
    """
    moves = next((one for one in form.goals if one.newest), None)
    proposes = find_phrase(lexicon(locale).words.get("proposes", ()), after)
    if goal.key != "cancel" or moves is None or proposes is None:
        return goal
    rest = after[proposes[0] :]
    other = find_phrase(lexicon(locale).words.get("another_moment", ()), rest)
    return (
        moves
        if other or names_a_day(rest, locale) or re.search(r"\d", Utterance.of(rest, locale).text)
        else goal
    )


def _ways(goals: Sequence[Goal]) -> list[tuple[Goal, tuple[str, ...]]]:
    """Each goal with words for it, in the order they are tried: hints after stronger goals."""
    hinted = max((at for at, goal in enumerate(goals) if goal.hints), default=-1) + 1
    return [
        *((goal, goal.phrases) for goal in goals[:hinted]),
        *((goal, goal.hints) for goal in goals[:hinted]),
        *((goal, goal.phrases) for goal in goals[hinted:]),
    ]


def _asked_in_writing(form: Form, whole: Utterance, locale: str) -> tuple[float, Aside, str] | None:
    """The owner's question that shares most words with the sentence or with a part of it."""
    ignored = frozenset(lexicon(locale).words["stop"])
    parts = [whole.raw, *re.split(r"(?<=[.?!;,])\s+", whole.raw)[:_MOST_PARTS]]
    asked = {part: asks(part, whole.raw, locale) for part in parts}
    scores = [
        (similarity(aside.question, fold(part), ignored), aside, part)
        for aside in form.asides
        if aside.question
        for part in parts
    ]
    return max(scores, key=lambda item: (item[0], asked[item[2]], -len(item[2])), default=None)
