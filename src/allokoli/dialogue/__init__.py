"""The machine that fills a form through conversation; pure functions, no I/O but its data files."""

from allokoli.dialogue.form import Aside, Choice, Form, Goal, Refusal, Slot
from allokoli.dialogue.policy import open_dialogue, replay, step
from allokoli.dialogue.state import Reply, State, Trace
from allokoli.dialogue.text import plain_spaces

__all__ = [
    "Aside",
    "Choice",
    "Form",
    "Goal",
    "Refusal",
    "Reply",
    "Slot",
    "State",
    "Trace",
    "open_dialogue",
    "plain_spaces",
    "replay",
    "step",
]
