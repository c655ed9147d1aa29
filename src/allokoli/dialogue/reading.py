"""Reading one slot out of a sentence, by its type."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from allokoli.dialogue.entities.answers import find_answer, says_only_yes
from allokoli.dialogue.entities.dates import find_date, parse_written_date
from allokoli.dialogue.entities.emails import find_email
from allokoli.dialogue.entities.first_names import lone_name
from allokoli.dialogue.entities.free_text import find_choice, find_text, rest_text, second_thought
from allokoli.dialogue.entities.members import count_members, count_told_first, with_somebody
from allokoli.dialogue.entities.names import find_name, is_of_company, respell
from allokoli.dialogue.entities.numbers import find_count, find_settled, find_sum
from allokoli.dialogue.entities.phones import amend_phone, find_phone, loose_digits, parse_phone
from allokoli.dialogue.entities.times import find_bare_hour, find_when
from allokoli.dialogue.form import Form, Slot
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Utterance

_SHORT_WORDS = 4
_FEW_WORDS = 2
_SENTENCE = re.compile(r"[.!…]\s+(?=\w)")
_SETTLED = frozenset({"time"})


@dataclass(slots=True)
class Context:
    """What reading depends on besides the sentence.

    Attributes:
        form: the form being filled.
        values: the answers so far.
        today: the day of the conversation, where the organization is.
        locale: the language spoken.
        part: part of the day said before.
        digits: digits of a phone number heard so far.
        correcting: whether answers are being corrected.
        agreed: whether the sentence says yes: what follows is politeness (`yes, that's lovely`).
        free: whether a free answer is awaited, which holds no correction of another.
        newest: whether the last of several days or hours counts.
        alone: whether a single thing was asked.
        now: the hour of the conversation, where the organization is.
        refused: the day or hour refused last: another that is said beside it is meant.
        limits: the earliest and the latest hour that suit, said with the hour that was read.
    """

    form: Form
    values: Mapping[str, Any]
    today: date
    locale: str
    part: str | None = None
    digits: str = ""
    correcting: bool = False
    agreed: bool = False
    free: bool = False
    newest: bool = False
    alone: bool = False
    now: time | None = None
    refused: str | None = None
    limits: tuple[str | None, str | None] | None = None


def read_given(slot: Slot, heard: Utterance, context: Context, *, asked: bool) -> Any:
    """The slot's value where its wording gives it away, asked or not; None otherwise."""
    value = _ends_on(slot, heard, context) if asked else None
    if value is None:
        value = _read_once(slot, heard, context, asked=asked)
    if slot.type not in {"date", "time"}:
        return value
    if value is not None and value == context.refused:
        other = _read_once(slot, heard, context, asked=asked)
        return value if other is None else other
    newer = value if context.newest else None
    while newer is not None:
        value, newer = newer, _read_once(slot, heard, context, asked=asked)
    return value


def _ends_on(slot: Slot, heard: Utterance, context: Context) -> Any:
    """The hour or number on which the last sentence settles (`any time after ten. Half ten`)."""
    start = max((match.end() for match in _SENTENCE.finditer(heard.text)), default=0)
    last = heard.text[start:]
    if not start or slot.type not in _SETTLED or not 0 < len(last.split()) <= _SHORT_WORDS:
        return None
    around = replace(context, limits=None)
    value = _read_once(slot, Utterance.of(last, context.locale), around, asked=True)
    if value is not None:
        context.limits = around.limits
        heard.use((start, len(heard.text)))
    return value


def _read_once(slot: Slot, heard: Utterance, context: Context, *, asked: bool) -> Any:  # noqa: PLR0911  (one way out a case)
    own = slot.reader(heard, asked, context.values) if slot.reader else None
    if own is not None:
        return own
    match slot.type:
        case "phone":
            return _phone(heard, context, context.values.get(slot.key))
        case "email":
            return _kept(heard, find_email(heard, context.locale))
        case "date":
            past = slot.past
            day = _kept(heard, find_date(heard, context.today, context.locale, past=past))
            return day.isoformat() if day else None
        case "time":
            return _hour(heard, context, asked=asked or context.correcting)
        case "number":
            return _given_count(slot, heard, context, asked=asked)
        case "choice":
            return _kept(heard, find_choice(heard, slot.choices))
        case "text":
            alone = asked and context.alone
            return _kept(
                heard, find_text(heard, slot.patterns) or _worded(heard, slot, alone=alone)
            )
        case "name":
            return _given_name(slot, heard, context, asked=asked)
    return None


