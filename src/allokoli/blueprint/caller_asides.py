"""What an assistant answers without leaving the booking: the owner's FAQs, hours, and itself."""

from typing import Any

from allokoli.blueprint import agenda_tools
from allokoli.blueprint.blueprint import Blueprint
from allokoli.blueprint.caller_topics import widen
from allokoli.blueprint.opening_hours import speak_week
from allokoli.dialogue import Aside
from allokoli.dialogue.entities.phones import speak_phone
from allokoli.dialogue.speech import join_words

_PRIVATE = frozenset({"others", "tampering"})
_ABOUT_US = ("robot", "recorded", "who", "languages", "advice", "others", "tampering")


def caller_asides(
    blueprint: Blueprint, data: dict[str, Any], tools: frozenset[str]
) -> tuple[Aside, ...]:
    """The asides of a blueprint: an emergency first, then the owner's own.

    Args:
        blueprint: what the owner said.
        data: the words of the caller's language.
        tools: names of the functions that can be called.
    """
    words = data["asides"]
    widened = widen([faq.question for faq in blueprint.faqs], data)
    own = [
        Aside(
            key=f"faq_{index}",
            answer=faq.answer,
            question=faq.question,
            examples=otherwise,
            intent="question",
        )
        for index, (faq, otherwise) in enumerate(
            zip(blueprint.faqs, widened.otherwise, strict=True)
        )
    ]
    confirms = agenda_tools.SEND_CONFIRMATION in tools
    return (
        _vital(blueprint, words["vital"]),
        *own,
        *(_team(key, blueprint, words[key]) for key in ("urgent", "human")),
        *(
            _aside(key, words[key], _about(blueprint, words[key], data))
            for key in _ABOUT_US
            if blueprint.sector in words[key].get("sectors", (blueprint.sector,))
        ),
        _aside(
            "confirmation",
            words["confirmation"],
            str(words["confirmation"]["answer" if confirms else "answer_none"]),
            {"confirmation": True} if confirms else {},
        ),
        _aside("hours", words["hours"], speak_week(blueprint, data)),
        Aside(key="unanswered", answer="", examples=widened.unanswered),
    )


def _vital(blueprint: Blueprint, words: dict[str, Any]) -> Aside:
    """Whom to call when a life is in danger depends on the country."""
    numbers = words["numbers"].get(blueprint.country, words["numbers"]["other"])
    return Aside(
        key="vital",
        answer=str(words["answer"]).format(number=numbers),
        phrases=tuple(words["phrases"]),
        examples=tuple(words["examples"]),
        intent="urgent",
        at_once=True,
    )


def _team(key: str, blueprint: Blueprint, words: dict[str, Any]) -> Aside:
    """The caller wants the team: its number or a transfer where there is one, else a message."""
    phone = blueprint.escalation.phone if blueprint.escalation else None
    answer = str(words["answer"])
    if phone:
        answer = str(words["answer_phone"]).format(phone=speak_phone(phone))
    return Aside(
        key=key,
        answer=answer,
        phrases=tuple(words["phrases"]),
        examples=tuple(words["examples"]),
        goal="message" if key == "human" or phone else None,
        intent=key,
        action="transfer" if phone else None,
    )


def _aside(
    key: str, words: dict[str, Any], answer: str, fills: dict[str, Any] | None = None
) -> Aside:
    return Aside(
        key=key,
        answer=answer,
        phrases=tuple(words["phrases"]),
        examples=tuple(words["examples"]),
        intent="question",
        fills=fills or {},
        private=key in _PRIVATE,
    )


def _about(blueprint: Blueprint, words: dict[str, Any], data: dict[str, Any]) -> str:
    spoken = [str(data["languages"][locale]) for locale in blueprint.languages]
    return str(words["answer"]).format(
        name=blueprint.name, languages=join_words(spoken, blueprint.language)
    )
