"""Free answers and choices."""

import re
from collections.abc import Sequence
from functools import lru_cache

from allokoli.dialogue.form import Choice
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import as_phrase, find_phrase
from allokoli.dialogue.reasons import reason_left
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Span, Utterance

_MAX_CHARS = 300
_PAUSE = re.compile(r"[,.;:!?…](?=\s)")
_BETWEEN = r"[\s,:\0]+"
_GAP = r"(?:[\s,:\0]+\w+){0,3}?"


def find_text(utterance: Utterance, patterns: Sequence[str]) -> tuple[str, Span] | None:
    """A free text introduced by one of the patterns, up to the end of its clause."""
    folded = fold(utterance.raw_mask())
    for pattern in patterns:
        match = _compiled(pattern).search(folded)
        if match and match.group("value").strip():
            span = match.span("value")
            value = utterance.raw[slice(*span)].strip(" .,;:!?\"'")[:_MAX_CHARS]
            if value:
                return value, utterance.from_raw(match.span())
    return None


def rest_text(utterance: Utterance, locale: str) -> str:
    """What remains of the sentence, without its first hesitations."""
    text = ", ".join(utterance.rest())
    fillers = sorted(lexicon(locale).words["hesitation"], key=len, reverse=True)
    changed = True
    while changed:
        changed = False
        for filler in fillers:
            match = re.match(rf"{re.escape(filler)}(?!\w)[\s,.:!-]*", fold(text))
            if match and match.end():
                text, changed = text[match.end() :], True
                break
    return text.strip(" ,.;:!-")[:_MAX_CHARS]


def second_thought(text: str, locale: str) -> str:
    """What makes an exception of a none (`none... oh hang on, Keith can't have sesame`); or ""."""
    words = lexicon(locale).words
    either = (
        "|".join(re.escape(one) for one in sorted(said, key=len, reverse=True)) or "(?!)"
        for said in (words["none"], words.get("second_thought", ()))
    )
    but = re.search(
        r"(?<!\w)(?:{})[\s,.…!-]+(?:(?:{})(?!\w)[\s,.…!-]*)+(?=\w)".format(*either), fold(text)
    )
    rest = text[but.end() :] if but else ""
    return rest if rest and reason_left([rest], locale, least=1) else ""


def find_choice(utterance: Utterance, choices: Sequence[Choice]) -> tuple[str, Span] | None:
    """The choice whose phrase was said, the longest phrase winning."""
    best: tuple[str, Span] | None = None
    folded = utterance.mask()
    for choice in choices:
        label = as_phrase(choice.label)
        said = (find_phrase([one], folded) for one in (*choice.phrases, label) if one)
        # "No, it can wait" is not "it cannot wait".
        whole = [one for one in said if one and not _PAUSE.search(folded[slice(*one)])]
        span = max(whole, key=lambda one: one[1] - one[0], default=None)
        if span and (best is None or span[1] - span[0] > best[1][1] - best[1][0]):
            best = choice.value, span
    return best


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    before, _, after = fold(pattern).partition("{value}")
    head = ""
    for word in before.split():
        body = re.escape(word).replace(r"\*", r"\w*").replace(r"\|", "|")
        body = body.replace(r"\(", "(?:").replace(r"\)", ")")
        head += _GAP if word == "..." else (_BETWEEN if head else "") + body
    tail = r"\s+".join(re.escape(word) for word in after.split())
    end = rf"\s+{tail}(?!\w)" if tail else r"(?=[.;!?\0]|,\s|$)"
    # Some words are written with the next one: "אלרגי ל{value}".
    joined = "" if not before or before[-1].isspace() or not before[-1].isalpha() else r"|-?"
    lead = rf"(?:\s*[:,]\s*|\s+|(?<=')\s*{joined})"
    and_ = "ו?" if re.match(r"[\u05d0-\u05ea]", before) else ""
    return re.compile(rf"(?<!\w){and_}{head}{lead}(?P<value>[^\0]+?){end}")
