"""The machine that fills a form through conversation; pure functions, no I/O but its data files."""

from allokoli.dialogue.form import Aside, Choice, Form, Goal, Known, Lookup, Refusal, Slot
from allokoli.dialogue.policy import open_dialogue, replay, step
from allokoli.dialogue.state import Heard, Reply, State, Trace
from allokoli.dialogue.text import plain_spaces

__all__ = [
    "Aside",
    "Choice",
    "Form",
    "Goal",
    "Heard",
    "Known",
    "Lookup",
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
