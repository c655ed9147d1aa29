"""The assistant's name, introduced (`il s'appelle Léa`) or bare."""

import re
from typing import Any

from allokoli.configurator.rules_reader import quoted
from allokoli.dialogue.entities.answers import find_answer, find_social, looks_like_question
from allokoli.dialogue.entities.free_text import find_text
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import phrase_pattern
from allokoli.dialogue.text import capital, fold
from allokoli.dialogue.utterance import Utterance

_MAX_BARE_NAME_WORDS = 7
_QUOTES = "'\"«»“”‘’ "


class NameReader:
    """Reads names in one language.

    Args:
        data: the owner's data files.
        locale: the language.
    """

    def __init__(self, data: dict[str, Any], locale: str) -> None:
        self._locale = locale
        self._patterns: dict[str, list[str]] = data["patterns"]

    def read(self, heard: Utterance, *, asked: bool) -> str | None:
        """The last name said: `Zoé, euh non, Chloé` is Chloé.

        Args:
            heard: the sentence.
            asked: whether the name was just asked, so that a bare name is an answer.
        """
        for part in reversed(self._attempts(heard.raw)):
            found = self._one(Utterance.of(part, self._locale), asked=asked)
            if found:
                return found
        return None

    def _attempts(self, raw: str) -> list[str]:
        """The sentence cut where the owner corrects themself."""
        folded = fold(raw)
        cuts = sorted(
            match.span()
            for phrase in lexicon(self._locale).words["correction"]
            for match in phrase_pattern(phrase).finditer(folded)
        )
        parts, at = [], 0
        for start, end in cuts:
            if start > at and re.search(r"\w", raw[at:start]):
                parts.append(raw[at:start])
            at = max(at, end)
        rest = [raw[at:]] if re.search(r"\w", raw[at:]) else []
        # An introduction may hold the correcting words itself (`le nom, c'est plutôt Luigi`).
        return [*parts, *rest, raw] if cuts else [raw]

    def _one(self, heard: Utterance, *, asked: bool) -> str | None:
        introduced = find_text(heard, self._patterns["name"])
        if introduced:
            return self._tidy(self._without_lead(introduced[0]))
        if not asked:
            return None
        inside = quoted(heard.raw) or _single_quoted(heard.raw)
        return self._tidy(inside) if inside else self._bare(heard)

    def _bare(self, heard: Utterance) -> str | None:
        folded = heard.raw_folded
        social = find_social(folded, self._locale)
        if social and social != "hello":
            return None
        if looks_like_question(heard.raw, folded, self._locale):
            return None
        text = re.split(r"[,;!?]|\.(?=\s|$)", self._without_lead(heard.raw))[0].strip()
        words = fold(text).split()
        starts = [fold(phrase) for phrase in self._patterns["name_not"]]
        refused = any(
            fold(text).startswith(start if start.endswith("'") else start + " ") for start in starts
        )
        if not words or refused or len(words) > _MAX_BARE_NAME_WORDS:
            return None
        if find_answer(fold(text), self._locale) and len(words) <= 2:  # noqa: PLR2004
            return None
        return self._tidy(text)

    def _without_lead(self, text: str) -> str:
        changed = True
        while changed:
            changed = False
            for lead in self._patterns["name_lead"]:
                match = re.match(rf"{re.escape(fold(lead))}(?!\w)[\s,.!:]*", fold(text))
                if match and match.end() < len(text):
                    text, changed = text[match.end() :], True
        return text

    def _tidy(self, text: str) -> str | None:
        ends = [
            match.start()
            for phrase in self._patterns["name_end"]
            for match in phrase_pattern(phrase).finditer(fold(text))
            if match.start() > 0
        ]
        text = text[: min(ends, default=len(text))]
        return capital(text.strip(_QUOTES + ".,;:!")) or None


def _single_quoted(raw: str) -> str | None:
    match = re.search(r"(?<!\w)['‘]([^'’]{2,60})['’](?!\w)", raw)
    return match.group(1) if match else None
