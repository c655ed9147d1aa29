"""AlloKoliConfig's conversation with the owner: pure, from a sentence to the next."""

from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from allokoli.blueprint.catalog import template_values
from allokoli.configurator.clauses import TOPICS
from allokoli.configurator.commands import (
    COMMANDS,
    declines,
    elided,
    leaves_it,
    meaning_of,
    meant,
    objection,
    plainly,
    said_command,
)
from allokoli.configurator.field_lists import lists_fields
from allokoli.configurator.form import GOAL, Questions, owner_form
from allokoli.configurator.owner_data import owner_data
from allokoli.configurator.owner_reading import Moment, OwnerReading, names_a_topic
from allokoli.configurator.owner_state import OwnerState
from allokoli.configurator.readers import OwnerReaders
from allokoli.configurator.rectifying import rectified, taken_away
from allokoli.configurator.standing import obey, without
from allokoli.configurator.tables import by_meaning
from allokoli.configurator.tables import said as said_of
from allokoli.dialogue import Form, Reply, State, open_dialogue, step
from allokoli.dialogue.entities.answers import find_social, looks_like_question
from allokoli.dialogue.lexicon import language
from allokoli.dialogue.speaking import Turn, ask, wording
from allokoli.dialogue.state import AT_RECAP
from allokoli.dialogue.text import clean, fold
from allokoli.dialogue.utterance import Utterance

__all__ = ["OwnerState", "hear", "open", "sign_up_invitation"]

_NOT_UNDERSTOOD = ("not_understood", "not understood", "unknown_question", "stuck")
_FEW_WORDS = 2
_YES_WORDS = 9
_MOST_PROBLEMS = 2
_TOLD_APART = frozenset({"name", "tone", "services", "fields"})
_DEFAULT_TIMEZONE = "Europe/Paris"


def open(locale: str, template: str | None = None) -> tuple[OwnerState, Reply]:  # noqa: A001
    """Start the conversation.

    Args:
        locale: the language to speak.
        template: the key of a catalog template to start from; unknown keys are ignored.
    """
    locale = language(locale)
    values = template_values(template, locale) if template else {}
    state, reply = open_dialogue(owner_form(locale, values), locale=locale)
    state.values.update(values)
    return OwnerState(locale, state), reply


def hear(state: OwnerState, text: object, now: datetime) -> tuple[OwnerState, Reply]:
    """Hear one sentence of the owner and answer it; the given state is left as it was.

    Args:
        state: where the conversation stands.
        text: what was said or typed; empty for a silence.
        now: the present, aware.
    """
    raw = elided(clean(text), state.locale)
    if state.status != "confirmed":
        naming = bool({"name", "greeting"} & set(state.dialogue.asking))
        command = said_command(raw, state.locale, naming=naming) if raw else None
        if command:
            return obey(state, command)
        agreeing = state.status == "confirming"
        corrected = _rectify(state, raw, now) if state.dialogue.phase in AT_RECAP else None
        if corrected is not None:
            return corrected
        free = state.dialogue.asking[:1] == ["greeting"] and len(raw.split()) > _FEW_WORDS + 2
        if set(TOPICS) & set(state.dialogue.asking):
            raw = declines(raw, state.locale) or raw
        if agreeing:
            raw = objection(raw, state.locale)
        if leaves_it(raw, state.locale) and free:
            free = False
        plain = None if free else plainly(raw, state.locale, agreeing=agreeing)
        if plain and (agreeing or not _says_more(state, raw, now)):
            raw = plain
    return _answer(state, raw, now)


def sign_up_invitation(locale: str) -> str:
    """What is said when a visitor confirms before having an account."""
    return str(owner_data(locale)["sign_up"])


