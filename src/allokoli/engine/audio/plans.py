"""How an assistant wants to take turns: its speaking plans, read once."""

import contextlib
from dataclasses import dataclass
from typing import Any, Self

import regex

from allokoli.engine.conversation.numbers import number_within

_MAX_WAIT_S = 15.0
_MAX_BACKOFF_S = 10.0
_MAX_WORDS = 10
_MATCH_S = 0.05
_RECENT_CHARS = 1_000
_FLAGS = {
    "ignore-case": regex.IGNORECASE,
    "multi-line": regex.MULTILINE,
    "unicode": regex.UNICODE,
    "whole-word": 0,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A wait that depends on what was said.

    Attributes:
        seconds: how long the caller must be silent for the turn to be over.
        assistant: matches the assistant's last words; None when they do not matter.
        customer: matches the caller's words so far; None when they do not matter.
    """

    seconds: float
    assistant: "regex.Pattern[str] | None" = None
    customer: "regex.Pattern[str] | None" = None

    def applies(self, assistant: str, customer: str) -> bool:
        """Whether both sides match."""
        return _found(self.assistant, assistant) and _found(self.customer, customer)


@dataclass(frozen=True, slots=True)
class ByWords:
    """Waits by how the caller's words end, in seconds."""

    on_punctuation_s: float = 0.1
    on_no_punctuation_s: float = 1.5
    on_number_s: float = 0.4

    def seconds(self, words: str) -> float:
        """How long to wait after these words."""
        ending = words.rstrip()
        if ending.rstrip(".,!?…")[-1:].isdigit():
            return self.on_number_s
        return (
            self.on_punctuation_s
            if ending.endswith((".", "!", "?", "…"))
            else (self.on_no_punctuation_s)
        )


@dataclass(frozen=True, slots=True)
class SpeakingPlan:
    """When an assistant begins and stops speaking.

    Attributes:
        wait_s: shortest wait after the caller's last sound.
        rules: the first that applies decides when the caller's turn is over.
        by_words: decides when no rule does; None leaves it to the end-of-turn model.
        asks_server: whether a server decides when no rule does.
        endpointing_server: that server; None for the assistant's own.
        num_words: words of the caller that stop the assistant; 0 for any voice.
        voice_s: how much voice stops it; less than begins a turn (0.13) changes nothing.
        backoff_s: shortest wait before it speaks again.
        acknowledgements: what never stops it, in plain lower case.
        interruptions: what always does, in plain lower case.
        warnings: what of the plan cannot be followed.
    """

    wait_s: float = 0.0
    rules: tuple[Rule, ...] = ()
    by_words: ByWords | None = None
    asks_server: bool = False
    endpointing_server: dict[str, Any] | None = None
    num_words: int = 0
    voice_s: float = 0.0
    backoff_s: float = 0.0
    acknowledgements: frozenset[str] = frozenset()
    interruptions: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()

    @property
    def longest_wait_s(self) -> float:
        """The longest silence that may lie within a turn by rule."""
        waits = [rule.seconds for rule in self.rules]
        if self.by_words:
            words = self.by_words
            waits += [words.on_punctuation_s, words.on_no_punctuation_s, words.on_number_s]
        return max([*waits, _MAX_WAIT_S if self.asks_server else 0.0])

    @classmethod
    def of(cls, assistant: dict[str, Any]) -> Self:
        """Read an assistant as Vapi writes it; what cannot be read is left out with a warning."""
        start, stop = _part(assistant, "startSpeakingPlan"), _part(assistant, "stopSpeakingPlan")
        smart = _part(start, "smartEndpointingPlan")
        warnings: list[str] = []
        rules = tuple(_rules(start.get("customEndpointingRules"), warnings))
        if smart.get("waitFunction"):
            warnings.append(
                "startSpeakingPlan.smartEndpointingPlan.waitFunction is not evaluated: the "
                "engine's own end-of-turn model decides."
            )
        by_words = None
        if not smart and start.get("transcriptionEndpointingPlan"):
            by_words = _by_words(_part(start, "transcriptionEndpointingPlan"))
        server = smart.get("server")
        return cls(
            wait_s=_number(start.get("waitSeconds"), 0.0, 5.0),
            rules=rules,
            by_words=by_words,
            asks_server=smart.get("provider") == "custom-endpointing-model",
            endpointing_server=server if isinstance(server, dict) else None,
            num_words=int(_number(stop.get("numWords"), 0, _MAX_WORDS)),
            voice_s=_number(stop.get("voiceSeconds"), 0.0, 0.5),
            backoff_s=_number(stop.get("backoffSeconds"), 0.0, _MAX_BACKOFF_S),
            acknowledgements=_phrases(stop.get("acknowledgementPhrases")),
            interruptions=_phrases(stop.get("interruptionPhrases")),
            warnings=tuple(warnings),
        )

    def rule_seconds(self, assistant: str, customer: str) -> float | None:
        """The wait of the first rule that applies.

        Args:
            assistant: its last words.
            customer: the caller's words of this turn.
        """
        for rule in self.rules:
            if rule.applies(assistant[-_RECENT_CHARS:], customer[-_RECENT_CHARS:]):
                return rule.seconds
        return None

    def waits_for_words(self) -> bool:
        """Whether a mere voice does not stop the assistant."""
        return self.num_words > 0 or bool(self.acknowledgements)

    def stopped_by(self, words: str) -> bool:
        """Whether these words of the caller stop the assistant."""
        said = plain(words)
        if said in self.acknowledgements:
            return False
        padded = f" {said} "
        if any(f" {phrase} " in padded for phrase in self.interruptions):
            return True
        return len(said.split()) >= max(1, self.num_words)


def plain(words: str) -> str:
    """Words in lower case without punctuation."""
    lowered = words.lower().replace("’", "'")
    return " ".join("".join(c if c.isalnum() or c == "'" else " " for c in lowered).split())


def _rules(wire: Any, warnings: list[str]) -> list[Rule]:
    rules = []
    for one in wire if isinstance(wire, list) else []:
        if not isinstance(one, dict):
            continue
        seconds = _number(one.get("timeoutSeconds"), 0.0, _MAX_WAIT_S)
        try:
            match one.get("type"):
                case "assistant":
                    pattern = _pattern(one.get("regex"), one.get("regexOptions"))
                    rules.append(Rule(seconds, assistant=pattern))
                case "customer":
                    pattern = _pattern(one.get("regex"), one.get("regexOptions"))
                    rules.append(Rule(seconds, customer=pattern))
                case "both":
                    assistant, customer = (
                        _pattern(one.get(f"{who}Regex"), one.get(f"{who}RegexOptions"))
                        for who in ("assistant", "customer")
                    )
                    rules.append(Rule(seconds, assistant, customer))
        except (regex.error, TypeError, OverflowError):
            warnings.append(
                "startSpeakingPlan.customEndpointingRules: a rule is left out, its regex cannot "
                "be read."
            )
    return rules


def _pattern(source: Any, options: Any) -> "regex.Pattern[str]":
    flags, whole_word = 0, False
    for option in options if isinstance(options, list) else []:
        if isinstance(option, dict) and option.get("enabled"):
            flags |= _FLAGS.get(str(option.get("type")), 0)
            whole_word = whole_word or option.get("type") == "whole-word"
    return regex.compile(rf"\b(?:{source})\b" if whole_word else source, flags)


def _found(pattern: "regex.Pattern[str] | None", words: str) -> bool:
    if pattern is None:
        return True
    with contextlib.suppress(TimeoutError):  # a pattern that explodes matches nothing
        return pattern.search(words, timeout=_MATCH_S) is not None
    return False


def _by_words(wire: dict[str, Any]) -> ByWords:
    default = ByWords()
    return ByWords(
        *(
            _number(wire[name], 0.0, 3.0) if name in wire else otherwise
            for name, otherwise in (
                ("onPunctuationSeconds", default.on_punctuation_s),
                ("onNoPunctuationSeconds", default.on_no_punctuation_s),
                ("onNumberSeconds", default.on_number_s),
            )
        )
    )


def _phrases(wire: Any) -> frozenset[str]:
    return (
        frozenset(plain(one) for one in wire if isinstance(one, str)) - {""}
        if isinstance(wire, list)
        else frozenset()
    )


def _part(whole: dict[str, Any], name: str) -> dict[str, Any]:
    part = whole.get(name)
    return part if isinstance(part, dict) else {}


def _number(value: Any, lowest: float, highest: float) -> float:
    return number_within(value, lowest, highest, lowest)
