"""An hour said before, moved (`half an hour later`)."""

from allokoli.dialogue.form import Form
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.state import AT_RECAP, State
from allokoli.dialogue.utterance import Utterance

_DAY_MINUTES = 24 * 60


def shifted(form: Form, state: State, said: Utterance, locale: str) -> dict[str, str]:
    """`Half an hour later`: at the recap, the hour said before, moved; by its slot."""
    words = lexicon(locale).words
    slot = next((one for one in form.slots if one.type == "time" and one.key in state.values), None)
    later = find_phrase(words.get("later", ()), said.folded)
    earlier = find_phrase(words.get("earlier", ()), said.folded)
    if slot is None or state.phase not in AT_RECAP or not (later or earlier):
        return {}
    by = next((item for item in _shifts(locale) if find_phrase((item[0],), said.folded)), None)
    if by is None:
        return {}
    hour, minute = map(int, state.values[slot.key].split(":"))
    at = hour * 60 + minute + (by[1] if later else -by[1])
    return {slot.key: f"{at // 60:02}:{at % 60:02}"} if 0 <= at < _DAY_MINUTES else {}


def _shifts(locale: str) -> list[tuple[str, int]]:
    pairs = [item.partition(" = ") for item in lexicon(locale).words.get("shifts", ())]
    return [(words, int(minutes)) for words, _, minutes in pairs]
