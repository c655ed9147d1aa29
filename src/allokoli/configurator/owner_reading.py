"""What one turn of an owner says: what they add of their own accord, and the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from allokoli.configurator.clauses import (
    TOPICS,
    Clause,
    clauses,
    cue_pattern,
    goes_on_with,
    names_days,
    said_in,
)
from allokoli.configurator.contact_readers import has_contact, read_escalation, read_notify
from allokoli.configurator.faq_reader import read_faqs
from allokoli.configurator.hours_reader import read_hours
from allokoli.configurator.owner_data import owner_data
from allokoli.configurator.rules_reader import (
    read_direction,
    read_languages,
    read_place,
    read_rules,
)
from allokoli.dialogue.entities.answers import find_social, looks_like_question
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.text import fold

_SHARED = frozenset({"direction", "languages", "place"})
"""Topics told in passing: their clause may hold other answers too."""
_COUNTRY = "FR"
_NAME_WORDS = 6
_MOST_BETWEEN = 2
_FEW_DAY_WORDS = 5


@dataclass(frozen=True, slots=True)
class Moment:
    """When a turn is heard.

    Attributes:
        asking: the slot asked just before, if any.
        today: the day of the conversation.
        opening: whether it is the first turn, where most people tell who they are.
        insisted: whether what is asked was asked in vain, or its other sense is known already.
    """

    asking: str | None = None
    today: date = date.min
    opening: bool = False
    insisted: bool = False


@dataclass(slots=True)
class OwnerReading:
    """What a turn says.

    Attributes:
        offered: parts of the blueprint that were told, by topic.
        problem: a topic told in a way that makes no sense, what is wrong, and its words.
        pointed: topics spoken of without being told.
        core: the rest of the turn, where the answers every assistant needs are.
        whole: the turn less what is told to callers.
    """

    offered: dict[str, Any] = field(default_factory=dict)
    problem: tuple[str, str, str] | None = None
    pointed: list[str] = field(default_factory=list)
    core: str = ""
    whole: str = ""


def read_turn(raw: str, locale: str, values: Mapping[str, Any], moment: Moment) -> OwnerReading:
    """Read a turn.

    Args:
        raw: the turn, cleaned.
        locale: its language.
        values: the answers so far.
        moment: what was asked, and the day.
    """
    found = OwnerReading(core=raw, whole=raw)
    pieces = list(clauses(raw, locale))
    kept: list[Clause] = []
    if moment.asking == "greeting":
        pieces, kept = _after_greeting(raw, pieces, locale)
    by_topic = _by_topic(raw, pieces, locale, values, moment)
    taken: list[Clause] = []
    for topic, parts in by_topic.items():
        if _read(found, topic, raw, parts, locale, values, moment) and topic not in _SHARED:
            taken += parts
    found.core = said_in(raw, [*kept, *(piece for piece in pieces if piece not in taken)])
    silent = {"faqs", "must_not_say", "notify"}
    found.whole = said_in(
        raw, [*kept, *(one for one in pieces if one not in taken or one.topic not in silent)]
    )
    if not taken:
        found.core = raw
    _point(found, raw, locale, moment)
    return found


def _after_greeting(
    raw: str, pieces: Sequence[Clause], locale: str
) -> tuple[list[Clause], list[Clause]]:
    """A greeting may speak of hours; only sentences after it are about something else."""
    at = len(pieces)
    while at > 0 and pieces[at - 1].topic is not None:
        at -= 1
    while 0 < at < len(pieces) and pieces[at].sentence == pieces[at - 1].sentence:
        at += 1
    if at == 0 and (find_social(fold(raw), locale) == "hello" or '"' in raw):
        at = len(pieces)
    return list(pieces[at:]), list(pieces[:at])


def _by_topic(
    raw: str,
    pieces: Sequence[Clause],
    locale: str,
    values: Mapping[str, Any],
    moment: Moment,
) -> dict[str, list[Clause]]:
    found: dict[str, list[Clause]] = {}
    contact: str | None = None
    for piece in pieces:
        topic = piece.topic
        if topic is None and contact is not None:
            said = fold(raw[piece.start : piece.end])
            topic = contact if goes_on_with(contact, said, locale) else None
        if topic is None and moment.asking in TOPICS:
            topic = moment.asking
        if topic is None and moment.asking != "greeting":
            topic = _contact_topic(raw[piece.start : piece.end], locale, values, moment)
        if topic is None and moment.asking is None and _only_languages(raw, piece, locale):
            topic = "languages"
        if topic is None and values.get("hours") and moment.asking is None:
            said = raw[piece.start : piece.end]
            days = names_days(said, locale) and len(said.split()) <= _FEW_DAY_WORDS
            topic = "hours" if days or any(char.isdigit() for char in said) else None
        contact = topic if topic in {"notify", "escalation"} else None
        if topic is not None:
            if topic == "escalation" and (case := _case_before(raw, pieces, piece, locale)):
                found.setdefault(topic, []).append(case)
            found.setdefault(topic, []).append(piece)
    return found


def _only_languages(raw: str, piece: Clause, locale: str) -> bool:
    """Whether a clause is the name of a language, and nothing else."""
    said = fold(raw[piece.start : piece.end]).strip(" ,.;:!")
    entries = owner_data(locale)["languages"].values()
    spoken = [phrase for entry in entries for phrase in entry["phrases"]]
    return any(phrase_pattern(phrase).fullmatch(said) for phrase in spoken)


def _case_before(raw: str, pieces: Sequence[Clause], piece: Clause, locale: str) -> Clause | None:
    """The clause that says when a call is passed on, just before the one that says to whom."""
    at = pieces.index(piece)
    for case in pieces[max(at - _MOST_BETWEEN, 0) : at][::-1]:
        if case.topic is not None or case.sentence != piece.sentence:
            return None
        said = fold(raw[case.start : case.end]).strip()
        heads = owner_data(locale)["topics"]["escalation"].get("case", ())
        if any(phrase_pattern(head).match(said) for head in heads):
            return case
    return None


def _contact_topic(said: str, locale: str, values: Mapping[str, Any], moment: Moment) -> str | None:
    kind = has_contact(said, locale) if len(said) > 5 else None  # noqa: PLR2004
    if kind is None:
        return None
    if kind != "phone":
        return "notify"
    if moment.asking == "greeting":
        return None
    texted = (values.get("notify") or {}).get("phone")
    return "notify" if texted and not values.get("escalation") else "escalation"


def _read(
    found: OwnerReading,
    topic: str,
    raw: str,
    parts: Sequence[Clause],
    locale: str,
    values: Mapping[str, Any],
    moment: Moment,
) -> bool:
    """Read one topic from its clauses; whether it was told, well or badly."""
    text, asked = said_in(raw, parts), moment.asking == topic
    country = str((values.get("place") or {}).get("country", ""))
    known = values.get(topic)
    value: Any = None
    problem: tuple[str, str] | None = None
    match topic:
        case "hours":
            place = country or _COUNTRY
            hours = read_hours(text, locale, today=moment.today, country=place, known=known)
            value, problem = hours.hours, hours.problem
        case "faqs":
            value = read_faqs(text, locale, known, asked=asked)
        case "must_not_say":
            lines = [raw[part.start : part.end] for part in parts]
            value = None if _declined(text, locale) else read_rules(lines, locale, known)
        case "notify" | "escalation":
            value, problem = _contact(found, topic, text, locale, country, values)
        case "direction":
            value = read_direction(fold(text), locale)
        case "languages":
            value = read_languages(text, locale, known, asked=asked)
        case "place":
            value = read_place(fold(text), locale)
    if problem:
        found.problem = found.problem or (topic, *problem)
    elif value is not None:
        found.offered[topic] = value
    return bool(problem) or value is not None


def _contact(
    found: OwnerReading,
    topic: str,
    text: str,
    locale: str,
    country: str,
    values: Mapping[str, Any],
) -> tuple[Any, tuple[str, str] | None]:
    reader = read_notify if topic == "notify" else read_escalation
    read = reader(text, locale, country, found.offered.get(topic) or values.get(topic))
    if topic == "escalation" and read.value is None:
        # `en cas d'urgence écrivez à…`: an address is for notifications, whatever the occasion.
        other = read_notify(text, locale, country, values.get("notify"))
        if other.value and has_contact(text, locale) != "phone":
            found.offered["notify"] = other.value
            return None, None
    return read.value, read.problem


def _declined(text: str, locale: str) -> bool:
    if cue_pattern("must_not_say", locale).search(fold(text)):
        return False  # `it must not promise anything` leaves nothing aside
    words = owner_data(locale)["commands"]["stop_asking"]["phrases"]
    return find_social(fold(text), locale) in {"anything", "refuse"} or (
        find_phrase(words, fold(text)) is not None
    )


def names_a_topic(raw: str, locale: str) -> bool:
    """Whether a turn is the name of a topic and nothing else (`what it must never say`)."""
    topics = owner_data(locale)["topics"]
    named = {fold(name) for key in TOPICS for name in (*topics[key]["point"], topics[key]["chip"])}
    return fold(raw).strip(" .,?!") in named


def _point(found: OwnerReading, raw: str, locale: str, moment: Moment) -> None:
    """Topics named, to be asked for: never in an answer of another kind, nor in a question."""
    folded = fold(raw)
    naming = moment.asking == "name" and len(folded.split()) <= _NAME_WORDS
    if naming or moment.asking in {"greeting", "fields"}:
        return
    if looks_like_question(raw, folded, locale) and not names_a_topic(raw, locale):
        return
    topics, less = owner_data(locale)["topics"], owner_data(locale)["patterns"]["less_item"]
    for topic in TOPICS:
        if topic in found.offered or (found.problem and found.problem[0] == topic):
            continue
        points = topics[topic]["point"]
        if not points or find_phrase(points, folded) is None:
            continue
        refused = [f"{no} {point}".replace("' ", "'") for no in less for point in points]
        if find_phrase(refused, folded) is None:
            found.pointed.append(topic)