def read_asked(slot: Slot, heard: Utterance, context: Context, *, alone: bool) -> Any:  # noqa: PLR0911  (one way out a case)
    """The slot's value when it was just asked, so that a bare answer counts.

    Args:
        slot: what was asked.
        heard: the sentence, less what was already read from it.
        context: what reading depends on.
        alone: whether nothing else was asked with it.
    """
    match slot.type:
        case "number":
            return _kept(heard, _count(slot, heard, context.locale, asked=True))
        case "time":
            found = find_bare_hour(
                heard, context.locale, earliest_hour=context.form.earliest_hour, part=context.part
            )
            moment = _kept(heard, found)
            return moment.strftime("%H:%M") if moment else None
        case "date":
            if not alone:
                return None
            day = parse_written_date(heard.raw, context.today, context.locale)
            return day.isoformat() if day else None
        case "name":
            return _kept(heard, find_name(heard, context.locale, asked=True))
        case "yes_no":
            answer = find_answer(heard.folded, context.locale)
            return None if answer is None else answer == "yes"
        case "choice":
            named = [replace(one, phrases=one.asked) for one in slot.choices if one.asked]
            bare = _kept(heard, find_choice(heard, named))
            if bare is not None:
                return bare
            said = find_answer(heard.folded, context.locale)
            return next((one.value for one in slot.choices if said and one.answer == said), None)
        case "text":
            return _text(slot, heard, context, alone=alone)
    return None


def _hour(heard: Utterance, context: Context, *, asked: bool) -> str | None:
    """The hour, the limits said around it being remembered (`entre 19 et 20 h`)."""
    found = find_when(
        heard,
        context.locale,
        earliest_hour=context.form.earliest_hour,
        part=context.part,
        now=context.now,
        asked=asked,
    )
    if found is None or found[0].at is None:
        return None
    when = _kept(heard, found)
    context.limits = _clock(when.not_before), _clock(when.not_after)
    return _clock(when.at)


def _clock(moment: time | None) -> str | None:
    return moment.strftime("%H:%M") if moment else None


def _worded(heard: Utterance, slot: Slot, *, alone: bool) -> tuple[str, tuple[int, int]] | None:
    """What a slot's own words say amid other answers (`and my wife's coeliac`), all of it."""
    if alone:
        return None
    found = [(choice.value, span) for choice in slot.choices
             if (span := find_phrase(choice.phrases, heard.mask()))]  # fmt: skip
    if not found:
        return None
    spans = [span for _, span in found]
    values = ", ".join(value for value, _ in sorted(found, key=lambda item: item[1]))
    return values, (min(span[0] for span in spans), max(span[1] for span in spans))


def _given_count(slot: Slot, heard: Utterance, context: Context, *, asked: bool) -> int | None:
    told = asked or context.correcting
    first = count_told_first(heard.mask(), context.locale) if told and slot.totals else None
    first = first or (find_settled(heard.mask()) if asked and slot.totals else None)
    first = first or (_summed(heard, context) if told and slot.totals else None)
    summed = told or slot.key not in context.values  # "let's say seven" may be the hour
    found = first or _count(slot, heard, context.locale, asked=False, summed=summed)
    firm = asked or context.correcting or slot.key not in context.values
    if found and not asked and _may_be_an_hour(found[1], heard, context.locale):
        return None
    if found and found[0] == 1 and (not firm or _tells_of(found[1], heard, context.locale)):
        return None  # "une personne est allergique"
    more = _kept(heard, _added(slot, heard, context))
    if more is not None:
        return max(int(context.values[slot.key]) + int(more), slot.minimum)
    count: int | None = _kept(heard, found)
    return count


def _summed(heard: Utterance, context: Context) -> tuple[int, tuple[int, int]] | None:
    """The whole company, where it is said after who they are."""
    folded = heard.mask()
    members = count_members(folded, context.locale)
    total = find_sum(folded, members[1][1] if members else None, alone=context.alone)
    return None if total and members and total[0] < members[0] else total


def _may_be_an_hour(span: tuple[int, int], heard: Utterance, locale: str) -> bool:
    """`We're down for nine, could it be eight?`: a bare number that may be no count."""
    words = lexicon(locale).words
    before, bare = ("|".join(words.get(key, ())) for key in ("count_not", "count_bare"))
    if not bare or re.fullmatch(rf"(?:{bare})\s+\d{{1,2}}", heard.folded[slice(*span)]) is None:
        return False
    return re.search(rf"(?<!\w)(?:{before})\s+$", heard.folded[: span[0]]) is not None


def _tells_of(span: tuple[int, int], heard: Utterance, locale: str) -> bool:
    """`One of us is a vegetarian` counts nobody."""
    verbs = "|".join(map(re.escape, lexicon(locale).words.get("count_told_of", ()))) or "(?!)"
    return re.match(rf"\s*(?:{verbs})(?!\w)", heard.folded[span[1] :]) is not None


def _added(slot: Slot, heard: Utterance, context: Context) -> tuple[int, tuple[int, int]] | None:
    """How many more, or fewer, than were said before (`one person more`)."""
    words = lexicon(context.locale).words
    if not isinstance(context.values.get(slot.key), int):
        return None
    units = "|".join(
        re.escape(fold(one[8:])) for one in slot.patterns if one.startswith("{value} ")
    )
    for key, sign in (("count_added", 1), ("count_taken", -1)):
        after = "|".join(map(re.escape, map(fold, words.get(key, ())))) or "(?!)"
        before = "|".join(map(re.escape, map(fold, words.get(f"{key}_before", ())))) or "(?!)"
        count = rf"(?P<n>\d{{1,2}})(?:\s+(?:{units}))?"
        either = rf"(?<!\w)(?:{before})\s+{count}(?!\w)", rf"(?<!\w){count}\s+(?:{after})(?!\w)"
        for pattern in either if units else ():
            match = re.search(pattern, heard.mask())
            if match:
                return sign * int(match["n"]), match.span()
    return None


