"""What somebody wants of a booking that they only mention (`I've a table tonight, but…`)."""

from allokoli.dialogue import meaning
from allokoli.dialogue.form import Form, Goal
from allokoli.dialogue.intents_by_meaning import less_fillers
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.text import fold


def rather_meant(form: Form, goal: Goal, text: str) -> Goal:
    """The goal that a mention of a booking stands for, by the rest of the sentence.

    Args:
        form: the form being filled.
        goal: the one that the mention hints at; another than a change is given back.
        text: the sentence.

    Returns:
        Calling it off or leaving word about it, where that is what the sentence says; else `goal`.
    """
    if not goal.newest:
        return goal
    others = {one.key: one for one in form.goals if one.key in {"cancel", "message"}}
    word = others.get("message")
    if word and find_phrase(word.phrases, fold(text)):
        return word
    called_off = others.get("cancel")
    groups = {one.key: (*one.examples, *one.stories) for one in (goal, called_off) if one}
    near = meaning.nearest(less_fillers(text, form.locale), groups, least=meaning.FIRM)
    return called_off if called_off and near and near.key == called_off.key else goal
