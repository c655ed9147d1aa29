"""A turn about what to ask callers, in its parts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from allokoli.configurator.field_names import joined, named_fields
from allokoli.configurator.own_fields import plain_label
from allokoli.dialogue.entities.answers import find_answer
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Utterance

_LIST = 2


@dataclass(frozen=True, slots=True)
class FieldsTurn:
    """A turn about fields, in its parts.

    Attributes:
        raw: what it says, less what is usual and the question before a list.
        base, more, less: what comes before, after "and also", and after "without".
        listing: the part of the base where fields may be listed.
        answer: yes or no, where it is one.
        command: whether it says to ask something.
        optional: whether it says that something may be left out.
        only: whether it says that nothing else is to be asked.
    """

    raw: str
    base: str
    more: str | None
    less: str | None
    listing: str
    answer: str | None
    command: bool
    optional: bool
    only: bool

    @property
    def trailing(self) -> bool:
        """Whether "too" closes it (`ask about allergies too`)."""
        return self.more is not None and not self.more.strip(" ,.;!?")

    @property
    def tells_fields(self) -> bool:
        """Whether any of its words changes the fields, whatever it then names."""
        told = self.more is not None or self.less is not None
        return told or self.command or self.optional

    @property
    def only_optional(self) -> bool:
        """Whether it does nothing but say that something may be left out."""
        return self.optional and self.more is None and self.less is None and not self.command


def fields_turn(
    data: dict[str, Any],
    heard: Utterance,
    current: Sequence[Mapping[str, Any]],
    locale: str,
    *,
    asked: bool,
) -> FieldsTurn:
    """Cut a turn into its parts.

    Args:
        data: the owner's data files.
        heard: the sentence.
        current: the fields so far.
        locale: the language.
        asked: whether the fields were just asked.
    """
    patterns, folded = data["patterns"], heard.raw_folded
    raw, usual = _without_usual(heard.raw, patterns) if asked else (heard.raw, False)
    answer = find_answer(fold(raw), locale) or ("yes" if usual else None)
    raw = _after_question(raw, locale) if asked else raw
    raw = _after_preamble(data, raw, current, locale)
    base, more, less = _split(raw, patterns, locale)
    command = find_phrase(patterns["ask_for"], fold(base))
    turn = FieldsTurn(
        raw=raw,
        base=base,
        more=more,
        less=less,
        listing=base[command[1] :] if command else "",
        answer=answer,
        command=command is not None,
        optional=find_phrase(patterns["optional"], folded) is not None,
        only=find_phrase(patterns["only"], folded) is not None,
    )
    plainly = turn.optional or turn.trailing or (turn.only and less is not None)
    return replace(turn, listing=base) if asked or plainly else turn


def _without_usual(raw: str, patterns: Mapping[str, Sequence[str]]) -> tuple[str, bool]:
    """The sentence less the words for what is usual (`the lot`), and whether they were said."""
    span = find_phrase(patterns["usual_fields"], fold(raw))
    return (raw, False) if span is None else (f"{raw[: span[0]]} {raw[span[1] :]}".strip(), True)


def _after_preamble(
    data: dict[str, Any], raw: str, current: Sequence[Mapping[str, Any]], locale: str
) -> str:
    """A sentence less what only says how little is needed (`I don't need much: the name…`)."""
    less = _longest_within(data["patterns"]["less"], fold(raw))
    if less is None:
        return raw
    head, colon, rest = raw[less[1] :].partition(":")
    takes_away = not colon or dropped_fields(data, current, head, locale)
    return raw if takes_away else f"{raw[: less[0]]} {rest}".strip()


def _after_question(raw: str, locale: str) -> str:
    """A list without the question that its owner asks themselves (`what do I need? Name…`)."""
    head, mark, rest = raw.partition("?")
    few = len(named_fields(fold(head), locale)) < _LIST
    return rest if mark and few and len(named_fields(fold(rest), locale)) >= _LIST else raw


def _split(
    raw: str, patterns: Mapping[str, Sequence[str]], locale: str
) -> tuple[str, str | None, str | None]:
    """What comes before, what comes after "and also", and what comes after "without"."""
    folded = fold(raw)
    more = find_phrase(patterns["more"], folded)
    less = _longest_within(patterns["less"], folded)
    if more and less and less[0] <= more[0] < less[1]:
        more = None
    marks = sorted(span for span in (more, less) if span)
    base = raw[: marks[0][0]] if marks else raw
    ends = [span[0] for span in marks[1:]] + [len(raw)]
    if more:
        end = _less_question_word(folded, more, patterns, locale)
        marks[marks.index(more)] = more = (more[0], end)
    after = {span: raw[span[1] : end] for span, end in zip(marks, ends, strict=False)}
    without = after[less] if less else None
    only = find_phrase(patterns["only"], fold(without)) if without else None
    if without and only:  # `not the number, just the name`
        base, without = f"{base}, {without[only[0] :]}", without[: only[0]]
    return base, after[more] if more else None, without


def _longest_within(phrases: Sequence[str], folded: str) -> tuple[int, int] | None:
    """The longest of the phrases said without a pause (`urgent ou pas, le nom` takes none away)."""
    spans = (
        match.span()
        for phrase in phrases
        for match in phrase_pattern(phrase).finditer(folded)
        if not re.search(r"[,;.!?]", match.group())
    )
    return max(spans, key=lambda span: span[1] - span[0], default=None)


def _less_question_word(
    folded: str, span: tuple[int, int], patterns: Mapping[str, Sequence[str]], locale: str
) -> int:
    """Where "and how many" ends once the word that opens the field is given back to it."""
    last = re.search(rf"(?:{joined(locale)})?([\w']+)$", folded[slice(*span)])
    opens = last is not None and last.group(1) in patterns["field_starts"]
    return span[0] + last.start(1) if last and opens else span[1]


def dropped_fields(
    data: dict[str, Any], current: Sequence[Mapping[str, Any]], less: str, locale: str
) -> set[str]:
    """The keys of the fields that a list takes away, the owner's own included."""
    folded = fold(less)
    wanted = set(named_fields(folded, locale))
    label = fold(plain_label(data, less))
    return wanted | {
        str(item["key"])
        for item in current
        if item["key"] not in data["fields"] and label and label in fold(str(item["label"]))
    }
