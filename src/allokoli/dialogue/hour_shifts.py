"""An hour said before, moved (`half an hour later`)."""

import re

from allokoli.dialogue.form import Form
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import either, phrase_pattern
from allokoli.dialogue.state import AT_RECAP, State
from allokoli.dialogue.utterance import Utterance

_DAY_MINUTES = 24 * 60


def shifted(form: Form, state: State, said: Utterance, locale: str) -> dict[str, str]:
    """`Half an hour later`: at the recap, the hour said before, moved; by its slot."""
    slot = next((one for one in form.slots if one.type == "time" and one.key in state.values), None)
    by = _said_by(said.folded, locale) if slot and state.phase in AT_RECAP else 0
    if slot is None or not by:
        return {}
    hour, minute = map(int, state.values[slot.key].split(":"))
    at = hour * 60 + minute + by
    return {slot.key: f"{at // 60:02}:{at % 60:02}"} if 0 <= at < _DAY_MINUTES else {}


def _said_by(folded: str, locale: str) -> int:
    """By how many minutes, said right beside `later` or `earlier`; 0 when nothing moves."""
    words = lexicon(locale).words
    by = either(words.get("shift_by", ()))
    for amount, minutes in _shifts(locale):
        for match in phrase_pattern(amount).finditer(folded):
            before, after = folded[: match.start()], folded[match.end() :]
            for key, sign in (("later", 1), ("earlier", -1)):
                said = either(words.get(key, ()))
                if re.match(rf"\W*{said}(?!\w)", after):
                    return sign * minutes
                if re.search(rf"(?<!\w){said}\s+(?:{by}\s*)?(?:\d\s+)?$", before):
                    return sign * minutes
    return 0


def _shifts(locale: str) -> list[tuple[str, int]]:
    pairs = [item.partition(" = ") for item in lexicon(locale).words.get("shifts", ())]
    return [(words, int(minutes)) for words, _, minutes in pairs]
