"""The owner's form: a blueprint, as a conversation fills it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from allokoli.configurator.clauses import TOPICS
from allokoli.configurator.owner_data import owner_data
from allokoli.configurator.owner_reading import Moment
from allokoli.configurator.readers import OwnerReaders
from allokoli.configurator.recap import recap
from allokoli.configurator.sector_words import business_name, field_labels, sector_words
from allokoli.dialogue import Aside, Form, Goal, Known, Refusal, Slot
from allokoli.dialogue.speech import join_words

Questions = Literal["none", "said", "meant"]
GOAL = "create"
ORDER = ("name", "sector", "tone", "greeting", "booking", "services", "fields")
_MAX_NAME = 40
_MAX_GREETING = 500
_MOST_CHIPS = 6
_CHIPS = ("hours", "faqs", "escalation", "notify")


def owner_form(
    locale: str,
    values: Mapping[str, Any],
    *,
    readers: OwnerReaders | None = None,
    wanted: Sequence[str] = (),
    questions: Questions = "said",
) -> Form:
    """The form as it stands once these answers are known; its questions follow the sector.

    Args:
        locale: `fr`, `en` or `he`.
        values: the owner's answers so far.
        readers: what reads this turn.
        wanted: topics the owner said they would tell, to be asked before the recap.
        questions: which of the owner's own questions are heard: those in the words of the data
            files (`said`), those of the same meaning too (`meant`), or none.
    """
    data = owner_data(locale)
    sector = sector_words(data, values)
    read = readers or OwnerReaders(data, locale, Moment())
    order = ORDER if values.get("booking") is False else _without(ORDER, "services")
    goal = Goal(
        key=GOAL,
        slots=(*order, *wanted),
        recap=lambda answers: recap(data, answers, locale),
        closing=lambda _answers, _result: str(data["done"]),
        action="confirmed",
    )
    wording = {key: tuple(lines) for key, lines in data["wording"].items()}
    wording["confirm_suggestions"] = _confirm_chips(data, values)
    offered = tuple(_offered(data, read, key, wanted) for key in TOPICS)
    return Form(
        locale=locale,
        slots=(*offered, *_slots(data, sector, read, values, locale)),
        goals=(goal,),
        asides=_asides(data, questions),
        wording=wording,
        default_goal=GOAL,
        whole_sentences=True,
        welcome=str(data["welcome"]),
        acknowledge=_acknowledgement(data),
        refine=lambda answers: owner_form(
            locale, answers, readers=readers, wanted=wanted, questions=questions
        ),
    )


def _asides(data: dict[str, Any], questions: Questions) -> tuple[Aside, ...]:
    if questions == "none":
        return ()
    return tuple(
        Aside(
            key=key,
            answer=entry["answer"],
            phrases=tuple(entry["phrases"]),
            examples=tuple(entry["examples"]) if questions == "meant" else (),
        )
        for key, entry in data["questions"].items()
    )


def _offered(data: dict[str, Any], read: OwnerReaders, key: str, wanted: Sequence[str]) -> Slot:
    topic = data["topics"][key]
    return Slot(
        key=key,
        type="custom",
        label=str(topic["label"]),
        ask=tuple(topic["ask"]),
        required=False,
        volunteered_only=key not in wanted,
        reader=read.reader(key),
        suggestions=(str(data["suggest"]["nothing"]),),
    )


def _confirm_chips(data: dict[str, Any], values: Mapping[str, Any]) -> tuple[str, ...]:
    """A yes, what could still be added, and what is most often changed."""
    yes, *changes = data["wording"]["confirm_suggestions"]
    more = [data["topics"][key]["chip"] for key in _CHIPS if not values.get(key)]
    return (yes, *more, *changes)[:_MOST_CHIPS]


def _slots(
    data: dict[str, Any],
    sector: dict[str, Any],
    readers: OwnerReaders,
    values: Mapping[str, Any],
    locale: str,
) -> tuple[Slot, ...]:
    ask, proposal, suggest = data["ask"], data["proposal"], data["suggest"]
    name = str(sector["default_name"])
    greeting = sector["greeting"].format(business=business_name(data, values, sector))
    tone = data["tones"][sector["default_tone"]]
    labels = field_labels(data, sector["fields"])
    fields = [str(sector["ask_fields"])]
    if values.get("booking") is False:
        labels = field_labels(data, ["name", "phone", "reason"])
        listed = join_words(labels, locale)
        fields = [line.format(fields=listed) for line in ask["message_fields"]]
    label = sector["booking_label"].lower()
    tones = tuple(str(entry["label"]) for entry in data["tones"].values())
    sectors = tuple(str(entry["label"]) for entry in data["sectors"].values())
    names = suggest["name"] if values.get("sector") == "restaurant" else (name,)
    examples = sector["name_examples"]
    usual = readers.standard_fields(values)

    declined = values.get("booking") is False

    def slot(key: str, questions: Sequence[str], default: Any, said: str, chips: Any) -> Slot:
        known = values.get(key)
        return Slot(
            key=key,
            type="custom",
            label=key,
            ask=tuple(questions),
            reader=readers.reader(key),
            mentions=tuple(data["mentions"].get(key, ())),
            default=default if known is None else known,
            proposal=said if known is None else str(data["wording"]["kept"][0]),
            suggestions=(*chips, str(suggest["anything"])),
            verbatim=key in {"greeting", "name"},
            required=key != "services" or declined,
            volunteered_only=key == "services" and not declined,
            check=_too_long(data, key),
        )

    again = [line.format(label=label) for line in ask["booking_again"]]
    asks = {
        "name": [question.format(examples=examples) for question in ask["name"]],
        "tone": [str(sector["tone"]), *ask["tone_again"]],
        "greeting": [question.format(example=greeting) for question in ask["greeting"]],
        "booking": [sector["booking"], *again],
    }
    proposed_name = proposal["name"].format(value=name)
    proposed_tone = proposal["tone"].format(value=tone["short"])
    proposed_greeting = proposal["greeting"].format(value=greeting)
    both = ["message", "information"]
    return (
        slot("name", asks["name"], name, proposed_name, names),
        slot("sector", ask["sector"], "other", proposal["sector"], sectors[:5]),
        slot("tone", asks["tone"], sector["default_tone"], proposed_tone, tones),
        slot("greeting", asks["greeting"], greeting, proposed_greeting, (greeting,)),
        slot("booking", asks["booking"], True, proposal["booking"], suggest["booking"]),
        slot("services", ask["services"], both, proposal["services"], suggest["services"]),
        slot("fields", fields, usual, proposal["fields"], suggest["fields"]),
    )


def _without(order: tuple[str, ...], key: str) -> tuple[str, ...]:
    return tuple(item for item in order if item != key)


def _too_long(data: dict[str, Any], key: str) -> Any:
    limits = {
        "name": (_MAX_NAME, "name_too_long"),
        "greeting": (_MAX_GREETING, "greeting_too_long"),
    }
    if key not in limits:
        return None
    limit, sentence = limits[key]

    def check(value: str, _values: Mapping[str, Any], _known: Known) -> Refusal | None:
        too_long = len(value) > limit
        return Refusal(str(data["wording"][sentence][0])) if too_long else None

    return check


def _acknowledgement(data: dict[str, Any]) -> Any:
    def acknowledge(new: dict[str, Any], values: dict[str, Any], corrected: bool) -> str:
        if corrected:
            return str(data["wording"]["fixed"][0])
        for key in reversed(ORDER):
            if key in new and data["ack"].get(key):
                return str(data["ack"][key])
        for key in TOPICS:
            if key in new:
                return _topic_ack(data["topics"][key], values.get(key))
        return ""

    return acknowledge


def _topic_ack(topic: Mapping[str, Any], value: Any) -> str:
    kinds = [kind for kind in ("webhook", "phone") if isinstance(value, dict) and kind in value]
    if isinstance(value, dict) and "email" not in value and kinds and f"ack_{kinds[0]}" in topic:
        return str(topic[f"ack_{kinds[0]}"])
    return str(topic["ack"])
