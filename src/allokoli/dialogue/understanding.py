"""What one sentence means to a form that stands at a certain point."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from allokoli.dialogue import intents, intents_by_meaning
from allokoli.dialogue.answering import read_answers
from allokoli.dialogue.cuts import in_full, less_asked, less_question
from allokoli.dialogue.form import Form
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.reasons import reason_left
from allokoli.dialogue.requests import requested
from allokoli.dialogue.state import Heard, State
from allokoli.dialogue.text import fold
from allokoli.dialogue.understood import Understanding
from allokoli.dialogue.utterance import Utterance

_FREE = frozenset({"text", "custom"})


def understand(
    form: Form, state: State, text: object, *, now: datetime, locale: str
) -> Understanding:
    """Read a sentence.

    Args:
        form: the form being filled.
        state: where the conversation stands.
        text: what was said.
        now: the present, aware.
        locale: the language spoken.
    """
    whole = Utterance.of(text, locale)
    found = Understanding(words=whole.raw)
    intents.recognize(form, state, whole, found, locale)
    if found.goal and found.aside and found.aside.goal == found.goal.key:
        if _comes_first(found, whole.raw):
            found.goal = None  # "I don't speak to machines. I left my scarf with you"
        else:
            found.aside = None  # a message for the boss asks for a message, not for the boss
    uncut = form.whole_sentences or _wants_verbatim(form, state)
    private = found.aside is not None and found.aside.private
    asked = found.question or state.goal is None or private
    told = less_question(whole, found, locale) if asked and not uncut else whole
    parts = read_answers(
        form, state, told, found, now.astimezone(ZoneInfo(form.timezone)), locale, uncut=uncut
    )
    found.goal = found.goal or requested(form, state, told, found, locale)
    agrees = state.phase == "confirming" and found.answer == "yes" and not found.question
    leaves = found.social == "goodbye" and not found.question
    if state.goal and not _wants_verbatim(form, state):
        left = _unread(form, told, parts, found)
        intents_by_meaning.note_call_for_help(form, left, found)
        if not (found.goal or found.aside or agrees or leaves):
            _read_meaning(form, state, left, found)
    _answers_rather_than_asks(state, whole, found, locale)
    _read_story(form, state, whole, parts, found, locale)
    return found


def _comes_first(found: Understanding, raw: str) -> bool:
    """Whether the question is a sentence of its own, before the one that tells the wish."""
    between = raw[raw.find(found.aside_words) : max(raw.find(found.goal_words), 0)]
    return re.search(r"[.!?]\s", between) is not None


def _answers_rather_than_asks(
    state: State, whole: Utterance, found: Understanding, locale: str
) -> None:
    """An answer to what was asked is no question that its words are only near."""
    answered = any(key in found.fills for key in state.asking)
    words = found.aside_words
    asks = found.question or (words and intents_by_meaning.asks(words, whole.raw, locale))
    if found.aside and answered and not asks and not found.aside.at_once:
        found.aside = None


def _read_story(
    form: Form,
    state: State,
    whole: Utterance,
    parts: list[Utterance],
    found: Understanding,
    locale: str,
) -> None:
    """What is told along with a wish, as the answer that the goal's own words give."""
    if found.goal and found.goal.tells and found.goal.tells not in state.values:
        unasked = less_asked(whole.raw, found, locale)
        found.told = found.told or intents_by_meaning.told(found.goal, unasked)
        story = Utterance.of(unasked, locale) if found.aside else whole
        found.told = found.told and in_full(found.told, story, parts, locale)
        rest = [part for segment in parts for part in segment.rest()]
        if found.aside or found.asked or "?" in whole.raw:
            rest = [part for part in rest if part in unasked]
        opens = state.goal is None and found.goal.key == form.default_goal
        fillers = "|".join(map(re.escape, map(fold, lexicon(locale).words["hesitation"])))
        plainly = re.sub(rf",?\s+(?:{fillers})(?!\w),?", "", whole.raw_folded)
        named_for = find_phrase(lexicon(locale).words.get("wish_for", ()), plainly)
        least = 1 if named_for else None
        found.told = found.told or (reason_left(rest, locale, least=least) if opens else "")
    plain = lexicon(locale).words.get("wish_plain")
    if found.told and plain and not reason_left([found.told], locale, least=1):
        found.told = ""  # "I'd like an appointment with the doctor" says not why
    _as_a_statement(form, state, whole, found, locale)
    named = found.fills.get(found.goal.tells) if found.goal else None
    if named and plain and found.told and not reason_left([str(named)], locale, least=1):
        named = None  # "it's about my mum, she had a fall" is about the fall
    if found.goal and found.told and str(named or "\0") not in found.told:
        found.told = f"{found.told}, {named}" if named and named != found.told else found.told
        found.fills[found.goal.tells] = found.told
        found.heard.append(Heard("slot", found.goal.tells, found.told, found.told, "meaning"))


def _as_a_statement(
    form: Form, state: State, whole: Utterance, found: Understanding, locale: str
) -> None:
    """Who says what is wrong, in words that nothing is like, wants it seen to."""
    goal = form.goal(form.default_goal)
    understood = found.goal or found.aside or found.question or found.social
    if state.goal is not None or goal is None or not goal.told or not goal.tells or understood:
        return
    names = find_phrase(lexicon(locale).words.get("wish_for", ()), whole.raw_folded)
    told = reason_left([whole.raw], locale, least=1 if names else 2)
    if told:
        found.goal, found.answer = goal, None
        found.told = whole.raw
        found.hear(Heard("goal", goal.key, words=whole.raw, how="statement"))


def _answered(form: Form, found: Understanding) -> bool:
    """Whether something was answered that is no free answer."""
    return any((slot := form.slot(key)) and slot.type not in _FREE for key in found.fills)


def _unread(form: Form, whole: Utterance, segments: list[Utterance], found: Understanding) -> str:
    """What no answer was read from; all of it, where it may be free answers only."""
    if not _answered(form, found):
        return whole.raw
    return ". ".join(part for segment in segments for part in segment.rest())


def _read_meaning(form: Form, state: State, left: str, found: Understanding) -> None:
    """A wish or a question in other words than the lexicon's; what was answered wants nothing."""
    free = [key for key in found.fills if (slot := form.slot(key)) and slot.type in _FREE]
    answered = _answered(form, found)
    intents_by_meaning.recognize_meaning(
        form,
        state,
        left,
        found,
        questions_only=answered or found.social == "goodbye",  # "my boss is here, I'll call back"
    )
    if found.goal and found.goal.key == state.goal:
        found.goal = None
    if found.aside and free and not found.question and intents_by_meaning.is_owners(found.aside):
        found.aside = None  # "one of us is a vegetarian" answers, where that is what was asked
    if (found.aside or found.goal) and not found.told and not answered:
        for key in free:
            if key in state.asking or found.goal:
                del found.fills[key]


def _wants_verbatim(form: Form, state: State) -> bool:
    slots = [form.slot(key) for key in state.asking]
    return any(slot is not None and slot.verbatim for slot in slots)
