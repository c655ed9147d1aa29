"""The caller's form: the fields of a blueprint, what callers may want, and what they may ask."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from allokoli.blueprint.blueprint import STANDARD_TYPES, Blueprint, CallerField
from allokoli.blueprint.caller_asides import caller_asides
from allokoli.blueprint.caller_goals import caller_goals
from allokoli.blueprint.caller_knowledge import consult
from allokoli.blueprint.caller_whenever import any_day, any_hour
from allokoli.blueprint.opening_hours import check_date, check_time
from allokoli.blueprint.wording import echo_date, echo_time
from allokoli.dialogue import Choice, Form, Slot, meaning
from allokoli.dialogue.entities.addresses import find_address
from allokoli.dialogue.entities.stays import find_nights
from allokoli.dialogue.form import Reader
from allokoli.dialogue.lexicon import LANGUAGES, load
from allokoli.dialogue.matching import as_phrase
from allokoli.dialogue.speech import join_words
from allokoli.dialogue.text import capital
from allokoli.dialogue.utterance import Utterance

_RESTAURANT_FIRST_HOUR = 11
_OFFICE_FIRST_HOUR = 7
_OTHER_KEY = "other"


def caller_form(
    blueprint: Blueprint,
    now: datetime | None = None,
    *,
    locale: str | None = None,
    tools: frozenset[str] = frozenset(),
) -> Form:
    """The form that a caller of this blueprint's assistant fills.

    Args:
        blueprint: what the owner said.
        now: the present, aware; past moments are refused. The start of the call by default.
        locale: the language of its sentences, one of the blueprint's; the first by default.
        tools: names of the functions that can be called meanwhile.
    """
    moment = now or datetime.now(UTC)
    local = moment.astimezone(ZoneInfo(blueprint.timezone)).replace(tzinfo=None)
    spoken = locale or blueprint.language
    minute = local.replace(second=0, microsecond=0)
    return _form(blueprint.model_dump_json(), minute, spoken, tools)


@lru_cache(maxsize=256)
def _form(blueprint_json: str, local: datetime, locale: str, tools: frozenset[str]) -> Form:
    blueprint = Blueprint.model_validate_json(blueprint_json)
    # The language spoken leads everywhere below; what the owner wrote stays as they wrote it.
    others = [one for one in blueprint.languages if one != locale]
    languages = tuple(blueprint.languages)
    blueprint = blueprint.model_copy(update={"languages": [locale, *others]})
    data = load("allokoli.blueprint", locale, "caller")
    slots = tuple(_slot(field, blueprint, data, local) for field in caller_fields(blueprint, data))
    tone = data["tone"][blueprint.tone]
    wording = {key: tuple(value) for key, value in data["wording"].items()}
    goals = caller_goals(blueprint, data, slots, tools)
    booking = next((goal for goal in goals if goal.key == "book"), None)
    return Form(
        slots=slots,
        goals=goals,
        asides=caller_asides(blueprint, data, tools),
        consult=consult(data, tools),
        wording=wording,
        default_goal="book" if booking else "message",
        stuck_goal="message",
        welcome=blueprint.greeting,
        start=tone["start"],
        acknowledge=_acknowledgement(blueprint, data, local.date()),
        earliest_hour=(
            _RESTAURANT_FIRST_HOUR if blueprint.sector == "restaurant" else _OFFICE_FIRST_HOUR
        ),
        timezone=blueprint.timezone,
        country=blueprint.country,
        locale=locale,
        languages=languages,
        translated=lambda other: _form(blueprint_json, local, other, tools),
    )


def caller_fields(blueprint: Blueprint, data: dict[str, Any]) -> list[CallerField]:
    """The blueprint's fields, and those that a message, a change or a cancellation needs."""
    fields = list(blueprint.fields)
    known = {field.key for field in fields}
    fields += [
        CallerField(key=key, label=data["fields"][key]["label"], type=STANDARD_TYPES[key])
        for key in ("name", "phone")
        if key not in known
    ]
    if "message" not in known:
        label = data["fields"]["message"]["label"]
        fields.append(CallerField(key="message", label=label, type="text"))
    return fields


