"""A question that asks for a place rather than for an answer (`could you see him today?`)."""

from allokoli.dialogue.entities.when_patterns import when_rules
from allokoli.dialogue.form import Form, Goal
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.state import Heard, State
from allokoli.dialogue.text import fold
from allokoli.dialogue.understood import Understanding
from allokoli.dialogue.utterance import Utterance


def requested(
    form: Form, state: State, told: Utterance, found: Understanding, locale: str
) -> Goal | None:
    """What most people call for, where an opening asks whether it can be, with its day or size.

    Args:
        form: the form being filled.
        state: where the conversation stands.
        told: the sentence, less a question that has an answer of its own.
        found: what was understood; the goal is noted in what was heard.
        locale: the language spoken; one without a list of `requests` gives None.
    """
    goal = form.goal(form.default_goal)
    if state.goal is not None or found.goal or goal is None or found.only_asks:
        return None
    words = lexicon(locale).words
    span = find_phrase((*words.get("requests", ()), *words.get("wants", ())), told.raw_folded)
    if span is None or find_phrase(words.get("requests_not", ()), told.raw_folded):
        return None
    if not goal.implied_by & found.fills.keys():
        return None
    found.hear(Heard("goal", goal.key, words=told.raw[slice(*span)], how="request"))
    return goal


def wishes_politely(clause: str, locale: str) -> bool:
    """Whether a question is a wish in good manners (`could I come on Thursday?`)."""
    words, folded = lexicon(locale).words, fold(clause)
    if find_phrase(words.get("requests_not", ()), folded):
        return False
    return find_phrase(words.get("requests", ()), folded) is not None


def names_a_day(clause: str, locale: str) -> bool:
    """Whether a day is said, whichever."""
    folded, rules = fold(clause), when_rules("dates", locale)
    for rule in rules:
        if rule.means["means"] == "nothing":  # `לשבת בחוץ` is to sit outside
            folded = rule.pattern.sub("\0", folded)
    return any(one.pattern.search(folded) for one in rules if one.means["means"] != "nothing")
