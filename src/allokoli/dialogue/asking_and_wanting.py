"""A sentence that asks, wants, or does both: which, by its meaning."""

import re
from collections.abc import Mapping

from allokoli.dialogue import meaning
from allokoli.dialogue.form import Aside, Form
from allokoli.dialogue.intents_by_meaning import (
    asks,
    examples_of,
    is_owners,
    is_specific,
    is_unanswered,
    less_fillers,
    note,
    told,
)
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.requests import names_a_day, wishes_politely
from allokoli.dialogue.state import Heard
from allokoli.dialogue.text import fold
from allokoli.dialogue.understood import Understanding

_WANTED = 0.7
_TOLD = 0.55
_WISH = "wish"
_TELLING_WORDS = 3


def ask_about(form: Form, text: str, found: Understanding) -> None:
    """`How much is a consultation?` asks about what another sentence would book."""
    goal, locale = form.goal(form.default_goal), form.locale
    if found.goal is not goal or goal is None:
        return
    asides = {aside.key: aside for aside in form.asides if is_specific(aside)}
    groups = {key: examples_of(aside) for key, aside in asides.items()}
    wishes = (*goal.examples, *goal.told)
    said = less_fillers(text, locale)
    near = meaning.nearest(
        said,
        {**groups, _WISH: wishes},
        least=meaning.FIRM,
        favored=groups,
        alike=dict.fromkeys(groups, "question"),
    )
    if near is None or near.key == _WISH:
        return
    near = rather_answered(near, asides)
    wish = wishes_politely(near.clause, locale) and find_phrase(goal.phrases, fold(near.clause))
    if wish and near.score < _WANTED:
        return  # "could I get an appointment with somebody in accounts?"
    if not is_unanswered(asides[near.key]):
        found.aside = asides[near.key]
    rest = text.replace(near.clause, " ")
    dated = wishes_politely(near.clause, locale) and names_a_day(near.clause, locale)
    wants = find_phrase(lexicon(locale).words.get("wants", ()), fold(text)) is not None
    besides = wishes_politely(rest, locale) and names_a_day(rest, locale)
    wishes_besides = dated or besides or (wants and not found.only_asks)
    if (
        find_phrase(goal.phrases, fold(rest)) is None
        and not told(goal, rest)
        and not wishes_besides
    ):
        found.goal = None
    found.hear(Heard("aside", near.key, words=near.clause, how="meaning", score=near.score))


def rather_answered(near: meaning.Near, asides: Mapping[str, Aside]) -> meaning.Near:
    """The owner's question that is about as near as one that nobody answered."""
    if not is_unanswered(asides[near.key]):
        return near
    owners = {key: examples_of(one) for key, one in asides.items() if is_owners(one)}
    least = max(near.score - meaning.MARGIN, meaning.FIRM)
    alike = dict.fromkeys(owners, "owner's")
    return meaning.nearest(near.clause, owners, least=least, alike=alike) or near


def also_asks(form: Form, text: str, found: Understanding) -> None:
    """`How much is a cut, and could you fit me in on Saturday?` wants and asks: it gets both."""
    wanted = found.goal_words
    rest = less_fillers(text.replace(wanted, " ") if wanted else "", form.locale)
    asides = {one.key: one for one in form.asides if is_owners(one)}
    wishes = [sentence for one in form.goals for sentence in (*one.examples, *one.told)]

    def fits(name: str, clause: str) -> bool:
        return name == _WISH or asks(clause, rest, form.locale)

    groups = {key: examples_of(one) for key, one in asides.items()}
    near = meaning.nearest(rest, {**groups, _WISH: wishes}, least=meaning.FIRM, fits=fits)
    if near and near.key != _WISH:
        note(asides[near.key], near, found, tells=False)


def asks_apart(form: Form, text: str, found: Understanding) -> None:
    """`Is it still free? If so I'd like to see it on Thursday`: a sentence of its own asks."""
    locale = form.locale
    asides = {one.key: one for one in form.asides if is_owners(one)}
    groups = {key: examples_of(one) for key, one in asides.items()}
    wishes = [sentence for one in form.goals for sentence in (*one.examples, *one.told)]

    def fits(name: str, clause: str) -> bool:
        return name == _WISH or asks(clause, text, locale)

    for sentence in re.split(r"(?<=[.?!;])\s+", text):
        if not sentence.endswith("?"):
            continue
        said = less_fillers(sentence, locale)
        near = meaning.nearest(
            said,
            {**groups, _WISH: wishes},
            least=meaning.FIRM,
            alike=dict.fromkeys(groups, "question"),
            fits=fits,
        )
        if near and near.key != _WISH and not wishes_politely(near.clause, locale):
            note(asides[near.key], near, found, tells=False)
            return


def also_wants(form: Form, text: str, found: Understanding) -> None:
    """`Is there a contract? I'm after a system for my shop` asks and wants: it gets both.

    Where a day is to be set, what is told before a question mostly leads up to it (`I had blood
    taken, are the results in?`), but not what is wanted outright. A second question wants
    something where it is a wish in good manners (`is it still free, and can I see it tomorrow?`).
    """
    aside, locale = found.aside, form.locale
    asked = found.aside_words
    before, _, after = text.partition(asked) if asked else ("", "", "")
    usual = form.goal(form.default_goal)
    if usual is None or aside is None:
        return
    goals = {f"Goal:{one.key}": one for one in form.goals if not one.at_once}
    telling = {f"told:{one.key}": one for one in goals.values() if one.told}
    alike = {name: f"Goal:{one.key}" for name, one in telling.items()}
    groups = {name: one.examples for name, one in goals.items()}
    groups |= {name: one.told for name, one in telling.items()}
    leads_up = "date" in usual.slots
    for rest in (after, before):
        said = less_fillers(rest.strip(" ,"), locale)
        wants = find_phrase(lexicon(locale).words.get("wants", ()), fold(said)) is not None

        def fits(_name: str, clause: str, said: str = said) -> bool:
            return not asks(clause, said, locale) or wishes_politely(clause, locale)

        if len(said.split()) < _TELLING_WORDS:
            continue
        enough = meaning.LIKELY if wants or not leads_up else meaning.FIRM
        if rest is before and leads_up and not wants:
            continue
        near = meaning.nearest(said, groups, least=enough, alike=alike, fits=fits)
        if near is None or fold(near.clause) in fold(aside.question):
            continue
        thing = {**goals, **telling}[near.key]
        polite = wishes_politely(near.clause, locale)
        if thing is not usual and (rest is before or near.score < _WANTED):
            continue  # "I'm coming in tomorrow, what do I bring?" calls nothing off
        tells = near.key in telling or bool(thing is usual and told(usual, near.clause))
        plainly = near.score >= (_TOLD if leads_up else meaning.FIRM)
        if (tells and plainly) or polite or wants or near.score >= _WANTED:
            note(thing, near, found, tells=tells)
            return
    wants = find_phrase(lexicon(locale).words.get("wants", ()), fold(after)) is not None
    second = (wants or wishes_politely(after, locale)) and names_a_day(text, locale)
    if second or (wishes_politely(asked, locale) and names_a_day(asked, locale)):
        found.goal = usual  # "do you do perms? I'd like one on Friday", "can I bring him Friday?"


def keep_to_question(text: str, found: Understanding) -> None:
    """`How much is a visit?` is the owner's question, and no wish for a visit."""
    asked = found.aside_words
    goal = found.goal
    if goal and asked and find_phrase((*goal.phrases, *goal.hints), fold(text.replace(asked, " "))):
        return
    found.goal = None
