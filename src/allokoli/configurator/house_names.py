"""The name of the business, told beside that of the assistant (`mon restaurant s'appelle…`)."""

import re
from collections.abc import Sequence

from allokoli.configurator.name_judge import AROUND
from allokoli.configurator.owner_data import owner_data
from allokoli.configurator.tables import cut_before
from allokoli.dialogue.entities.free_text import find_text
from allokoli.dialogue.matching import phrase_pattern
from allokoli.dialogue.text import capital, fold
from allokoli.dialogue.utterance import Utterance


def house_name(raw: str, locale: str, *, opening: bool) -> str | None:
    """The name of the business, when the turn tells that one (`mon restaurant s'appelle…`).

    Args:
        raw: the turn.
        locale: its language.
        opening: whether it is the first turn, where `it is called` speaks of the business.
    """
    data = owner_data(locale)
    names, heard = data["names"], Utterance.of(raw, locale)
    trades = [phrase for one in data["sectors"].values() for phrase in one["phrases"]]
    for pattern in names["house"]:
        found = find_text(heard, [pattern])
        if found is None:
            continue
        before = heard.raw_folded[: heard.raw_folded.find(fold(found[0]))]
        before = re.split(r"[.!?;]\s", before)[-1]
        head = fold(pattern.partition("{value}")[0]).strip()
        before = before.rstrip(" :").removesuffix(head).rstrip()
        nouns = [*names["house_words"], *trades, *(names["house_words_opening"] if opening else ())]
        words = names["assistant_words"]
        if opening:  # `my son's restaurant, he is called Antoine`
            named = [word for word in words if word not in names["pronouns"]]
            words = words if _last(named, before) >= 0 else named
        house, other = _last(nouns, before), _last(words, before)
        if house > other:
            ends = (*data["patterns"]["name_end"], *names["cuts"])
            return capital(cut_before(found[0], ends).strip(AROUND))
    return None


def beside_house(raw: str, house: str) -> str:
    """What a turn says beside the clause that tells the name of the business."""
    at = fold(raw).find(fold(house))
    before = raw[: max(raw.rfind(mark, 0, at) for mark in ",.;!?") + 1]
    return f"{before} {raw[at + len(house) :]}".strip(AROUND)


def _last(phrases: Sequence[str], folded: str) -> int:
    starts = [m.start() for one in phrases for m in phrase_pattern(one).finditer(folded)]
    return max(starts, default=-1)
