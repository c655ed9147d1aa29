"""The assistant's name, introduced (`il s'appelle Léa`) or bare."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from allokoli.configurator.clauses import day_pattern
from allokoli.configurator.house_names import beside_house, house_name
from allokoli.configurator.name_judge import (
    can_be_name,
    is_trade,
    name_pieces,
    said_apart,
    tells_story,
    without_chatter,
)
from allokoli.configurator.owner_data import owner_data
from allokoli.configurator.rules_reader import quoted
from allokoli.configurator.tables import cut_before
from allokoli.dialogue.entities.answers import looks_like_question
from allokoli.dialogue.entities.free_text import find_text
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import phrase_pattern
from allokoli.dialogue.text import capital, fold
from allokoli.dialogue.utterance import Span, Utterance

_MAX_BARE_NAME_WORDS = 7
_CLAUSE_WORDS = 3
_LIST = 2
_SIGNED = r"[A-ZÀ-Ý][\wà-ÿ’'-]+"
_CAPITAL = re.compile(rf"(?<![\w'’-])([a-zà-ÿ][\w'’-]*) ({_SIGNED}(?: {_SIGNED})*)")
_QUOTES = "'\"«»“”‘’ "


class NameReader:
    """Reads names in one language.

    Args:
        data: the owner's data files.
        locale: the language.
        insisted: whether even the words of a trade or a style (`La Boutique`, `Sparky`) are meant
            as one, because the name was asked in vain or the trade is known.
    """

    def __init__(self, data: dict[str, Any], locale: str, *, insisted: bool = False) -> None:
        self._locale = locale
        self._insisted = insisted
        self._patterns: dict[str, list[str]] = data["patterns"]
        self._self: list[str] = data["names"]["self"]
        self._again: list[str] = data["names"]["again"]
        self._wishes: list[str] = data["names"]["wishes"]
        self._again_said: list[str] = data["names"]["said_again"]
        self._self_first: list[str] = data["names"]["self_first"]
        self._amid_not = {fold(word) for word in data["names"]["amid_not"]}
        self._capitals: bool = data["names"]["capitals"]
        self._attaches: bool = data["names"]["attaches"]
        self._shortens: bool = data["names"]["shortens"]
        self._tones: dict[str, Any] = data["tones"]

    def read(self, heard: Utterance, *, asked: bool, opening: bool = False) -> str | None:
        """The last name said: `Zoé, euh non, Chloé` is Chloé.

        Args:
            heard: the sentence.
            asked: whether the name was just asked, so that a bare name is an answer.
            opening: whether nothing was said before.
        """
        house = house_name(heard.raw, self._locale, opening=opening)
        if house:
            rest = Utterance.of(beside_house(heard.raw, house), self._locale)
            return self._told(rest, asked=asked and not opening, opening=opening)
        return self._told(heard, asked=asked, opening=opening)

    def _told(self, heard: Utterance, *, asked: bool, opening: bool) -> str | None:
        found = None
        bare = asked and not (opening and tells_story(heard.raw, self._locale))
        for part in self._attempts(heard.raw):
            told = Utterance.of(part, self._locale)
            again = self._one(told, asked=bare or found is not None, opening=opening)
            kept = found is not None and _repeats(part, found)  # `Pete, not Peter, Pete`
            if again and not kept and not (found and self._is_tone(again)):
                found = again
        found = found or self._one(heard, asked=asked, opening=opening)
        if not asked or opening or (found and (len(found.split()) < _LIST or found in heard.raw)):
            return found
        return self._amid(heard) or found

    def _amid(self, heard: Utterance) -> str | None:
        """The one word that keeps its capital amid chatter (`you just say Alice, you know`)."""
        if looks_like_question(heard.raw, heard.raw_folded, self._locale):
            return None
        found = {
            match.group(2): match.group(1)
            for match in _CAPITAL.finditer(heard.raw)
            if fold(match.group(1)) not in self._amid_not
        }
        name = next(iter(found), "")
        return self._tidy(name) if len(found) == 1 and can_be_name(name, self._locale) else None

    def _attempts(self, raw: str) -> list[str]:
        """The sentence cut where the owner corrects themself."""
        folded = fold(raw)
        whole = owner_data(self._locale)["names"]["cuts_not"]
        words = {*lexicon(self._locale).words["correction"], *self._again} - set(whole)
        patterns = [_decisions(self._locale), *map(phrase_pattern, words)]
        cuts = sorted(match.span() for one in patterns for match in one.finditer(folded))
        parts, at = [], 0
        for start, end in cuts:
            if start > at and re.search(r"\w", raw[at:start]):
                parts.append(raw[at:start])
            at = max(at, end)
        rest = [raw[at:]] if re.search(r"\w", raw[at:]) else []
        if cuts and cuts[0][0] == 0 and rest and not parts and raw[at : at + 1] == " ":
            others = re.split(r"[!.,;:?…]+\s+", rest[0], maxsplit=1)
            rest = others[1:] or rest  # `not Siri! Michal`
        return [part.strip(" ,.;:!") for part in (*parts, *rest)]

    def _one(self, heard: Utterance, *, asked: bool, opening: bool) -> str | None:
        told = find_text(heard, self._patterns["name"]) or self._attached(heard)
        wished = self._wished(heard) if asked and not opening else None
        for introduced in (told, wished):
            if introduced and not self._is_their_own(introduced[0], heard, opening=opening):
                name = self._tidy(without_chatter(introduced[0], self._locale))
                long = len(introduced[0].split()) > _MAX_BARE_NAME_WORDS
                if name and (long or can_be_name(name, self._locale)):
                    return name
        if not asked:
            return None
        inside = quoted(heard.raw) or _single_quoted(heard.raw)
        return self._tidy(inside) if inside else self._bare(heard, opening=opening)

    def _wished(self, heard: Utterance) -> tuple[str, Span] | None:
        """A name that somebody likes or wants (`Brian wants Jeeves`), once a name is asked."""
        for part in reversed(list(said_apart(heard.raw, self._locale))):
            found = find_text(Utterance.of(part, self._locale), self._wishes)
            if found is None:
                continue
            name = without_chatter(found[0], self._locale)
            return found if name[:1].isupper() or not self._capitals else None
        return None

    def said_again(self, heard: Utterance) -> str | None:
        """The name put in place of another, in words that name no part (`I said Bella`)."""
        found = find_text(heard, self._again_said)
        if found is None:
            return None
        name = self._tidy(without_chatter(found[0], self._locale)) or ""
        capital_kept = not self._capitals or name in heard.raw
        few = 0 < len(name.split()) <= _CLAUSE_WORDS
        other = self._is_tone(name) or is_trade(name, self._locale) or _is_day(name, self._locale)
        meant = capital_kept and few and not other and can_be_name(name, self._locale)
        return name if meant else None

    def _is_their_own(self, name: str, heard: Utterance, *, opening: bool) -> bool:
        """Whether the owner tells their own name (`my name's Brian`)."""
        before = heard.raw_folded[: heard.raw_folded.find(fold(name))].rstrip(" ,:")
        if opening and re.split(r"[.,;!?]\s*", before)[-1] in self._self_first:
            return True
        return any(before.endswith(fold(word)) for word in self._self)

    def _bare(self, heard: Utterance, *, opening: bool) -> str | None:
        found: list[str] = []
        for piece in name_pieces(heard.raw, self._locale, opening=opening):
            name = self._tidy(piece)
            other = is_trade(piece, self._locale) or (name is not None and self._is_tone(name))
            if name and (self._insisted or not other):
                found.append(name)
        return _likeliest(found, heard.raw, self._locale) if found else None

    def _attached(self, heard: Utterance) -> tuple[str, Span] | None:
        """A name written onto its preposition, as Hebrew does (`לשנות את השם לרוזה`)."""
        for pattern in self._patterns["name"]:
            head = fold(pattern.removesuffix("{value}"))
            at = -1 if head.endswith((" ", ":")) else heard.raw_folded.find(head)
            if at >= 0 and self._attaches:
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

    def _tidy(self, text: str) -> str | None:
        text = cut_before(text, self._patterns["name_end"]).strip(" .,;:!")
        bare = text.strip(_QUOTES + ".,;:!")
        short = self._shortens and text.endswith(f"{bare}'")  # `פרופ'`
        return capital(f"{bare}'" if short and text.startswith(bare) else bare) or None


@lru_cache
def _decisions(locale: str) -> re.Pattern[str]:
    """After a pause, what leads to the name settled on (`…, right, Amber`)."""
    words = sorted(owner_data(locale)["names"]["decides"], key=len, reverse=True)
    options = "|".join(phrase_pattern(word).pattern for word in words)
    return re.compile(rf"[,.;:!?…]\s+(?:{options})")


def _repeats(part: str, name: str) -> bool:
    """Whether a name is said again at the end of what corrects it."""
    return re.search(rf"[,;.!?]\s*{re.escape(fold(name))}\W*$", fold(part)) is not None


def _is_day(name: str, locale: str) -> bool:
    return day_pattern(locale).search(fold(name)) is not None


def _likeliest(names: Sequence[str], raw: str, locale: str) -> str:
    """The name said again, or written with capitals amid words that are not; else the first."""
    again = max(names, key=names.count)
    if names.count(again) > 1:
        return again
    first = names[0]
    plain = first not in raw or len(first.split()) >= _CLAUSE_WORDS or _is_common(first, locale)
    plain = plain and not any(word[0].isupper() for word in first.split()[1:])
    signed = [name for name in names[1:] if name in raw and name[0].isupper()]
    return signed[0] if plain and signed else first


def _is_common(name: str, locale: str) -> bool:
    """Whether an article leads to words without capitals (`the practice`)."""
    articles = owner_data(locale)["names"]["articles"]
    lead = next((one for one in articles if fold(name).startswith(fold(one))), "")
    return bool(lead) and name[len(lead) :].islower()


def _single_quoted(raw: str) -> str | None:
    match = re.search(r"(?<!\w)['‘]([^'’]{2,60})['’](?!\w)", raw)
    return match.group(1) if match else None
