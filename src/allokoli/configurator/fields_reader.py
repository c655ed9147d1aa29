"""What the assistant must ask callers, as owners say it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from allokoli.configurator.field_lists import (
    as_the_trade_says,
    field,
    list_items,
    listed_fields,
    named_fields,
    names_several,
    plainly_named,
    refused_fields,
)
from allokoli.configurator.own_fields import plain_label
from allokoli.configurator.sector_words import sector_words
from allokoli.dialogue.entities.answers import find_answer, find_social
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Utterance

_MAX_FIELDS = 20
_LIST = 2


def standard_fields(data: dict[str, Any], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The usual fields of the owner's sector."""
    keys = sector_words(data, values)["fields"]
    if values.get("booking") is False:
        keys = ["name", "phone", "reason"]
    return [field(data, key) for key in keys]


def read_fields(  # noqa: C901, PLR0911  (one way out a case)
    data: dict[str, Any], heard: Utterance, asked: bool, values: Mapping[str, Any], locale: str
) -> list[dict[str, Any]] | None:
    """The fields after what was said: the usual ones, more, fewer, or a list of their own.

    Args:
        data: the owner's data files.
        heard: the sentence.
        asked: whether the fields were just asked.
        values: the answers so far.
        locale: the language.
    """
    folded, patterns = heard.raw_folded, data["patterns"]
    if asked and _asks_to_wait(data, folded, locale):
        return None
    before = [dict(item) for item in values.get("fields") or standard_fields(data, values)]
    current = before
    raw, usual = _without_usual(heard.raw, patterns) if asked else (heard.raw, False)
    answer = find_answer(fold(raw), locale) or ("yes" if usual else None)
    raw = _after_question(data, raw) if asked else raw
    base, more, less = _split(raw, patterns)
    if less is not None and not _takes_away(data, current, less):
        raw = _without_phrase(raw, patterns)
        base, more, less = _split(raw, patterns)
    command = find_phrase(patterns["ask_for"], fold(base))
    optional = find_phrase(patterns["optional"], folded)
    if asked and not usual and find_social(folded, locale) == "anything":
        return None
    if not asked and more is None and less is None and command is None and optional is None:
        return _told_again(data, raw, values, locale)
    if not asked and not values.get("fields") and command is None:
        return None
    trailing = more is not None and not more.strip(" ,.;!?")
    only = find_phrase(patterns["only"], folded) is not None
    plainly = bool(optional) or trailing or (only and less is not None)
    listing = _listing(base, command, all_of_it=asked or plainly)
    early = not asked and not values.get("fields")
    if early and not named_fields(data, fold(f"{listing} {more or ''}")):
        return None  # `c'est pour recueillir les demandes` names none
    several = len(set(named_fields(data, fold(raw)))) >= _LIST
    many = asked and (several or names_several(data, raw, locale))
    told = many and (answer != "yes" or several)
    listed = listed_fields(data, listing, values, locale, told=told)
    extra = listed_fields(data, more, values, locale, told=asked) if more else []
    if trailing and (answer == "yes" or len(listed) < _LIST):
        extra, listed = listed, []  # `ask about allergies too`
    elif many and answer != "yes" and listed and listing.strip():
        listed, extra = _merged(listed, extra), []  # `a name and the reason`
    dropped = _dropped(data, current, less) if less else set()
    dropped |= {key for item in list_items(data, raw) for key in refused_fields(data, item)}
    if len(listed) >= _LIST or (listed and only):
        whole = len(listed) + len(extra) > _LIST
        anew = whole and listed[0]["key"] == "name"  # a list told from its beginning
        adding = values.get("fields") and not asked and not only and not anew
        current = _merged(current, listed) if adding else listed
    else:
        sure = {"choice", "yes_no", "number"}
        plain = plainly_named(data, base, locale)
        own = [
            item
            for item in listed
            if answer != "yes" or item["type"] in sure or item["key"] in plain
        ]
        extra = [*own, *extra]
    if optional and more is None and less is None and not command:
        current, extra = _optional(current, [*listed, *extra]), extra if asked else []
    made = [item for item in _merged(current, extra) if item["key"] not in dropped]
    unchanged = made == before and not extra and not dropped
    if unchanged and (answer != "yes" or not asked):
        return made if asked and len(listed) >= _LIST else None
    return made[:_MAX_FIELDS]


def _told_again(
    data: dict[str, Any], raw: str, values: Mapping[str, Any], locale: str
) -> list[dict[str, Any]] | None:
    """The fields known, with those that a turn names and nothing else (`and allergies please`)."""
    current = values.get("fields")
    if not current:
        return None
    keys = as_the_trade_says(data, named_fields(data, fold(raw)), values)
    words, patterns = lexicon(locale).words, data["patterns"]
    enough = find_phrase((*patterns["only"], *patterns["fields_enough"]), fold(raw)) is not None
    known = [phrase for key in keys for phrase in data["fields"][key]["phrases"]]
    around = (
        *known, *patterns["field_noise"], *patterns["and_words"], *patterns["only"],
        *patterns["fields_enough"], *patterns["fields_forgotten"],
        *words["yes"], *words["no"], *words["hesitation"],
    )  # fmt: skip
    left = fold(raw)
    for phrase in sorted(around, key=len, reverse=True):
        left = phrase_pattern(phrase).sub(" ", left)
    if not keys or re.search(r"\w", left):
        return None
    named = [field(data, key) for key in keys]
    if enough and len(keys) >= _LIST:
        return named
    made = _merged(current, named)
    return made[:_MAX_FIELDS] if len(made) > len(current) else None