def _rectify(state: OwnerState, raw: str, now: datetime) -> tuple[OwnerState, Reply] | None:
    """Hear `non, le ton : calme` as the answer to that question."""
    gone = taken_away(raw, state.dialogue.values, state.locale)
    if gone:
        return without(state, gone)
    told = rectified(raw, state.dialogue.values, state.locale)
    if told is None:
        return None
    key, said = told
    dialogue = deepcopy(state.dialogue)
    dialogue.phase, dialogue.asking, dialogue.misses, dialogue.goal = "collecting", [key], 0, GOAL
    asked = OwnerState(state.locale, dialogue, list(state.wanted), list(state.history))
    readers = OwnerReaders(owner_data(state.locale), state.locale, _moment(asked, now))
    values = state.dialogue.values
    value = readers.reader(key)(Utterance.of(said, state.locale), True, values)
    if value is None:
        return None
    if key == "services" and said_of(owner_data(state.locale)["services"], fold(said)) in value:
        dialogue.values["booking"] = False
    return _answer(asked, said, now)


def _says_more(state: OwnerState, raw: str, now: datetime) -> bool:
    """Whether `the usual plus allergies` or `warm, I don't care` holds an answer of its own."""
    values = state.dialogue.values
    readers = OwnerReaders(owner_data(state.locale), state.locale, _moment(state, now))
    heard = Utterance.of(raw, state.locale)
    return any(
        readers.reader(key)(heard, True, values) is not None
        for key in state.dialogue.asking
        if key in _TOLD_APART
    )


def _answer(state: OwnerState, raw: str, now: datetime) -> tuple[OwnerState, Reply]:
    before = state.dialogue
    readers = OwnerReaders(owner_data(state.locale), state.locale, _moment(state, now))
    form = owner_form(
        state.locale,
        before.values,
        readers=readers,
        wanted=state.wanted,
        questions=_questions(state, readers.turn(raw, before.values), raw),
    )
    after, reply = step(form, before, raw, now=now, locale=state.locale)
    heard = OwnerState(state.locale, after, list(state.wanted), list(state.history))
    restarted = reply.trace.decision == "restart"
    if raw and not restarted and state.status != "confirmed":
        reading = readers.turn(raw, before.values)
        turned = _turn_to_topic(state, heard, reply, reading, raw, form, now)
        if turned is not None:
            heard, reply = turned
        _keep_what_is_asked_again(before, heard.dialogue)
    if reply.trace.decision == "not understood at recap":
        lost = wording(form, "not_understood", heard.dialogue.misses)
        reply = replace(reply, text=f"{lost} {reply.text}")
    if restarted:
        heard.wanted = []
    if heard.dialogue.values != before.values:
        heard.remember(before.values)
    return heard, reply


def _questions(state: OwnerState, reading: OwnerReading, raw: str) -> Questions:
    """What is told is no question, whatever words it shares with one (`jamais de prix`)."""
    asking, locale = state.dialogue.asking[:1], state.locale
    if names_a_topic(raw, locale):
        return "none"
    if asking == ["fields"] and lists_fields(raw, locale):
        return "none"
    telling = asking == ["services"] and _says_more_than_asks(raw, locale)
    told = {"notify", "escalation", "faqs"} & reading.offered.keys()  # `can you text me on 07700…`
    if looks_like_question(raw, fold(raw), locale) and not telling and not told:
        return "meant"
    return "none" if reading.offered or reading.problem or telling else "said"


def _says_more_than_asks(raw: str, locale: str) -> bool:
    """Whether a question's word is not the first one (`tell people what we do`)."""
    return not looks_like_question(raw, " ".join(fold(raw).split()[:1]), locale)


def _moment(state: OwnerState, now: datetime) -> Moment:
    asking = state.dialogue.asking[0] if state.dialogue.asking else None
    place = state.dialogue.values.get("place") or {}
    zone = ZoneInfo(str(place.get("timezone", _DEFAULT_TIMEZONE)))
    return Moment(
        asking=asking if state.status == "collecting" else None,
        today=now.astimezone(zone).date(),
        opening=state.dialogue.turns == 0,
        insisted=_insists(state, asking),
    )


