"""What the assistant must ask callers, as owners say it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from allokoli.configurator.field_lists import (
    as_the_trade_says,
    field,
    listed_fields,
    names_several,
    plainly_named,
    refused_fields,
)
from allokoli.configurator.field_names import list_items, named_fields
from allokoli.configurator.fields_turn import FieldsTurn, dropped_fields, fields_turn
from allokoli.configurator.sector_words import sector_words
from allokoli.dialogue.entities.answers import find_social
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


def read_fields(
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
    if asked and _says_nothing(data, heard.raw_folded, locale):
        return None
    before = [dict(item) for item in values.get("fields") or standard_fields(data, values)]
    turn = fields_turn(data, heard, before, locale, asked=asked)
    if not asked and not turn.tells_fields:
        return _told_again(data, turn.raw, values, locale)
    if not asked and not values.get("fields") and not _names_any(turn, locale):
        return None
    listed, extra = _lists(data, turn, values, locale, asked=asked)
    current = before
    if len(listed) >= _LIST or (listed and turn.only):
        whole = len(listed) + len(extra) > _LIST
        anew = whole and listed[0]["key"] == "name"  # a list told from its beginning
        adding = values.get("fields") and not asked and not turn.only and not anew
        current = _merged(current, listed) if adding else listed
    else:
        extra = [*_surely(data, turn, listed, locale), *extra]
    if turn.only_optional:
        current, extra = _optional(current, [*listed, *extra]), extra if asked else []
    dropped = dropped_fields(data, before, turn.less, locale) if turn.less else set()
    dropped |= {
        key for item in list_items(turn.raw, locale) for key in refused_fields(item, locale)
    }
    made = [item for item in _merged(current, extra) if item["key"] not in dropped]
    unchanged = made == before and not extra and not dropped
    if unchanged and (turn.answer != "yes" or not asked):
        return made if asked and len(listed) >= _LIST else None
    return made[:_MAX_FIELDS]


def _names_any(turn: FieldsTurn, locale: str) -> bool:
    """Whether a turn asks for fields by name (`c'est pour recueillir les demandes` does not)."""
    named = named_fields(fold(f"{turn.listing} {turn.more or ''}"), locale)
    return turn.command and bool(named)


def _lists(
    data: dict[str, Any], turn: FieldsTurn, values: Mapping[str, Any], locale: str, *, asked: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The fields that a turn lists, and those it adds."""
    several = len(named_fields(fold(turn.raw), locale)) >= _LIST
    many = asked and (several or names_several(data, turn.raw, locale))
    told = many and (turn.answer != "yes" or several)
    listed = listed_fields(data, turn.listing, values, locale, told=told)
    extra = listed_fields(data, turn.more, values, locale, told=asked) if turn.more else []
    if turn.trailing and (turn.answer == "yes" or len(listed) < _LIST):
        return [], listed
    if many and turn.answer != "yes" and listed and turn.listing.strip():
        return _merged(listed, extra), []  # `a name and the reason`
    return listed, extra


def _surely(
    data: dict[str, Any], turn: FieldsTurn, listed: Sequence[dict[str, Any]], locale: str
) -> list[dict[str, Any]]:
    """Of the fields listed, those that are no words around a yes."""
    if turn.answer != "yes":
        return list(listed)
    plain, sure = plainly_named(data, turn.base, locale), {"choice", "yes_no", "number"}
    return [item for item in listed if item["type"] in sure or item["key"] in plain]


def _told_again(
    data: dict[str, Any], raw: str, values: Mapping[str, Any], locale: str
) -> list[dict[str, Any]] | None:
    """The fields known, with those that a turn names and nothing else (`and allergies please`)."""
    current = values.get("fields")
    if not current:
        return None
    keys = as_the_trade_says(data, named_fields(fold(raw), locale), values)
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


def _says_nothing(data: dict[str, Any], folded: str, locale: str) -> bool:
    """Whether a turn asks to wait, or leaves it to the guide, and names no field."""
    if find_phrase(data["patterns"]["usual_fields"], folded):
        return False
    return find_social(folded, locale) in {"repeat", "restart", "wait", "anything"}


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