def _asks_to_wait(data: dict[str, Any], folded: str, locale: str) -> bool:
    if find_phrase(data["patterns"]["usual_fields"], folded):
        return False
    return find_social(folded, locale) in {"repeat", "restart", "wait"}


def _without_usual(raw: str, patterns: Mapping[str, Sequence[str]]) -> tuple[str, bool]:
    """The sentence less the words for what is usual (`the lot`), and whether they were said."""
    span = find_phrase(patterns["usual_fields"], fold(raw))
    return (raw, False) if span is None else (f"{raw[: span[0]]} {raw[span[1] :]}".strip(), True)


def _listing(base: str, command: tuple[int, int] | None, *, all_of_it: bool) -> str:
    """The part of a sentence where fields may be listed."""
    if all_of_it:
        return base
    return base[command[1] :] if command else ""


def _split(raw: str, patterns: Mapping[str, Sequence[str]]) -> tuple[str, str | None, str | None]:
    """What comes before, what comes after "and also", and what comes after "without"."""
    folded = fold(raw)
    more = find_phrase(patterns["more"], folded)
    less = _longest_within(patterns["less"], folded)
    if more and less and less[0] <= more[0] < less[1]:
        more = None
    marks = sorted(span for span in (more, less) if span)
    base = raw[: marks[0][0]] if marks else raw
    ends = [span[0] for span in marks[1:]] + [len(raw)]
    if more:
        marks[marks.index(more)] = more = (more[0], _less_question_word(folded, more, patterns))
    after = {span: raw[span[1] : end] for span, end in zip(marks, ends, strict=False)}
    without = after[less] if less else None
    only = find_phrase(patterns["only"], fold(without)) if without else None
    if without and only:  # `not the number, just the name`
        base, without = f"{base}, {without[only[0] :]}", without[: only[0]]
    return base, after[more] if more else None, without


def _longest_within(phrases: Sequence[str], folded: str) -> tuple[int, int] | None:
    """The longest of the phrases said without a pause (`urgent ou pas, le nom` takes none away)."""
    spans = (
        match.span()
        for phrase in phrases
        for match in phrase_pattern(phrase).finditer(folded)
        if not re.search(r"[,;.!?]", match.group())
    )
    return max(spans, key=lambda span: span[1] - span[0], default=None)


def _less_question_word(
    folded: str, span: tuple[int, int], patterns: Mapping[str, Sequence[str]]
) -> int:
    """Where "and how many" ends once the word that opens the field is given back to it."""
    last = re.search(r"ו?([\w']+)$", folded[slice(*span)])
    opens = last is not None and last.group(1) in patterns["field_starts"]
    return span[0] + last.start(1) if last and opens else span[1]


def _dropped(data: dict[str, Any], current: Sequence[Mapping[str, Any]], less: str) -> set[str]:
    """The keys of the fields that a list takes away, the owner's own included."""
    folded = fold(less)
    wanted = set(named_fields(data, folded))
    label = fold(plain_label(data, less))
    return wanted | {
        str(item["key"])
        for item in current
        if item["key"] not in data["fields"] and label and label in fold(str(item["label"]))
    }


def _takes_away(data: dict[str, Any], current: Sequence[Mapping[str, Any]], less: str) -> bool:
    """Whether words after `without` take something away (`I don't need much: the name…` not)."""
    colon = less.partition(":")
    if not colon[1]:
        return True
    return bool(_dropped(data, current, colon[0]))


def _without_phrase(raw: str, patterns: Mapping[str, Sequence[str]]) -> str:
    """A sentence from its colon on, where what comes before only says how little is needed."""
    less = _longest_within(patterns["less"], fold(raw))
    end = raw.find(":", less[1]) if less else -1
    return f"{raw[: less[0]]} {raw[end + 1 :]}".strip() if less and end >= 0 else raw


def _after_question(data: dict[str, Any], raw: str) -> str:
    """A list without the question that its owner asks themselves (`what do I need? Name…`)."""
    head, mark, rest = raw.partition("?")
    few = len(set(named_fields(data, fold(head)))) < _LIST
    return rest if mark and few and len(set(named_fields(data, fold(rest)))) >= _LIST else raw


def _optional(
    current: Sequence[Mapping[str, Any]], named: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    keys = {item["key"] for item in named}
    return [{**item, "required": item["key"] not in keys and item["required"]} for item in current]


def _merged(
    current: Sequence[Mapping[str, Any]], extra: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    known = {item["key"] for item in current}
    return [*map(dict, current), *(dict(item) for item in extra if item["key"] not in known)]
