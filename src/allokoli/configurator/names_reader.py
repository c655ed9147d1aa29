"""The assistant's name, introduced (`il s'appelle Léa`) or bare."""

import re
from typing import Any

from allokoli.configurator.rules_reader import quoted
from allokoli.dialogue.entities.answers import find_answer, find_social, looks_like_question
from allokoli.dialogue.entities.free_text import find_text
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import phrase_pattern
from allokoli.dialogue.text import capital, fold
from allokoli.dialogue.utterance import Span, Utterance

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
        self._tones: dict[str, Any] = data["tones"]
        self._sectors: dict[str, Any] = data["sectors"]
        words = lexicon(locale).words
        leads = {*map(fold, self._patterns["name_lead"]), *words["hesitation"], *words["hello"]}
        self._leads = sorted(leads, key=len, reverse=True)

    def read(self, heard: Utterance, *, asked: bool) -> str | None:
        """The last name said: `Zoé, euh non, Chloé` is Chloé.

        Args:
            heard: the sentence.
            asked: whether the name was just asked, so that a bare name is an answer.
        """
        found = None
        for part in self._attempts(heard.raw):
            told = Utterance.of(part, self._locale)
            again = self._one(told, asked=asked or found is not None)
            if again and not (found and self._is_tone(again)):
                found = again
        return found or self._one(heard, asked=asked)

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
        return [part.strip(" ,.;:!") for part in (*parts, *rest)]

    def _one(self, heard: Utterance, *, asked: bool) -> str | None:
        introduced = find_text(heard, self._patterns["name"]) or self._attached(heard)
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
        if self._is_lead(fold(text)) or self._is_trade(fold(text)):
            return None
        return self._tidy(text)

    def _attached(self, heard: Utterance) -> tuple[str, Span] | None:
        """A name written onto its preposition, as Hebrew does (`לשנות את השם לרוזה`)."""
        for pattern in self._patterns["name"]:
            head = fold(pattern.removesuffix("{value}"))
            at = -1 if head.endswith((" ", ":")) else heard.raw_folded.find(head)
            if at >= 0 and self._locale == "he":
                value = re.split(r"[.;!?,]", heard.raw[at + len(head) :])[0].strip()
                if value:
                    return value, (at, at + len(head))
        return None

    def _is_tone(self, name: str) -> bool:
        """Whether the words after a correction only say a style (`…Giulia, plutôt chaleureux`)."""
        return any(
            phrase_pattern(phrase).fullmatch(fold(name))
            for tone in self._tones.values()
            for phrase in tone["phrases"]
        )

    def _is_lead(self, folded: str) -> bool:
        """Whether the words only greet or hesitate, drawn out or not (`hiii`)."""
        said = folded.strip()
        return any(
            re.fullmatch(rf"{re.escape(lead)}{re.escape(lead[-1])}*", said) for lead in self._leads
        )

    def _is_trade(self, folded: str) -> bool:
        """Whether the words only say what the business is (`cabinet d'avocats à Lyon`)."""
        said = folded.strip()
        return any(
            (match := phrase_pattern(phrase).match(said)) and self._is_place(said[match.end() :])
            for sector in self._sectors.values()
            for phrase in (*sector["phrases"], sector["label"])
        )

    def _is_place(self, rest: str) -> bool:
        """Whether nothing, or only where it is, follows the trade (`…à Quimper`)."""
        starts = tuple(map(fold, self._patterns["trade_place"]))
        return not rest.strip() or rest.strip().startswith(starts)

    def _without_lead(self, text: str) -> str:
        changed = True
        while changed:
            changed = False
            for lead in self._leads:
                match = re.match(
                    rf"{re.escape(lead)}{re.escape(lead[-1])}*(?!\w)[\s,.!:]*", fold(text)
                )
                if match and match.end() < len(text):
                    text, changed = text[match.end() :], True
                    break
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
