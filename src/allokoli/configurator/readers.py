"""How each of the owner's answers is read: by its words first, then by what it means."""

from collections.abc import Mapping
from typing import Any

from allokoli.configurator.clauses import TOPICS
from allokoli.configurator.field_lists import lists_fields
from allokoli.configurator.field_names import named_fields
from allokoli.configurator.fields_reader import read_fields, standard_fields
from allokoli.configurator.greeting_reader import asks_what_it_is, without_asides
from allokoli.configurator.names_reader import NameReader
from allokoli.configurator.owner_reading import Moment, OwnerReading, read_turn
from allokoli.configurator.rules_reader import quoted
from allokoli.configurator.services_reader import read_services
from allokoli.configurator.tables import by_meaning, nearly_said, said, said_instead
from allokoli.configurator.tones_reader import read_tone
from allokoli.dialogue.entities.answers import find_answer, find_social, looks_like_question
from allokoli.dialogue.form import Reader
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.meaning import LIKELY, SURE
from allokoli.dialogue.text import capital, fold
from allokoli.dialogue.utterance import Utterance

_SHORT_WORDS = 8
_FEW_WORDS = 5
_MIN_GREETING_WORDS = 2
_FEW_NAME_WORDS = 3
_REPEAT_WORDS = 3
_BOOKING = ("booking_yes", "booking_no")
_QUOTES = "'\"«»“”‘’ "


