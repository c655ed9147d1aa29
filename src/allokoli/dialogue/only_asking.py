"""Who names what they have, or what they do not want, and only asks something about it."""

import re

from allokoli.dialogue import meaning
from allokoli.dialogue.asking_and_wanting import rather_answered
from allokoli.dialogue.form import Form
from allokoli.dialogue.intents_by_meaning import asks, examples_of, is_unanswered, less_fillers
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.requests import names_a_day, wishes_politely
from allokoli.dialogue.state import Heard, State
from allokoli.dialogue.understood import Understanding
from allokoli.dialogue.utterance import Span, Utterance


def is_denied(span: Span, folded: str, locale: str) -> bool:
    """Whether a wish is named to say that it is none (`I don't want to book, just to ask`)."""
    before = folded[: span[0]].rstrip()
    denials = lexicon(locale).words.get("wish_denied", ())
    return any(re.search(rf"(?<!\w){re.escape(one)}$", before) for one in denials)


def keep_to_asking(
    form: Form, state: State, whole: Utterance, found: Understanding, locale: str
) -> None:
    """Let go of a wish that an opening only mentions (`we've a table tonight, can one park?`).

    Args:
        form: the form being filled.
        state: where the conversation stands.
        whole: the sentence.
        found: completed: `only_asks` when nothing is wanted but an answer.
        locale: the language spoken; `only_asks` lists the words that say so outright.
    """
    goal = found.goal
    if state.goal is not None or (goal and goal.at_once):
        return
    folded = whole.raw_folded
    only = find_phrase(lexicon(locale).words.get("only_asks", ()), folded) is not None
    only = only and not (wishes_politely(whole.raw, locale) and names_a_day(whole.raw, locale))
    found.only_asks = found.only_asks or only
    hinted = goal is not None and bool(goal.hints) and not find_phrase(goal.phrases, folded)
    found.question = found.question or found.only_asks
    if goal is None or not (found.only_asks or hinted) or not found.question:
        return
    answered = found.aside is not None and not found.aside.goal
    asked = answered if found.aside else _asks_something(form, whole, found, locale)
    found.only_asks = (asked and (hinted or not answered)) or (found.only_asks and hinted)
    if found.only_asks:
        found.goal = None


def _asks_something(form: Form, whole: Utterance, found: Understanding, locale: str) -> bool:
    """Whether a clause means a question rather than the wish; noted where it has an answer."""
    asides = {one.key: one for one in form.asides if not one.goal and not one.at_once}
    groups = {key: examples_of(one) for key, one in asides.items()}
    wishes = {f"{one.key} wish": (*one.examples, *one.told) for one in form.goals}
    text = less_fillers(whole.raw, locale)

    def fits(name: str, clause: str) -> bool:
        return name not in asides or asks(clause, text, locale)

    alike = dict.fromkeys(groups, "aside")
    near = meaning.nearest(text, {**groups, **wishes}, favored=groups, alike=alike, fits=fits)
    if near is None or near.key not in asides:
        return False
    near = rather_answered(near, asides)
    found.asked = near.clause
    if not is_unanswered(asides[near.key]):
        found.aside = asides[near.key]
    found.hear(Heard("aside", near.key, words=near.clause, how="meaning", score=near.score))
    return True
