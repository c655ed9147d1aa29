"""The owner's form: a blueprint, as a conversation fills it."""

from collections.abc import Mapping
from typing import Any

from allokoli.configurator.readers import OwnerReaders
from allokoli.configurator.recap import recap
from allokoli.configurator.sector_words import business_name, field_labels, sector_words
from allokoli.dialogue import Aside, Form, Goal, Known, Refusal, Slot
from allokoli.dialogue.lexicon import load
from allokoli.dialogue.speech import join_words

GOAL = "create"
ORDER = ("name", "sector", "tone", "greeting", "booking", "services", "fields")
_MAX_NAME = 40
_MAX_GREETING = 500


def owner_form(locale: str, values: Mapping[str, Any]) -> Form:
    """The form as it stands once these answers are known; its questions follow the sector.

    Args:
        locale: `fr`, `en` or `he`.
        values: the owner's answers so far.
    """
    data = load("allokoli.configurator", locale, "owner")
    sector = sector_words(data, values)
    readers = OwnerReaders(data, locale)
    goal = Goal(
        key=GOAL,
        slots=ORDER if values.get("booking") is False else _without(ORDER, "services"),
        recap=lambda answers: recap(data, answers, locale),
        closing=lambda _answers, _result: str(data["done"]),
        action="confirmed",
    )
    return Form(
        slots=_slots(data, sector, readers, values, locale),
        goals=(goal,),
        asides=tuple(
            Aside(key=key, answer=entry["answer"], phrases=tuple(entry["phrases"]))
            for key, entry in data["asides"].items()
        ),
        wording={key: tuple(lines) for key, lines in data["wording"].items()},
        default_goal=GOAL,
        whole_sentences=True,
        welcome=str(data["welcome"]),
        acknowledge=_acknowledgement(data),
        refine=lambda answers: owner_form(locale, answers),
    )


def _slots(
    data: dict[str, Any],
    sector: dict[str, Any],
    readers: OwnerReaders,
    values: Mapping[str, Any],
    locale: str,
) -> tuple[Slot, ...]:
    ask, proposal, suggest = data["ask"], data["proposal"], data["suggest"]
    anything = str(suggest["anything"])
    name = str(sector["default_name"])
    greeting = sector["greeting"].format(business=business_name(data, values, sector))
    tone = data["tones"][sector["default_tone"]]
    labels = field_labels(data, sector["fields"])
    fields = [str(sector["ask_fields"])]
    if values.get("booking") is False:
        labels = field_labels(data, ["name", "phone", "reason"])
        listed = join_words(labels, locale)
        fields = [line.format(fields=listed) for line in ask["message_fields"]]
    booking_again = [
        line.format(label=sector["booking_label"].lower()) for line in ask["booking_again"]
    ]
    mentions = {key: tuple(lines) for key, lines in data["mentions"].items()}
    tones = tuple(str(entry["label"]) for entry in data["tones"].values())
    sectors = tuple(str(entry["label"]) for entry in data["sectors"].values())

    def slot(key: str, questions: list[str], default: Any, said: str, chips: Any) -> Slot:
        return Slot(
            key=key,
            type="custom",
            label=key,
            ask=tuple(questions),
            reader=readers.reader(key),
            mentions=mentions.get(key, ()),
            default=default,
            proposal=said,
            suggestions=(*chips, anything),
            verbatim=key in {"greeting", "name"},
            check=_too_long(data, key),
        )

    example = sector["examples"]
    names = suggest["name"] if values.get("sector") == "restaurant" else (name,)
    asked = [
        slot(
            "name",
            [question.format(examples=example) for question in ask["name"]],
            name,
            proposal["name"].format(value=name),
            names,
        ),
        slot("sector", ask["sector"], "other", proposal["sector"], sectors[:5]),
        slot(
            "tone",
            [str(sector["tone"]), *ask["tone_again"]],
            sector["default_tone"],
            proposal["tone"].format(value=tone["short"]),
            tones,
        ),
        slot(
            "greeting",
            [question.format(example=greeting) for question in ask["greeting"]],
            greeting,
            proposal["greeting"].format(value=greeting),
            (greeting,),
        ),
        slot(
            "booking",
            [str(sector["booking"]), *booking_again],
            True,
            proposal["booking"],
            suggest["booking"],
        ),
        slot(
            "services",
            ask["services"],
            ["message", "information"],
            proposal["services"],
            suggest["services"],
        ),
        slot(
            "fields",
            fields,
            readers.standard_fields(values),
            proposal["fields"],
            suggest["fields"],
        ),
    ]
    offered = [
        Slot(
            key=key,
            type="custom",
            label=key,
            required=False,
            volunteered_only=True,
            reader=readers.reader(key),
        )
        for key in ("faqs", "hours", "notify", "escalation", "languages")
    ]
    return (*offered, *asked)


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
    def acknowledge(new: dict[str, Any], _values: dict[str, Any], corrected: bool) -> str:
        if corrected:
            return str(data["wording"]["fixed"][0])
        for key in (*reversed(ORDER), "hours", "faqs", "notify", "escalation", "languages"):
            if key in new and data["ack"].get(key):
                return str(data["ack"][key])
        return ""

    return acknowledge
