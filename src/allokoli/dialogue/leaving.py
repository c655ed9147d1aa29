"""Whether somebody who had an answer has nothing more to ask (`ah great, that's all then`)."""

import re

from allokoli.dialogue import meaning
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.state import State
from allokoli.dialogue.understood import Understanding

_OTHER_WORDS = 6


def takes_leave(state: State, folded: str, found: Understanding, locale: str) -> bool:
    """Whether it does; only once something was answered, while nothing is being done.

    Args:
        state: where the conversation stands.
        folded: the sentence.
        found: what was understood of it so far; who takes leave asks nothing, and `question` is
            cleared.
        locale: the language spoken; one without `satisfied` and `thanks` takes leave by its
            goodbyes alone.
    """
    if state.phase == "collecting" and _only_asked(folded, locale):
        found.question = False
        return True
    untold = state.goal is None or not any(state.values.values())
    answered = untold and bool(state.notes.get("asides"))
    if not answered or found.goal or found.aside or found.social == "repeat":
        return False
    words = lexicon(locale).words
    satisfied = find_phrase(words.get("satisfied", ()), folded)
    if satisfied and (not found.question or _ends(folded, satisfied[1])):
        found.question = False  # "I only wanted to know, thanks"
        return True
    if found.question or state.goal is not None:
        return False
    thanks = words.get("thanks", ())
    if find_phrase(thanks, folded) is None or re.search(r"\d", folded):
        return means_leave(folded)
    said = (*thanks, *words["courtesy"], *words["yes"], *words["no"], *words["hesitation"])
    rest = folded
    for phrase in sorted(said, key=len, reverse=True):
        rest = phrase_pattern(phrase).sub(" ", rest)
    return len(re.findall(r"\w+", rest)) <= _OTHER_WORDS or means_leave(folded)


def _only_asked(folded: str, locale: str) -> bool:
    """`No, I only wanted to know`: who was led into what they never wanted."""
    span = find_phrase(lexicon(locale).words.get("only_asked", ()), folded)
    return span is not None and _ends(folded, span[1])


def _ends(folded: str, at: int) -> bool:
    """Whether a clause ends at a place, where the sentence asks nothing."""
    return re.match(r"\W*$|\s*[,.;!]", folded[at:]) is not None and not folded.endswith("?")


def means_leave(text: str) -> bool:
    """Whether it means so in other words (`I'll talk it over with my husband`)."""
    names = ("leaving", "requests", "elsewhere", "staying")
    groups = {name: meaning.sentences(name) for name in names}
    near = meaning.nearest(text, groups, least=meaning.LIKELY)
    return near is not None and near.key == "leaving"