def _insists(state: OwnerState, asking: str | None) -> bool:
    """Whether what is asked was asked in vain, or is the name of a business that is known."""
    known = asking == "name" and "sector" in state.dialogue.values
    return known or (asking is not None and state.dialogue.tries.get(asking, 0) > 1)


def _turn_to_topic(  # noqa: PLR0911  (one way out a case)
    before: OwnerState,
    heard: OwnerState,
    reply: Reply,
    reading: OwnerReading,
    raw: str,
    form: Form,
    now: datetime,
) -> tuple[OwnerState, Reply] | None:
    """Ask for a topic that was named without being told, or told in a way that makes no sense."""
    decision, values = reply.trace.decision, heard.dialogue.values
    unchanged = values == before.dialogue.values
    if reading.problem and _worth_telling(heard.dialogue, reading.problem[0]):
        topic, kind, words = reading.problem
        said = wording(form, kind, 0).format(value=words)
        return _ask_topic(before if reply.ended else heard, topic, said)
    if decision.startswith("aside"):
        return None
    asked = {*before.dialogue.asking, *heard.dialogue.asking}  # what is given up is not taken up
    pointed = [topic for topic in reading.pointed if topic not in asked]
    if not pointed and unchanged and decision.startswith(_NOT_UNDERSTOOD):
        command = meant(raw, heard.locale, agreeing=before.status == "confirming")
        if command in COMMANDS:
            if before.dialogue.turns == 0:
                return None  # who only begins to tell asks for nothing yet
            return obey(before, command)
        telling = find_social(fold(raw), heard.locale) == "hello" or len(raw.split()) > _YES_WORDS
        if command and not (command == "agree" and telling):  # a greeting to say agrees to nothing
            plain = meaning_of(command, heard.locale)
            dialogue, told = step(form, before.dialogue, plain, now=now, locale=heard.locale)
            return replace(heard, dialogue=dialogue), told
        curious = owner_form(
            heard.locale, before.dialogue.values, wanted=heard.wanted, questions="meant"
        )
        dialogue, told = step(curious, before.dialogue, raw, now=now, locale=heard.locale)
        if told.trace.decision.startswith("aside"):
            return replace(heard, dialogue=dialogue), told
        topics = owner_data(heard.locale)["topics"]
        named = by_meaning({key: topics[key] for key in TOPICS}, raw)
        pointed = [named] if named and named not in asked else []
    if not pointed:
        return None
    if unchanged and not decision.startswith(("change", "default", "skip")):
        return _ask_topic(before if reply.ended else heard, pointed[0], "")
    skipped = heard.dialogue.notes.get("skipped", [])
    fresh = [topic for topic in pointed if topic not in values and topic not in skipped]
    heard.wanted = list(dict.fromkeys([*heard.wanted, *fresh]))
    return None


def _worth_telling(dialogue: State, topic: str) -> bool:
    """Whether what makes no sense in a topic was not told too often in vain already."""
    told = dialogue.notes.setdefault("problems", {})
    told[topic] = told.get(topic, 0) + 1
    return bool(told[topic] <= _MOST_PROBLEMS)


def _ask_topic(state: OwnerState, topic: str, said: str) -> tuple[OwnerState, Reply]:
    dialogue = deepcopy(state.dialogue)
    dialogue.goal, dialogue.phase, dialogue.misses = GOAL, "collecting", 0
    form = owner_form(state.locale, dialogue.values, wanted=state.wanted)
    turn = Turn(state.locale, [said] if said else [], f"ask {topic}")
    dialogue, reply = ask(form, dialogue, turn, [topic])
    return OwnerState(state.locale, dialogue, list(state.wanted), list(state.history)), reply


def _keep_what_is_asked_again(before: State, after: State) -> None:
    """A value that is asked again stays until another one is given."""
    for key in after.asking:
        if key in before.values and key not in after.values:
            after.values[key] = before.values[key]
