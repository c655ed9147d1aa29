"""One sentence heard, in the forms that reading it needs, and what of it was already used."""

import re
from dataclasses import dataclass, field
from typing import TypeVar

from allokoli.dialogue.entities.spoken_numbers import Replacement, find_spoken_numbers
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.text import clean, fold

Span = tuple[int, int]
_T = TypeVar("_T")


def _apart(raw: str, locale: str) -> str:
    """`one-thirty`, `half-seven`: an hour, its words apart."""
    time = lexicon(locale).time
    before, after = ("|".join(time.get(key, ())) for key in ("hyphen_before", "hyphen_after"))
    if not before or "-" not in raw:
        return raw
    minutes = "|".join(time.get("hyphen_minutes", ())) or "(?!)"
    clock = rf"(?<![\w-])({before})-(?=(?:{minutes})(?![\w-]))"
    raw = re.sub(clock, r"\1:", raw, flags=re.IGNORECASE)
    return re.sub(rf"(?<![\w-])({before})-(?=(?:{after})(?!\w))", r"\1 ", raw, flags=re.IGNORECASE)


@dataclass(slots=True)
class Utterance:
    """A cleaned sentence with its number words turned into digits.

    Attributes:
        raw: the sentence as it was said.
        text: the same with digits for number words.
        folded: `text` in lower case without accents, position for position.
        raw_folded: `raw`, folded likewise.
        used: the spans of `text` that an answer was already read from.
    """

    raw: str
    text: str
    folded: str
    raw_folded: str
    replacements: tuple[Replacement, ...] = ()
    used: list[Span] = field(default_factory=list)

    @classmethod
    def of(cls, text: object, locale: str) -> "Utterance":
        raw = _apart(clean(text), locale)
        replacements = find_spoken_numbers(raw, locale)
        pieces, at = [], 0
        for item in replacements:
            pieces += [raw[at : item.start], item.digits]
            at = item.end
        digits = "".join([*pieces, raw[at:]])
        return cls(raw, digits, fold(digits), fold(raw), tuple(replacements))

    def use(self, span: Span) -> None:
        self.used.append(span)

    def keep(self, found: tuple[_T, Span] | None) -> _T | None:
        """The value found in it, its words marked as used."""
        if found is None:
            return None
        self.use(found[1])
        return found[0]

    @property
    def spent(self) -> bool:
        """Whether one answer took the whole sentence."""
        return (0, len(self.text)) in self.used

    def is_used(self, span: Span) -> bool:
        return any(span[0] < end and start < span[1] for start, end in self.used)

    def mask(self) -> str:
        """The folded text with everything used blanked, so that it cannot be read twice."""
        chars = list(self.folded)
        for start, end in self.used:
            chars[start:end] = "\0" * (min(end, len(chars)) - start)
        return "".join(chars)

    def raw_mask(self) -> str:
        """The sentence as it was said, with everything used blanked."""
        chars = list(self.raw)
        for start, end in self.used:
            low, high = self._to_raw(start), self._to_raw(end)
            chars[low:high] = "\0" * (high - low)
        return "".join(chars)

    def rest(self) -> list[str]:
        """What is left of the sentence as it was said, clause by clause."""
        parts = re.split(r"\0+|[.,;!?]+(?=\s|$)", self.raw_mask())
        return [part.strip(" -,.;:") for part in parts if part.strip(" -,.;:'\"")]

    def from_raw(self, span: Span) -> Span:
        """Where a span of `raw` lies in `text`."""
        return self._to_text(span[0]), self._to_text(span[1])

    def _to_raw(self, position: int) -> int:
        shift = 0
        for item in self.replacements:
            start = item.start + shift
            end = start + len(item.digits)
            if position <= start:
                break
            if position < end:
                return item.start
            shift += len(item.digits) - (item.end - item.start)
        return position - shift

    def _to_text(self, position: int) -> int:
        shift = 0
        for item in self.replacements:
            if position <= item.start:
                break
            if position < item.end:
                return item.start + shift
            shift += len(item.digits) - (item.end - item.start)
        return position + shift
