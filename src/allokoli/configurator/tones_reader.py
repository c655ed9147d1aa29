"""The assistant's tone: named, refused (`not formal`), or chosen by its place in the question."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from allokoli.configurator.sector_words import sector_words
from allokoli.configurator.tables import bare
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, phrase_pattern

_FORMAL, _FRIENDLY = "formal", "friendly"
_BETWEEN_WORDS = 2
_SHORT_WORDS = 6
_STOPS = frozenset(",.;:!?…")
_CLAUSE_END = re.compile(r"[.,;:!?]")


def read_tone(
    data: dict[str, Any],
    folded: str,
    locale: str,
    values: Mapping[str, Any] | None = None,
    *,
    asked: bool = True,
) -> str | None:
    """The tone said: the first one that is not refused, or that follows a correction.

    Args:
        data: the owner's data files.
        folded: what was said.
        locale: its language.
        values: the answers so far when the tone was just asked: the two styles offered may then
            be told by their place (`the first one`), or by refusing the other.
        asked: whether it was, so that its looser words count; otherwise what is told is that the
            tone known is not the right one (`a bit less formal`).
    """
    words = _words(data, loosely=values is not None and asked)
    wanted, refused = _named(data, words, folded, locale)
    if not wanted and not refused:
        wanted, refused = _named(data, words, bare(folded), locale)
    if wanted:
        corrected = _last_correction(data, folded, locale, wanted[-1][0])
        kept = [tone for at, tone in wanted if at >= corrected] or [tone for _, tone in wanted]
        if values and values.get("tone"):
            kept = [tone for tone in kept if tone != values["tone"]] or kept
        return max(kept, key=kept.count)  # `nice, gentle, calm`: what most words say
    if values is None:
        return None
    offered = _offered(data, values)
    if refused:
        told = asked or values.get("tone") in refused
        return next((tone for tone in offered if tone not in refused), None) if told else None
    few = asked and len(folded.split()) <= _SHORT_WORDS
    return _by_place(data, folded, offered) if few else None


def _by_place(data: dict[str, Any], folded: str, offered: tuple[str, str]) -> str | None:
    """`The second one`; of both, the one that suits the trade."""
    if find_phrase(data["patterns"]["tone_both"], folded):
        return offered[1]
    for tone, place in zip(offered[::-1], ("second", "first"), strict=True):
        if find_phrase(data["patterns"][f"tone_{place}"], folded):
            return tone
    return None


def _words(data: dict[str, Any], *, loosely: bool) -> dict[str, list[str]]:
    """The words of each tone; `loosely`, those too that may mean something else."""
    return {
        key: [*entry["phrases"], *(entry["loose"] if loosely else ())]
        for key, entry in data["tones"].items()
    }


def _named(
    data: dict[str, Any], words: Mapping[str, Sequence[str]], folded: str, locale: str
) -> tuple[list[tuple[int, str]], set[str]]:
    """Where each tone is named, in order, and those that are named only to be refused."""
    spans = sorted(
        (match.start(), -match.end(), key)
        for key, phrases in words.items()
        for phrase in phrases
        for match in phrase_pattern(phrase).finditer(folded)
        if not any(folded[match.end() :].startswith(f" {of} ") for of in data["patterns"]["of"])
    )
    wanted: list[tuple[int, str]] = []
    refused: set[str] = set()
    end, turned_down = 0, False
    for start, stop, key in spans:
        if start < end:
            continue
        between = folded[end:start]
        if not (turned_down and between.strip() in data["patterns"]["or_words"]):
            turned_down = _is_refused(data, _CLAUSE_END.split(between)[-1], locale)
        if turned_down:
            refused.add(key)
        else:
            wanted.append((start, key))
        end = -stop
    return wanted, refused


def _is_refused(data: dict[str, Any], before: str, locale: str) -> bool:
    """Whether the words just before a tone turn it down (`definitely not`, `nothing too`)."""
    for phrase in lexicon(locale).words["yes"]:
        before = phrase_pattern(phrase).sub(" ", before)  # `why not` turns nothing down
    span = find_phrase(data["patterns"]["tone_not"], before)
    return span is not None and len(before[span[1] :].split()) <= _BETWEEN_WORDS


def _last_correction(data: dict[str, Any], folded: str, locale: str, last: int) -> int:
    """Where what was said last begins; `rather than` corrects nothing, nor does a last `rather`."""
    pauses = [phrase_pattern(phrase) for phrase in data["patterns"]["tone_pause"]]

    def masked(match: re.Match[str]) -> str:
        after = match.string[match.end() :].lstrip()
        alone = after[:1] in _STOPS or any(pause.match(after) for pause in pauses)
        return match.group() if alone else "_" * len(match.group())  # `formal, no, casual`

    for phrase in data["patterns"]["tone_not"]:
        folded = phrase_pattern(phrase).sub(masked, folded)
    ends = [
        match.end()
        for phrase in (*lexicon(locale).words["correction"], *data["names"]["again"])
        for match in phrase_pattern(phrase).finditer(folded)
        if match.end() <= last and not _closes(data, phrase, folded[match.end() :])
    ]
    return max(ends, default=0)


def _closes(data: dict[str, Any], phrase: str, after: str) -> bool:
    """Whether a correction ends its clause (`calm instead, energetic is too much`)."""
    return phrase in data["patterns"]["tone_instead"] and after.lstrip()[:1] in {"", ",", ".", ";"}


def _offered(data: dict[str, Any], values: Mapping[str, Any]) -> tuple[str, str]:
    """The two styles the question offers: formal, and the one that suits the trade."""
    usual = str(sector_words(data, values)["default_tone"])
    return _FORMAL, _FRIENDLY if usual == _FORMAL else usual
