"""The parts a sentence is read in: cut where it corrects itself, less what it asked."""

import re
from collections.abc import Iterator

from allokoli.dialogue.entities.answers import looks_like_question
from allokoli.dialogue.entities.free_text import rest_text
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.reasons import reason_left
from allokoli.dialogue.requests import wishes_politely
from allokoli.dialogue.text import fold
from allokoli.dialogue.understood import Understanding
from allokoli.dialogue.utterance import Span, Utterance

_TELLING_WORDS = 3
_MAX_TOLD_CHARS = 200


def segments(whole: Utterance, locale: str, *, phone: bool) -> Iterator[Utterance]:
    """The sentence cut where the person corrects themself."""
    cuts: list[Span] = []
    for phrase in lexicon(locale).words["correction"]:
        cuts += [match.span() for match in phrase_pattern(phrase).finditer(whole.raw_folded)]
    for phrase in lexicon(locale).words.get("correction_not", ()):
        kept = [match.span() for match in phrase_pattern(phrase).finditer(whole.raw_folded)]
        cuts = [cut for cut in cuts if not any(one[0] <= cut[0] < one[1] for one in kept)]
    at = 0
    if not phone:
        cuts += [span for span in _plain_no(whole, locale) if span not in cuts]
    for start, end in sorted(cuts):
        if start < at or (phone and _is_between_digits(whole, (start, end))):
            continue
        if re.search(r"\w", whole.raw[at:start]):
            yield Utterance.of(whole.raw[at:start], locale)
        at = end
    if at == 0 or re.search(r"\w", whole.raw[at:]):
        yield Utterance.of(whole.raw[at:], locale)


def _plain_no(whole: Utterance, locale: str) -> Iterator[Span]:
    """`20 heures, non, 20 heures 30`: a no between two numbers."""
    time, words = lexicon(locale).time, lexicon(locale).words
    units = "|".join(re.escape(fold(one)) for one in time.get("hour_units", ()))
    named = "|".join(re.escape(fold(one)) for one in time.get("hours_named", ())) or "(?!)"
    for phrase in (*words["phone_no"], *words.get("number_no", ())):
        for match in phrase_pattern(phrase).finditer(whole.raw_folded):
            start, end = whole.from_raw(match.span())
            before, after = whole.folded[:start], whole.folded[end:]
            follows = re.match(
                rf"[\s,.]*(?:[^\W\d_]{{1,2}}[\s-]{{1,2}})?(?:\d|(?:{named})\b)", after
            )
            if follows and re.search(rf"(?:\d\s*(?:{units})?|\b(?:{named}))[\s,.]*$", before):
                yield match.span()


def _is_between_digits(whole: Utterance, span: Span) -> bool:
    """`06 12, sorry, 13, 45`: what corrects the digits of a number is read with the number."""
    start, end = (whole.from_raw((at, at))[0] for at in span)
    before, after = whole.text[:start], whole.text[end:]
    return bool(re.search(r"\d\W*$", before) and re.match(r"\W*\d", after))


def less_question(whole: Utterance, found: Understanding, locale: str) -> Utterance:
    """The sentence without the question it asked: `is breakfast included?` books no morning."""
    asked = found.aside_words or found.asked
    if not (found.aside or found.asked) or found.goal or not asked:
        return whole
    clauses = re.split(r"(?<=[.?!;,])\s+", whole.raw)
    kept = [clause for clause in clauses if asked not in clause and clause not in asked]
    return Utterance.of(" ".join(kept), locale)


def less_asked(text: str, found: Understanding, locale: str) -> str:
    """The sentence without the clauses that ask, but for a wish in good manners."""
    asked = found.aside_words or found.asked
    kept = []
    for sentence in re.split(r"(?<=[.?!;])\s+", text):
        if sentence.endswith("?") and not wishes_politely(sentence, locale):
            sentence = sentence.rpartition(",")[0]  # noqa: PLW2901  (what leads up to it is told)
        clauses = [one for one in re.split(r"(?<=,)\s+", sentence) if one.strip(" ,")]
        kept += [one for one in clauses if not asked or one.strip(" ,?") not in asked]
    return " ".join(kept)


def in_full(told: str, whole: Utterance, read: list[Utterance], locale: str) -> str:
    """What was told, with the clauses around it that answer and ask nothing."""
    unread = {part for segment in read for part in segment.rest()}
    unread |= {rest_text(Utterance.of(part, locale), locale) for part in unread}
    kept: list[str] = []
    words_ = lexicon(locale).words
    leads = tuple(f" {one}" for one in words_.get("left_open", ()))
    open_ = False
    for match in re.finditer(r"[^,.;:!?…]+", whole.raw):
        clause, after = match.group().strip(), whole.raw[match.end() : match.end() + 1]
        near = clause in told or told in clause
        asks = after == "?" or looks_like_question(clause, fold(clause), locale)
        clause = rest_text(Utterance.of(clause, locale), locale)
        words = clause.split()
        if not words or fold(clause) in words_["hesitation"]:
            continue
        goes_on = kept and fold(words[0]) in words_.get("goes_on", ())
        long_enough = len(words) >= _TELLING_WORDS or goes_on or open_
        apart = clause in unread and not asks and long_enough
        wants = find_phrase(words_.get("wants", ()), fold(clause)) is not None
        if not near and not apart and (wants if not asks else wishes_politely(clause, locale)):
            # "could you look at my exhaust on Sunday? It's rattling" says twice what it is about
            wish = [part for part in unread if part in clause]
            clause = reason_left(wish, locale, least=1)
            apart = bool(clause)
        says = near or not leads or reason_left([clause], locale, least=1)
        open_ = f" {fold(clause)}".endswith(leads)
        if says and (near or apart):
            kept.append(clause)
    return ", ".join(part for part in kept if part)[:_MAX_TOLD_CHARS] or told
