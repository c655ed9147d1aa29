"""The fields that a list names: the usual ones, and the owner's own."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from allokoli.blueprint.blueprint import STANDARD_TYPES
from allokoli.configurator.field_names import (
    is_number_of,
    is_of_caller,
    joined,
    list_items,
    named_fields,
)
from allokoli.configurator.own_fields import own_field, plain_label
from allokoli.configurator.owner_data import owner_data
from allokoli.configurator.sector_words import sector_words
from allokoli.configurator.tables import cut_before
from allokoli.dialogue import meaning
from allokoli.dialogue.entities.answers import find_answer, find_social
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.text import fold

_PEOPLE = ("party_size", "guests")
_LIST = 2
_MAX_ITEM_WORDS = 9
_SHORT_ITEM = 3
_ITEMS = 512


def field(data: dict[str, Any], key: str) -> dict[str, Any]:
    """A standard field."""
    entry = data["fields"][key]
    kind = STANDARD_TYPES[key]
    made: dict[str, Any] = {"key": key, "label": entry["label"], "type": kind, "required": True}
    if kind == "choice":
        made["choices"] = list(entry["choices"])
    return made


def listed_fields(
    data: dict[str, Any],
    text: str,
    values: Mapping[str, Any],
    locale: str,
    *,
    told: bool = False,
) -> list[dict[str, Any]]:
    """The fields a list names: standard ones, and the owner's own.

    Args:
        data: the owner's data files.
        text: the list.
        values: the answers so far.
        locale: its language.
        told: whether whatever it names is a field; otherwise only what is worded as one.
    """
    found: list[dict[str, Any]] = []
    for piece in list_items(text, locale):
        item = cut_before(piece, data["patterns"]["field_tails"]).strip()  # less why it is asked
        other = _is_about_something_else(data, item) and not plainly_named(data, item, locale)
        if other or refused_fields(item, locale):
            continue
        label = fold(plain_label(data, item))
        named = named_fields(fold(item), locale)
        named = (named_fields(label, locale) or named) if len(named) > 1 else named
        keys = as_the_trade_says(data, named, values)
        keys = [] if _is_number_of(data, keys, label, locale) else keys
        vague_words = [fold(word) for word in data["patterns"]["vague_fields"]]
        if keys and label not in vague_words:
            vague = find_phrase(vague_words, label)
            only = vague is not None and len(keys) == 1 and _is_vague(data, keys[0], label, locale)
            keys = [] if only else keys
        again = keys == ["name"] and any(one["key"] == "name" for one in found)
        if again and find_phrase(data["patterns"]["of_another"], label):
            keys = []  # `the visitor's name, the resident's name`
        if keys:
            free = find_phrase(data["patterns"]["optional"], fold(item)) is not None
            found += [{**field(data, key), "required": not free} for key in keys]
            continue
        worded = _opening(data["patterns"]["field_starts"], fold(item)) > 0
        short = len(item.split()) <= _MAX_ITEM_WORDS and not _is_chatter(data, item, locale)
        if short and (told or worded):
            made = own_field(data, item)
            if made:
                found.append(made)
    return list({item["key"]: item for item in found}.values())


def _is_number_of(data: dict[str, Any], keys: Sequence[str], label: str, locale: str) -> bool:
    """Whether a piece names a figure of what it then names (`numéro de commande`)."""
    whole = {fold(phrase) for key in keys for phrase in data["fields"][key]["phrases"]}
    return is_number_of(label, locale) and not any(label.startswith(one) for one in whole)


def names_several(data: dict[str, Any], text: str, locale: str) -> bool:
    """Whether a sentence lists fields, be they of others (`nom du visiteur, nom du résident`)."""
    known = [phrase for entry in data["fields"].values() for phrase in entry["phrases"]]
    parts = list_items(text, locale)
    listed = sum(find_phrase(known, fold(part)) is not None for part in parts)
    short = all(
        len(part.split()) <= _SHORT_ITEM and not _is_chatter(data, part, locale) for part in parts
    )
    return listed >= _LIST or (listed > 0 and short and len(parts) > _LIST)


@lru_cache(maxsize=_ITEMS)
def refused_fields(item: str, locale: str) -> tuple[str, ...]:
    """The usual fields that a piece of a list turns down (`no phone number`)."""
    patterns = owner_data(locale)["patterns"]
    start = _opening(patterns["less_item"], fold(item))
    if start:
        return tuple(named_fields(fold(item[start:]), locale))
    after = find_phrase(patterns["less_after"], fold(item))
    return tuple(named_fields(fold(item[: after[0]]), locale)) if after else ()


def plainly_named(data: dict[str, Any], text: str, locale: str) -> set[str]:
    """The usual fields that a piece of the sentence names with no other word (`yes, e-mail`)."""
    labels = [fold(plain_label(data, item)) for item in list_items(text, locale)]
    labels = [re.sub(rf"^(?:{joined(locale)})", "", label) for label in labels]
    return {
        key
        for key, entry in data["fields"].items()
        for phrase in (*entry["phrases"], entry["label"])
        if any(phrase_pattern(phrase).fullmatch(label) for label in labels)
    }


def lists_fields(raw: str, locale: str) -> bool:
    """Whether a sentence lists what to ask, whatever question it looks like.

    Args:
        raw: the sentence.
        locale: its language.
    """
    return len(named_fields(fold(raw), locale)) >= _LIST and not raw.rstrip().endswith("?")


def _is_chatter(data: dict[str, Any], item: str, locale: str) -> bool:
    """Whether a piece of a list only tells why, agrees or thanks (`we had a lady with nuts`)."""
    folded = fold(item)
    chat = _opening(data["patterns"]["field_not"], folded) > 0
    alone = {fold(item)} <= {*lexicon(locale).words["hesitation"]}
    answers = find_answer(folded, locale) or find_social(folded, locale)
    if alone or chat or bool(answers and len(folded.split()) <= _LIST):
        return True
    if _opening(data["patterns"]["field_yes_no"], folded) > 0:
        return False  # `whether it's blocking`
    if find_phrase(data["patterns"]["vague_fields"], folded):
        return False  # `their contract number`
    sounds = {"field": data["patterns"]["own_fields"], "chatter": data["patterns"]["list_chatter"]}
    near = meaning.nearest(item, sounds)
    return near is not None and near.key == "chatter"


def _opening(phrases: Sequence[str], folded: str) -> int:
    """Where the longest of the phrases that opens a piece ends; 0 when none does."""
    found = (match for phrase in phrases if (match := phrase_pattern(phrase).match(folded)))
    return max((match.end() for match in found), default=0)


def as_the_trade_says(
    data: dict[str, Any], keys: Sequence[str], values: Mapping[str, Any]
) -> list[str]:
    """How many people are coming has another name in a hotel than in a restaurant."""
    usual = sector_words(data, values)["fields"]
    same = {one: other for one, other in (_PEOPLE, _PEOPLE[::-1]) if other in usual}
    return [same.get(key, key) if key not in usual else key for key in keys]


def _is_vague(data: dict[str, Any], key: str, label: str, locale: str) -> bool:
    """Whether a field is named by nothing but a vague word (`serial number` is no phone)."""
    vague = data["patterns"]["vague_fields"]
    exact = [one for one in data["fields"][key]["phrases"] if one not in vague]
    return not is_of_caller(label, locale) and find_phrase(exact, label) is None


def _is_about_something_else(data: dict[str, Any], item: str) -> bool:
    few = len(item.split()) <= _LIST
    keys = ("tone", "greeting", "booking", *(() if few else ("sector",)))  # `the area`
    others = [phrase for key in keys for phrase in data["mentions"][key]]
    spoken = [word for one in data["languages"].values() for word in one["phrases"]]
    return find_phrase((*others, *(spoken if few else ())), fold(item)) is not None