def _given_name(slot: Slot, heard: Utterance, context: Context, *, asked: bool) -> str | None:
    respelled = _respelled(slot, heard, context)
    if respelled:
        return respelled
    known, again = slot.key in context.values, len(heard.raw.split()) <= _SHORT_WORDS
    weak = known and (context.correcting or (again and not context.agreed and not context.free))
    found = find_name(heard, context.locale, asked=False, weak=weak)
    if found is None and not (known or asked or context.free):
        found = _lone_name(heard, context.locale)
    company = found and context.form.slot("company") and is_of_company(found[0], context.locale)
    name: str | None = _kept(heard, None if company else found)
    return name


def _lone_name(heard: Utterance, locale: str) -> tuple[str, tuple[int, int]] | None:
    """A known first name that is a clause of its own (`תספורת, מחר בשש, דניאל`)."""
    name = lone_name(heard.rest()[-1:], locale)
    at = heard.raw.rfind(name) if name else -1
    return (name, heard.from_raw((at, at + len(name)))) if name and at >= 0 else None


def _respelled(slot: Slot, heard: Utterance, context: Context) -> str | None:
    """The name known, as it is spelled or remarked on now (`just O D E L L`, `with a K`)."""
    known = context.values.get(slot.key)
    if not isinstance(known, str) or not context.correcting or slot.key == "first_name":
        return None
    name = respell(known, heard, context.locale)
    return _kept(heard, name)  # type: ignore[no-any-return]


def _phone(heard: Utterance, context: Context, known: str | None) -> str | None:
    country = context.form.country
    found = find_phone(heard, country)
    if not found and known and context.correcting:
        found = amend_phone(known, heard, country)
    if found:
        heard.use(found.span)
        return found.e164
    digits = loose_digits(heard) if context.digits else None
    joined = None
    if digits and digits[0] == context.digits:
        joined = parse_phone(digits[0], country, insisted=True)
    elif digits:
        joined = parse_phone(context.digits + digits[0], country)
    if joined and digits:
        heard.use(digits[1])
    return joined


def _text(slot: Slot, heard: Utterance, context: Context, *, alone: bool) -> str | None:
    if slot.verbatim:
        short = len(heard.raw.split()) <= _SHORT_WORDS
        answer = find_answer(heard.raw_folded, context.locale) if short else None
        told = answer == "yes" and len(heard.raw.split()) > _FEW_WORDS  # `שאני מסכים להצעה`
        only_answer = answer is not None and (
            not told or says_only_yes(heard.raw_folded, context.locale)
        )
        return None if only_answer else heard.raw
    if not alone:
        return None
    if says_only_yes(heard.raw_folded, context.locale):
        return None
    text = rest_text(heard, context.locale)
    if slot.none is not None:
        text = second_thought(text, context.locale) or text
    return _without_courtesy(without_leads(slot, text), context.locale) or None


def _without_courtesy(text: str, locale: str) -> str:
    """`Umbrella Corp please` → `Umbrella Corp`."""
    tails = "|".join(map(re.escape, lexicon(locale).words.get("courtesy_tail", ()))) or "(?!)"
    return re.sub(rf"(?:[\s,]+(?:{tails}))+\W*$", "", text, flags=re.IGNORECASE)


def without_leads(slot: Slot, text: str) -> str:
    """What a free answer says: `oui, juste aux noix` → `noix`."""
    leads = sorted(slot.leads, key=len, reverse=True)
    while True:
        gap = next(
            (
                match.end()
                for lead in leads
                if (match := re.match(rf"{re.escape(fold(lead))}(?:(?<=')|[\s,]+)", fold(text)))
            ),
            0,
        )
        if not gap or gap >= len(text):
            return text.strip()
        text = text[gap:]


def _count(
    slot: Slot, heard: Utterance, locale: str, *, asked: bool, summed: bool = True
) -> tuple[int, tuple[int, int]] | None:
    bounds = {"minimum": slot.minimum, "maximum": slot.maximum}
    total = find_count(heard, slot.totals if summed else (), asked=False, **bounds)
    people = with_somebody(heard.text, heard.mask(), locale)
    members = count_members(people, locale) if slot.totals and not total else None
    found = total or members or find_count(heard, slot.patterns, asked=asked, **bounds)
    worded = None if found else find_choice(heard, slot.choices)
    return (int(worded[0]), worded[1]) if worded else found


def _kept(heard: Utterance, found: tuple[Any, tuple[int, int]] | None) -> Any:
    """The value found, its words marked as used."""
    if found is None:
        return None
    heard.use(found[1])
    return found[0]
