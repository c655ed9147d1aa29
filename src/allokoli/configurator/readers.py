"""How each of the owner's answers is read."""

import re
from collections.abc import Mapping
from typing import Any

from allokoli.configurator.faq_reader import read_faqs
from allokoli.configurator.fields_reader import read_fields, standard_fields
from allokoli.configurator.hours_reader import read_hours
from allokoli.dialogue.entities.answers import find_answer, find_social, looks_like_question
from allokoli.dialogue.entities.emails import find_email
from allokoli.dialogue.entities.free_text import find_text
from allokoli.dialogue.entities.phones import find_phone
from allokoli.dialogue.form import Reader
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.text import capital, fold
from allokoli.dialogue.utterance import Utterance

_MAX_BARE_NAME_WORDS = 7
_SHORT_WORDS = 8
_MIN_GREETING_WORDS = 2
_QUOTES = "'\"«»“”‘’ "


class OwnerReaders:
    """Readers of the owner's slots in one language."""

    def __init__(self, data: dict[str, Any], locale: str) -> None:
        self._data = data
        self._locale = locale
        self._patterns: dict[str, list[str]] = data["patterns"]

    def reader(self, key: str) -> Reader:
        found: Reader = getattr(self, f"_{key}")
        return found

    def standard_fields(self, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        return standard_fields(self._data, values)

    def _name(self, heard: Utterance, asked: bool, values: Mapping[str, Any]) -> str | None:
        if "greeting" not in values and "tone" in values and "name" in values:
            return None
        introduced = find_text(heard, self._patterns["name"])
        if introduced:
            return self._tidy(self._without_lead(introduced[0]))
        quoted = re.search(r"[\"«“']\s*([^\"«»“”']{2,60}?)\s*[\"»”']", heard.raw)
        if asked and quoted:
            return self._tidy(quoted.group(1))
        return self._bare_name(heard) if asked else None

    def _bare_name(self, heard: Utterance) -> str | None:
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

    @staticmethod
    def _tidy(text: str) -> str | None:
        text = text.strip(_QUOTES + ".,;:!")
        return capital(text) or None

    def _sector(self, heard: Utterance, asked: bool, values: Mapping[str, Any]) -> str | None:
        writing_greeting = "tone" in values and "greeting" not in values
        naming = "name" not in values
        if values.get("sector") and (writing_greeting or naming):
            return None
        found = self._table("sectors", heard)
        if values.get("sector") and len(heard.folded.split()) > _SHORT_WORDS:
            return None
        if found == "other" and not asked:
            return None
        return found

    def _tone(self, heard: Utterance, asked: bool, values: Mapping[str, Any]) -> str | None:
        found = self._table("tones", heard)
        if found is None or asked:
            return found
        named = find_phrase(self._patterns["tone_words"], heard.raw_folded)
        if values.get("tone") and "greeting" not in values and not named:
            return None
        short = len(heard.folded.split()) <= _SHORT_WORDS
        return found if named or (short and "greeting" in values) else None

    def _table(self, table: str, heard: Utterance) -> str | None:
        best: tuple[int, str] | None = None
        for key, entry in self._data[table].items():
            span = find_phrase(entry["phrases"], heard.raw_folded)
            length = span[1] - span[0] if span else 0
            if span and (best is None or length > best[0]):
                best = length, key
        return best[1] if best else None

    def _greeting(self, heard: Utterance, asked: bool, values: Mapping[str, Any]) -> str | None:
        del values
        for pattern in self._patterns["greeting"]:
            head = fold(pattern.partition("{value}")[0])
            at = heard.raw_folded.find(head)
            if at >= 0:
                return self._sentence(heard.raw[at + len(head) :])
        folded = heard.raw_folded
        social = find_social(folded, self._locale)
        if not asked or (social and social not in {"hello", "goodbye"}):
            return None
        if len(folded.split()) < _MIN_GREETING_WORDS:
            return None
        answer = find_answer(folded, self._locale)
        if answer and len(folded.split()) <= 4:  # noqa: PLR2004
            return None
        asides = self._data["asides"].values()
        if any(find_phrase(entry["phrases"], folded) for entry in asides):
            return None
        return self._sentence(heard.raw)

    @staticmethod
    def _sentence(text: str) -> str | None:
        text = text.strip().strip(_QUOTES).strip()
        return capital(text) if len(text) > 1 else None

    def _booking(self, heard: Utterance, asked: bool, values: Mapping[str, Any]) -> bool | None:
        del values
        if not asked:
            return None
        answer = find_answer(heard.raw_folded, self._locale)
        only = find_phrase(self._patterns["only"], heard.raw_folded)
        other = find_phrase(self._data["services"]["message"]["phrases"], heard.raw_folded)
        if only and other:
            return False
        if answer:
            return answer == "yes"
        named = self._table("services", heard)
        return True if named in {"reservation", "appointment", "order"} else None

    def _services(
        self, heard: Utterance, asked: bool, values: Mapping[str, Any]
    ) -> list[str] | None:
        if not asked and values.get("booking") is not False:
            return None
        if values.get("services") and not asked:
            return None
        folded = heard.raw_folded
        tables = self._data["services"]
        if find_phrase(tables["both"]["phrases"], folded):
            return ["message", "information"]
        found = [
            key for key in ("message", "information") if find_phrase(tables[key]["phrases"], folded)
        ]
        return found or None

    def _fields(
        self, heard: Utterance, asked: bool, values: Mapping[str, Any]
    ) -> list[dict[str, Any]] | None:
        return read_fields(self._data, heard, asked, values, self._locale)

    def _faqs(
        self, heard: Utterance, asked: bool, values: Mapping[str, Any]
    ) -> list[dict[str, str]] | None:
        del asked
        return read_faqs(self._data, heard, values)

    def _hours(
        self, heard: Utterance, asked: bool, values: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        del asked
        if "greeting" not in values and "tone" in values:
            return None
        return read_hours(self._data, heard, self._locale)

    def _notify(self, heard: Utterance, asked: bool, values: Mapping[str, Any]) -> str | None:
        del asked, values
        found = find_email(heard, self._locale)
        return found[0] if found else None

    def _escalation(self, heard: Utterance, asked: bool, values: Mapping[str, Any]) -> str | None:
        del asked, values
        found = find_phone(heard, "FR")
        return found.e164 if found else None

    def _languages(
        self, heard: Utterance, asked: bool, values: Mapping[str, Any]
    ) -> list[str] | None:
        del asked, values
        if looks_like_question(heard.raw, heard.raw_folded, self._locale):
            return None
        if find_phrase(self._patterns["languages"], heard.raw_folded) is None:
            return None
        spans = {
            key: span
            for key, entry in self._data["languages"].items()
            if (span := find_phrase(entry["phrases"], heard.raw_folded))
        }
        return sorted(spans, key=lambda key: spans[key][0]) or None
