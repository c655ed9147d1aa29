"""What an assistant's settings ask of a conversation, read once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allokoli.engine.conversation.liquid import within
from allokoli.engine.conversation.variables import Warn, fill, standard_values

# For all templates of an assistant together.
_MAX_S = 1.0
SPEAKS_FIRST = "assistant-speaks-first"
GENERATES_FIRST = "assistant-speaks-first-with-model-generated-message"


@dataclass(frozen=True, slots=True)
class Script:
    """The part of an assistant a conversation follows.

    Attributes:
        language: two letters.
        first_message: said when the call opens; empty when there is none.
        first_message_mode: one of Vapi's three.
        instructions: system messages, variables filled.
        end_call_message: said before hanging up by tool, when nothing else was.
        end_call_phrases: sentences of the assistant that end the call, lower case.
        first_message_interruptible: whether the caller may cut the first message short.
        voicemail_message: said to an answering machine; empty when there is none.
        values: what templates may name.
        zone: the time zone of the callers.
    """

    language: str
    first_message: str = ""
    first_message_mode: str = SPEAKS_FIRST
    instructions: tuple[dict[str, str], ...] = ()
    end_call_message: str = ""
    end_call_phrases: tuple[str, ...] = field(default=())
    first_message_interruptible: bool = False
    voicemail_message: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    zone: ZoneInfo = field(default=ZoneInfo("UTC"))

    @classmethod
    def of(
        cls,
        assistant: dict[str, Any],
        *,
        now: datetime,
        customer: dict[str, Any] | None = None,
        variable_values: dict[str, Any] | None = None,
        warn: Warn | None = None,
    ) -> "Script":
        """Read an assistant.

        Args:
            assistant: as Vapi writes it, overrides applied.
            now: the call's start, aware.
            customer: who calls, if known.
            variable_values: the caller's own variables; they win over the standard ones.
            warn: told which template could not be read.
        """
        with within(_MAX_S):
            return cls._read(assistant, now, customer, variable_values, warn)

    @classmethod
    def _read(
        cls,
        assistant: dict[str, Any],
        now: datetime,
        customer: dict[str, Any] | None,
        variable_values: dict[str, Any] | None,
        warn: Warn | None,
    ) -> "Script":
        zone = assistant_timezone(assistant)
        values = standard_values(now.astimezone(zone), customer) | (variable_values or {})
        model = assistant.get("model")
        messages = model.get("messages") if isinstance(model, dict) else None

        def said(name: str) -> str:
            return fill(text_of(assistant.get(name)), values, zone=zone, warn=warn)

        return cls(
            language=assistant_language(assistant),
            first_message=said("firstMessage"),
            first_message_mode=assistant.get("firstMessageMode") or SPEAKS_FIRST,
            instructions=tuple(
                {
                    "role": message.get("role") or "system",
                    "content": fill(content, values, zone=zone, warn=warn),
                }
                for message in _listed(messages)
                if isinstance(message, dict) and (content := text_of(message.get("content")))
            ),
            end_call_message=said("endCallMessage"),
            end_call_phrases=tuple(
                phrase.strip().lower()
                for phrase in _listed(assistant.get("endCallPhrases"))
                if isinstance(phrase, str) and phrase.strip()
            ),
            first_message_interruptible=assistant.get("firstMessageInterruptionsEnabled") is True,
            voicemail_message=said("voicemailMessage"),
            values=values,
            zone=zone,
        )


def assistant_language(assistant: dict[str, Any]) -> str:
    """The language an assistant speaks first: its blueprint's, else its transcriber's."""
    languages = blueprint_of(assistant).get("languages")
    if isinstance(languages, list) and languages and isinstance(languages[0], str):
        return languages[0][:2].lower()
    transcriber = assistant.get("transcriber")
    spoken = transcriber.get("language") if isinstance(transcriber, dict) else None
    if isinstance(spoken, str) and spoken[:2].isalpha() and spoken != "multi":
        return spoken[:2].lower()
    return "fr"


def assistant_timezone(assistant: dict[str, Any]) -> ZoneInfo:
    """The time zone its callers live in."""
    name = blueprint_of(assistant).get("timezone")
    try:
        return ZoneInfo(name if isinstance(name, str) else "Europe/Paris")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("Europe/Paris")


def blueprint_of(assistant: dict[str, Any]) -> dict[str, Any]:
    """The blueprint an assistant was compiled from; empty when it was not."""
    metadata = assistant.get("metadata")
    blueprint = metadata.get("blueprint") if isinstance(metadata, dict) else None
    return blueprint if isinstance(blueprint, dict) else {}


def text_of(content: Any) -> str:
    """The words of a message's `content`: a text, or OpenAI's list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = (one.get("text") for one in content if isinstance(one, dict))
        return "\n".join(part for part in parts if isinstance(part, str))
    return ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