class OwnerReaders:
    """Readers of the owner's slots in one language, for one turn.

    Args:
        data: the owner's data files.
        locale: the language.
        moment: what was asked, and the day.
    """

    def __init__(self, data: dict[str, Any], locale: str, moment: Moment) -> None:
        self._data = data
        self._locale = locale
        self._moment = moment
        self._patterns: dict[str, list[str]] = data["patterns"]
        self._names = NameReader(data, locale, insisted=moment.insisted)
        self._turns: dict[str, OwnerReading] = {}

    def reader(self, key: str) -> Reader:
        """The reader of a slot."""
        if key in TOPICS:
            return lambda heard, _asked, values: self.turn(heard.raw, values).offered.get(key)
        found: Reader = getattr(self, f"_{key}")
        return found

    def standard_fields(self, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        return standard_fields(self._data, values)

    def turn(self, raw: str, values: Mapping[str, Any]) -> OwnerReading:
        """What a turn says beside the slots that are asked; read once."""
        if raw not in self._turns:
            self._turns[raw] = read_turn(raw, self._locale, values, self._moment)
        return self._turns[raw]

    def _core(self, heard: Utterance, values: Mapping[str, Any]) -> Utterance:
        return Utterance.of(self.turn(heard.raw, values).core, self._locale)

    def _name(self, heard: Utterance, asked: bool, values: Mapping[str, Any]) -> str | None:
        if self._writing_greeting(values) and not asked:
            return None
        core = self._core(heard, values)
        if self._moment.asking == "fields" and named_fields(core.raw_folded, self._locale):
            return None
        found = self._names.read(core, asked=asked, opening=self._moment.opening)
        if found or asked or self._moment.asking:
            return found
        if len(named_fields(core.raw_folded, self._locale)) > 1:
            return None  # `only name and phone` lists what to ask for
        pointed = find_phrase(self._data["mentions"]["name"], core.raw_folded)
        turn = self.turn(heard.raw, values)
        if pointed is None:
            return None if turn.offered or turn.pointed else self._names.said_again(core)
        rest = f"{core.raw[: pointed[0]]}, {core.raw[pointed[1] :]}"
        return self._names.read(Utterance.of(rest, self._locale), asked=True)

    def _sector(  # noqa: PLR0911  (one way out a case)
        self, heard: Utterance, asked: bool, values: Mapping[str, Any]
    ) -> str | None:
        known, naming = values.get("sector"), "name" not in values
        if known and (self._writing_greeting(values) or naming) and not asked:
            return None
        turn = self.turn(heard.raw, values)
        folded = fold(turn.whole)
        sectors = self._data["sectors"]
        found = said(sectors, self._less_customers(folded)) or said(sectors, folded)
        if known and not asked:
            if self._moment.asking is None:
                refused = self._patterns["tone_not"]
                instead = said_instead(sectors, str(known), folded, refused)
                if instead or found == known:
                    return instead
            pointed = find_phrase(self._data["mentions"]["sector"], folded) is not None
            count = len(folded.split())
            agrees = find_answer(folded, self._locale) == "yes"
            bare = self._moment.asking is None and count <= _FEW_WORDS
            bare = bare and not agrees and not turn.offered
            return found if bare or (pointed and count <= _SHORT_WORDS) else None
        if found:
            return found
        if looks_like_question(heard.raw, folded, self._locale):
            return None
        if find_social(folded, self._locale) in {"anything", "repeat", "wait", "restart"}:
            return None
        found = found or nearly_said(sectors, folded)
        if found is None and (asked or naming):
            found = by_meaning(sectors, heard.raw, least=LIKELY if asked else SURE)
        return found or (self._any_trade(heard) if asked else None)

    def _less_customers(self, folded: str) -> str:
        """What is said but for whom the business works (`a software for vets`)."""
        for phrase in self._patterns["customers"]:
            folded = phrase_pattern(phrase).sub(" ", folded)
        return folded

    def _any_trade(self, heard: Utterance) -> str | None:
        """A trade that no list knows, told in a few words, is `other`."""
        folded = heard.raw_folded
        chatter = find_social(folded, self._locale) or find_answer(folded, self._locale)
        few = len(folded.split()) <= _SHORT_WORDS and len(folded) > 2  # noqa: PLR2004
        return "other" if few and not chatter else None

    def _tone(  # noqa: PLR0911  (one way out a case)
        self, heard: Utterance, asked: bool, values: Mapping[str, Any]
    ) -> str | None:
        core = self._core(heard, values)
        folded, tones = core.raw_folded, self._data["tones"]
        pointed = asked or find_phrase(self._data["mentions"]["tone"], folded) is not None
        again = self._moment.asking is None and len(folded.split()) <= _SHORT_WORDS
        known = values if pointed or again else None
        found = read_tone(self._data, folded, self._locale, known, asked=pointed)
        if asked:
            if found or looks_like_question(heard.raw, folded, self._locale):
                return found
            if find_answer(folded, self._locale) or find_social(folded, self._locale):
                return None
            return nearly_said(tones, folded) or by_meaning(tones, heard.raw)
        if found is None or self._writing_greeting(values):
            return None
        if found == read_tone(self._data, fold(str(values.get("name", ""))), self._locale):
            return None
        named = find_phrase(self._patterns["tone_words"], folded)
        if named:
            return found
        if self._moment.asking in {"name", "greeting", "booking", "fields", *TOPICS}:
            return None
        return found if "tone" not in values or len(folded.split()) <= _SHORT_WORDS else None

    def _greeting(  # noqa: PLR0911  (one way out a case)
        self, heard: Utterance, asked: bool, values: Mapping[str, Any]
    ) -> str | None:
        core = self._core(heard, values)
        folded = core.raw_folded
        for pattern in self._patterns["greeting"]:
            head = fold(pattern.partition("{value}")[0])
            at = folded.find(head)
            if at < 0:
                continue
            value = core.raw[at + len(head) :]
            begins = fold(value).strip()
            stops = any(
                phrase_pattern(phrase).match(begins) for phrase in self._patterns["greeting_not"]
            )
            named = self._moment.asking == "name" and len(value.split()) <= _FEW_NAME_WORDS
            if not stops and not named:  # `elle dit Claire`
                value = value.strip(" :")
                return self._sentence(quoted(value) or without_asides(value, self._locale))
        social = find_social(folded, self._locale)
        words = folded.split()
        if social == "repeat" and len(words) > _REPEAT_WORDS:
            social = "hello"
        if not asked or (social and social not in {"hello", "goodbye"}):
            return None
        if len(words) < _MIN_GREETING_WORDS:
            return self._sentence(core.raw) if social == "hello" else None
        answer = find_answer(folded, self._locale)
        if answer and social != "hello" and len(words) <= 4:  # noqa: PLR2004
            return None
        asides = self._data["questions"].values()
        if social is None and any(find_phrase(entry["phrases"], folded) for entry in asides):
            return None
        if asks_what_it_is(core.raw, self._locale):
            return None
        inside = quoted(core.raw)
        told = without_asides(core.raw, self._locale)
        return self._sentence(inside if inside and len(inside) > len(core.raw) / 3 else told)

    @staticmethod
    def _sentence(text: str) -> str | None:
        text = text.strip().strip(_QUOTES).strip()
        return capital(text) if len(text) > 1 else None

    def _booking(  # noqa: C901, PLR0911  (one way out a case)
        self, heard: Utterance, asked: bool, values: Mapping[str, Any]
    ) -> bool | None:
        folded = self._core(heard, values).raw_folded
        patterns = self._patterns
        if find_phrase((*patterns["booking_refused"], *patterns["messages_only"]), folded):
            return False
        if not asked:
            if self._naming(folded) or self._moment.asking == "services":
                return None
            return True if find_phrase(patterns["booking_wanted"], folded) else None
        answer = find_answer(folded, self._locale)
        only = find_phrase(patterns["only"], folded)
        other = find_phrase(self._data["services"]["message"]["phrases"], folded)
        if only and other:
            return False
        yes = find_phrase(patterns["booking_yes"], folded)
        if heard.raw.endswith("?") and not yes:
            return None
        if answer:
            return answer == "yes"
        if find_phrase(patterns["booking_no"], folded):
            return False
        if yes:
            return True
        named = said(self._data["services"], folded)
        if named in {"message", "information"}:
            return False
        if named in {"reservation", "appointment", "order"}:
            return True
        if looks_like_question(heard.raw, folded, self._locale):
            return None
        examples = {key: {"examples": patterns[f"{key}_examples"]} for key in _BOOKING}
        meant = by_meaning(examples, heard.raw)
        return meant == "booking_yes" if meant else None

    def _services(
        self, heard: Utterance, asked: bool, values: Mapping[str, Any]
    ) -> list[str] | None:
        if not asked and values.get("booking") is not False:
            return None
        if values.get("services") and not asked:
            return None
        folded = self._core(heard, values).raw_folded
        if not asked and not find_phrase(self._patterns["only"], folded):
            return None  # `no, people leave messages on my machine`: asked what it does
        return read_services(self._data, folded, heard.raw, asked=asked)

    def _fields(
        self, heard: Utterance, asked: bool, values: Mapping[str, Any]
    ) -> list[dict[str, Any]] | None:
        if not asked and self._naming(heard.raw_folded):
            return None
        turn = self.turn(heard.raw, values)
        if not asked and (turn.pointed or self._corrects_another(heard, values)):
            return None
        core = self._core(heard, values)
        if self._asks_the_guide(core) and not (asked and lists_fields(core.raw, self._locale)):
            return None
        return read_fields(self._data, core, asked, values, self._locale)

    def _corrects_another(self, heard: Utterance, values: Mapping[str, Any]) -> bool:
        """Whether a turn at the recap is about the tone or the name (`all right but the name`)."""
        if self._moment.asking is not None:
            return False
        named = named_fields(heard.raw_folded, self._locale)
        tone = not named and read_tone(self._data, heard.raw_folded, self._locale) is not None
        return tone or (named == ["name"] and self._name(heard, False, values) is not None)

    def _asks_the_guide(self, heard: Utterance) -> bool:
        """Whether the whole turn is a question about AlloKoli (`combien ça coûte ?`)."""
        folded = heard.raw_folded
        answers = find_answer(folded, self._locale) is not None
        if answers or not looks_like_question(heard.raw, folded, self._locale):
            return False
        phrases = [phrase for one in self._data["questions"].values() for phrase in one["phrases"]]
        return find_phrase(phrases, folded) is not None

    def _naming(self, folded: str) -> bool:
        """Whether the words may be a name or a greeting, whatever they mean."""
        short = len(folded.split()) <= _SHORT_WORDS
        return self._moment.asking == "greeting" or (self._moment.asking == "name" and short)

    def _writing_greeting(self, values: Mapping[str, Any]) -> bool:
        return self._moment.asking == "greeting" and "greeting" not in values
