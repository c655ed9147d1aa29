"""An owner's sentence cut into clauses, each with the topic it is about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import islice

from allokoli.configurator.hours_reader import read_hours
from allokoli.configurator.owner_data import owner_data
from allokoli.dialogue.entities.when_patterns import names, when_rules
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Utterance

TOPICS = (
    "faqs", "must_not_say", "hours", "escalation", "notify", "direction", "languages", "place",
)  # fmt: skip
"""What owners add of their own accord, most telling words first."""

_ENDS = re.compile(r"[.!?;]+[\"'»”)]*(?=\s|$)|,(?=\s)|\s[-–—](?=\s)|\n")
_QUOTED = re.compile(r"«[^»]*»|\"[^\"]*\"|“[^”]*”|(?<!\w)'[^']{3,}'(?!\w)")
_CONTACT = re.compile(r"[\w.+-]+@[\w-]+|https?://|(?:\d[\s.-]?){8,}")
_MAX_CUTS = 60
_MAX_JOINERS = 12
_SENTENCE_ENDS = ".!?\n"
_UNTIL_SENTENCE_END = frozenset({"faqs", "must_not_say"})
_SPOKEN_DIGITS = re.compile(r"\s*(?:[^\W\d][\w']*\s+){0,3}[\d\s+.-]+")
"""The next figures of a number, perhaps led by `it is` or `the`."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a sentence.

    Attributes:
        start, end: where it stands in the sentence.
        topic: what it is about; None for the answers that every assistant needs.
        sentence: the number of the sentence it is in.
    """

    start: int
    end: int
    topic: str | None
    sentence: int


@lru_cache(maxsize=512)
def clauses(raw: str, locale: str) -> tuple[Clause, ...]:
    """Cut a turn into clauses and tell what each is about.

    Args:
        raw: the turn, cleaned.
        locale: its language.
    """
    folded = fold(raw)
    found: list[Clause] = []
    topic: str | None = None
    before = -1
    for start, end, sentence in _pieces(raw, folded, locale):
        said = folded[start:end]
        own = _topic_of(said, locale)
        same = sentence == before
        told = topic in _UNTIL_SENTENCE_END and same
        answer = topic == "faqs" and not _has_contact(own, said, locale)
        goes_on = own is None and topic is not None and goes_on_with(topic, said, locale)
        if (told and (own is None or answer)) or goes_on:
            own = topic
        found.append(Clause(start, end, own, sentence))
        topic, before = own, sentence
    return tuple(_led_on(_led_to(found, folded, locale), folded, locale))


def _led_on(found: Sequence[Clause], folded: str, locale: str) -> list[Clause]:
    """The clauses once hours go on after those days led to (`lunch 12 to 2, dinner 7 to 9`)."""
    told: list[Clause] = []
    for one in found:
        before = told[-1] if told else None
        led = before is not None and before.topic == "hours" and before.sentence == one.sentence
        said = folded[one.start : one.end]
        goes_on = led and one.topic is None and goes_on_with("hours", said, locale)
        told.append(replace(one, topic="hours") if goes_on else one)
    return told


def _led_to(found: Sequence[Clause], folded: str, locale: str) -> list[Clause]:
    """The clauses once days belong to the hours after them (`Monday, Tuesday, 9 to 5`)."""
    told: list[Clause] = []
    after: Clause | None = None
    for one in reversed(found):
        said, own = folded[one.start : one.end], one.topic
        if own is None and after is not None and after.sentence == one.sentence:
            later = folded[after.start : after.end]
            timed = after.topic == "hours" or (after.topic is None and _has_range(later, locale))
            if timed and names_days(said, locale):
                own = "hours"
                if after.topic is None:
                    told[-1] = replace(after, topic="hours")
            elif after.topic == "languages" and goes_on_with("languages", said, locale):
                own = "languages"
        after = replace(one, topic=own)
        told.append(after)
    return told[::-1]


def said_in(raw: str, parts: Sequence[Clause]) -> str:
    """The words of some clauses."""
    said = ""
    for clause in parts:
        piece = raw[clause.start : clause.end].strip(" ,")
        ended = said.endswith((".", "!", "?", ";"))
        said += (" " if ended else ", ") + piece if said else piece
    return said


def _topic_of(said: str, locale: str) -> str | None:
    for topic in ("faqs", "must_not_say"):
        if cue_pattern(topic, locale).search(said):
            return topic
    best: tuple[int, str] | None = None
    for topic in TOPICS[2:]:
        for match in cue_pattern(topic, locale).finditer(said):
            if best is None or match.end() - match.start() > best[0]:
                best = match.end() - match.start(), topic
    if best:
        return best[1]
    if not names_days(said, locale):
        return None
    timed = _has_day(said, locale) and _has_time(said, locale)
    return "hours" if timed or _has_range(said, locale) else None


def goes_on_with(topic: str, said: str, locale: str) -> bool:
    """Whether a clause without words of its own goes on with the topic before it."""
    if topic == "hours":
        hours = owner_data(locale)["hours"]
        vague = [*hours["except"], *hours["afternoon"]]
        timed = _has_time(said, locale) and _CONTACT.search(said) is None
        timed = timed or _has_range(said, locale)
        return timed or names_days(said, locale) or find_phrase(vague, said) is not None
    if topic == "languages":
        entries = owner_data(locale)["languages"].values()
        return any(find_phrase(entry["phrases"], said) for entry in entries)
    if topic not in {"notify", "escalation"}:
        return False
    digits = Utterance.of(said, locale).text
    if find_phrase(lexicon(locale).words["email_joined"], digits):
        return True  # `riverside is one word`
    return _CONTACT.search(digits) is not None or _SPOKEN_DIGITS.fullmatch(digits) is not None


def _has_contact(topic: str | None, said: str, locale: str) -> bool:
    """Whether a clause is about a contact and gives it, so that it is no answer to callers."""
    if topic not in {"notify", "escalation"}:
        return False
    return _CONTACT.search(Utterance.of(said, locale).text) is not None


def _has_time(said: str, locale: str) -> bool:
    """Whether a clause holds a figure, or an hour in words (`noon till nine p.m.`)."""
    if re.search(r"\d", said):
        return True
    folded = Utterance.of(said, locale).folded
    return any(rule.pattern.search(folded) for rule in when_rules("times", locale))


def _has_day(said: str, locale: str) -> bool:
    return day_pattern(locale).search(said) is not None


def names_days(said: str, locale: str) -> bool:
    """Whether a clause names a day, or days together (`weekdays`)."""
    said, hours = fold(said), owner_data(locale)["hours"]
    vague = [word for name in ("every_day", "week_days", "weekend") for word in hours[name]]
    return _has_day(said, locale) or find_phrase(vague, said) is not None


def _has_range(said: str, locale: str) -> bool:
    """Whether a clause holds an hour, then a later one, in figures or in words."""
    if _CONTACT.search(said):
        return False
    week = owner_data(locale)["hours"]["every_day"][0]
    read = read_hours(f"{week} {said}", locale, today=date.min, country="", known=None)
    return read.hours is not None and read.problem is None


@lru_cache
def cue_pattern(topic: str, locale: str) -> re.Pattern[str]:
    """The words by which owners speak of a topic."""
    cues = sorted(owner_data(locale)["topics"][topic]["cues"], key=len, reverse=True)
    return re.compile("|".join(phrase_pattern(cue).pattern for cue in cues))


@lru_cache
def day_pattern(locale: str) -> re.Pattern[str]:
    """Any weekday name of a language, in full."""
    options = sorted((re.escape(name) for name in names("weekdays", locale)), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(options)})s?(?!\w)")


def _pieces(raw: str, folded: str, locale: str) -> list[tuple[int, int, int]]:
    """Where the clauses are: cut at punctuation, and at joining words that change the topic."""
    quoted = [match.span() for match in _QUOTED.finditer(raw)]
    cuts = [  # of a turn that is all commas, the end stays in one piece
        (match.start(), match.end(), any(mark in _SENTENCE_ENDS for mark in match.group()))
        for match in islice(_ENDS.finditer(raw), _MAX_CUTS)
        if not any(start < match.start() < end - 1 for start, end in quoted)
    ]
    pieces: list[tuple[int, int, int]] = []
    at, sentence = 0, 0
    for start, end, ends in [*cuts, (len(raw), len(raw), True)]:
        stop = end if ends else start
        pieces += [(*span, sentence) for span in _joined(folded, at, stop, locale)]
        at, sentence = end, sentence + ends
    return [piece for piece in pieces if raw[piece[0] : piece[1]].strip(" .,;!?")]


def _joined(folded: str, start: int, end: int, locale: str) -> list[tuple[int, int]]:
    """A stretch cut again before each `et`, `mais`… that opens another topic."""
    topic = _topic_of(folded[start:end], locale)
    if topic in _UNTIL_SENTENCE_END:
        first = cue_pattern(topic, locale).search(folded, start, end)
        stop = first.start() if first else start
    else:
        stop = end
    spans, at = [], start
    whole = [
        match.span()
        for phrase in owner_data(locale)["hours"]["midday_break"]
        for match in phrase_pattern(phrase).finditer(folded, start, end)
    ]
    for match in islice(_joiner(locale).finditer(folded, start, end), _MAX_JOINERS):
        if any(first < match.start() < last for first, last in whole):
            continue  # `entre midi et deux`
        left, right = folded[at : match.start()], folded[match.end() : end]
        if match.start() > stop and topic == "faqs":
            another = _has_contact(_topic_of(right, locale), right, locale)
            if not another and not cue_pattern("faqs", locale).search(right):
                continue
        elif not left.strip() or _same_topic(left, right, locale):
            continue
        spans.append((at, match.start()))
        at = match.end()
    return [*spans, (at, end)]


def _same_topic(left: str, right: str, locale: str) -> bool:
    before, after = _topic_of(left, locale), _topic_of(right, locale)
    goes_on = before == "hours" and after is None and goes_on_with(before, right, locale)
    return before == after or goes_on


@lru_cache
def _joiner(locale: str) -> re.Pattern[str]:
    words = sorted(owner_data(locale)["patterns"]["joiners"], key=len, reverse=True)
    options = "|".join(re.escape(fold(word)) + ("" if locale == "he" else r"\s") for word in words)
    whole = "|".join(re.escape(word) for word in owner_data(locale)["patterns"]["joiners_not"])
    return re.compile(rf"\s(?:{options})" + (rf"(?!{whole})" if whole else ""))