def _slot(field: CallerField, blueprint: Blueprint, data: dict[str, Any], local: datetime) -> Slot:
    words = data["fields"].get(field.key, {})
    other = data["fields"][_OTHER_KEY]
    locale = blueprint.language
    heard, meant, asked = words.get("heard", {}), _meant(words), words.get("heard_asked", {})
    choices = tuple(
        Choice(
            value=one,
            label=one,
            phrases=tuple(heard.get(one, ())),
            answer=meant.get(one),
            asked=tuple(asked.get(one, ())),
        )
        for one in field.choices or ()
    )
    kind = field.type if field.type != "choice" or choices else "text"
    ask = tuple(words.get("ask", ()))
    none = words.get("none")
    if not words:
        template = other.get(f"ask_{kind}", other["ask"])
        listed = join_words([choice.label for choice in choices], locale)
        ask = tuple(line.format(label=field.label, choices=listed) for line in template)
        question = field.label.rstrip().endswith("?")
        if question:
            ask = (field.label.strip(), *ask[1:])
        none = other["none"] if kind == "text" and question else None
    check, reader = None, None
    if field.key == "date":
        check = check_date(blueprint, data, local)
        timed = any(one.key == "time" for one in caller_fields(blueprint, data))
        reader = any_day(blueprint.hours, data["whenever"], local, locale, timed=timed)
    elif field.key == "time":
        check = check_time(blueprint, data, local)
        reader = any_hour(blueprint.hours, data["whenever"], local, locale)
    elif field.key == "nights":
        reader = _nights(locale)
    elif field.key == "address":
        reader = _address(locale, blueprint.country)
    worded = tuple(
        Choice(value=value, label=phrases[0], phrases=tuple(phrases))
        for value, phrases in words.get("worded", {}).items()
    )
    return Slot(
        key=field.key,
        type=kind,
        label=field.label,
        required=field.required,
        ask=tuple(capital(line) for line in ask),
        choices=choices or worded,
        patterns=tuple(words.get("patterns", ())),
        totals=tuple(words.get("totals", ())),
        mentions=tuple(words.get("mentions", (as_phrase(field.label),))),
        none=none,
        leads=tuple(words.get("leads", ())),
        details=words.get("details", ""),
        suggestions=tuple(choice.label for choice in choices)
        or tuple(words.get("suggestions", ())),
        maximum=500 if field.type == "number" else 10_000,
        absent=tuple(words.get("absent", ())),
        asked_only=field.key == "message",
        verbatim=field.key == "message",
        past=field.key == "birth_date",
        check=check,
        reader=reader,
    )


def _address(locale: str, country: str) -> Reader:
    """An address told unasked (`j'ai une fuite au 12 rue des Lilas`); asked, all words are it."""

    def read(heard: Utterance, asked: bool, _values: Mapping[str, Any]) -> str | None:
        return None if asked else heard.keep(find_address(heard, locale, country))

    return read


def _nights(locale: str) -> Reader:
    """Nights, told by the day of leaving."""

    def read(heard: Utterance, _asked: bool, values: Mapping[str, Any]) -> int | None:
        arrival = values.get("date")
        found = find_nights(heard, date.fromisoformat(arrival), locale) if arrival else None
        if found:
            heard.use(found[1])
        return found[0] if found else None

    return read


def _meant(words: dict[str, Any]) -> dict[str, Literal["yes", "no"]]:
    """The choices that a bare yes or no means."""
    found: dict[str, Literal["yes", "no"]] = {}
    if "yes" in words:
        found[words["yes"]] = "yes"
    if "no" in words:
        found[words["no"]] = "no"
    return found


def _acknowledgement(blueprint: Blueprint, data: dict[str, Any], today: date) -> Any:
    tone = data["tone"][blueprint.tone]
    locale = blueprint.language

    def acknowledge(new: dict[str, Any], values: dict[str, Any], corrected: bool) -> str:
        said = echo(new, values, data, today, locale)
        if corrected:
            first = tone["fixed"]
        elif said or len(values) < 2:  # noqa: PLR2004
            first = tone["ack"][len(values) % len(tone["ack"])]
        else:
            first = tone["thanks"]
        return f"{first} {capital(said)}." if said else str(first)

    return acknowledge


def echo(
    new: dict[str, Any], values: dict[str, Any], data: dict[str, Any], today: date, locale: str
) -> str:
    """What was just heard, in the caller's terms: `pour 4 personnes ce soir à 20h`."""
    from datetime import time

    parts = []
    for key in ("party_size", "guests", "nights", "date", "time"):
        if key not in new:
            continue
        value = new[key]
        words = data["fields"][key]
        if key == "date" and date.fromisoformat(value) == today and not values.get("time"):
            continue
        if key == "date":
            moment = time.fromisoformat(values["time"]) if values.get("time") else None
            said = echo_date(date.fromisoformat(value), moment, today, locale)
        elif key == "time":
            said = echo_time(time.fromisoformat(value), locale)
        else:
            said = str(value)
        template = words.get("echo_one" if value == 1 else "echo", "{value}")
        parts.append(template.format(value=said))
    return " ".join(parts)


def warm() -> None:
    """Learn what callers say in every language ahead of the first call; seconds, once."""
    for locale in LANGUAGES:
        data = load("allokoli.blueprint", locale, "caller")
        entries = (*data["goals"].values(), *data["book"].values(), *data["asides"].values())
        told = (sentence for one in data["sectors"].values() for sentence in one["told"])
        meaning.warm([*(one for entry in entries for one in entry["examples"]), *told])
