"""The fields that a list names: the usual ones, and the owner's own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from allokoli.blueprint.blueprint import STANDARD_TYPES
from allokoli.configurator.own_fields import own_field, plain_label
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
_ITEM_END = re.compile(r"[,;.!?]+\s*|\s+[-–/]\s+")


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
    for piece in list_items(data, text):
        item = cut_before(piece, data["patterns"]["field_tails"]).strip()  # less why it is asked
        other = _is_about_something_else(data, item) and not plainly_named(data, item, locale)
        if other or refused_fields(data, item):
            continue
        label = fold(plain_label(data, item))
        named = named_fields(data, fold(item))
        named = (named_fields(data, label) or named) if len(named) > 1 else named
        keys = as_the_trade_says(data, named, values)
        keys = [] if _is_number_of(data, keys, label) else keys
        vague_words = [fold(word) for word in data["patterns"]["vague_fields"]]
        if keys and label not in vague_words:
            vague = find_phrase(vague_words, label)
            only = vague is not None and len(keys) == 1 and _is_vague(data, keys[0], label)
            keys = [] if only else keys
        again = keys == ["name"] and any(one["key"] == "name" for one in found)
        if again and _is_of_another(data, label):
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


def _is_of_another(data: dict[str, Any], label: str) -> bool:
    """Whether a label says whose it is (`nom du résident`, `resident's name`)."""
    of = "|".join(re.escape(fold(word)) for word in data["patterns"]["of"])
    return re.search(rf"\s(?:{of})(?!\w)|\sd'|'s\s|\sה\w", label) is not None


def _is_number_of(data: dict[str, Any], keys: Sequence[str], label: str) -> bool:
    """Whether a piece names a figure of what it then names (`numéro de commande`)."""
    of = "|".join(re.escape(fold(word)) for word in data["patterns"]["of"])
    heads = "|".join(re.escape(fold(word)) for word in data["patterns"]["figures"])
    if not heads or not re.match(rf"(?:{heads})\s+(?:{of})(?!\w)", label):
        return False
    whole = {fold(phrase) for key in keys for phrase in data["fields"][key]["phrases"]}
    return not any(label.startswith(phrase) for phrase in whole)


def names_several(data: dict[str, Any], text: str, locale: str) -> bool:
    """Whether a sentence lists fields, be they of others (`nom du visiteur, nom du résident`)."""
    known = [phrase for entry in data["fields"].values() for phrase in entry["phrases"]]
    parts = list(list_items(data, text))
    listed = sum(find_phrase(known, fold(part)) is not None for part in parts)
    short = all(
        len(part.split()) <= _SHORT_ITEM and not _is_chatter(data, part, locale) for part in parts
    )
    return listed >= _LIST or (listed > 0 and short and len(parts) > _LIST)


def refused_fields(data: dict[str, Any], item: str) -> list[str]:
    """The usual fields that a piece of a list turns down (`no phone number`)."""
    start = _opening(data["patterns"]["less_item"], fold(item))
    if start:
        return named_fields(data, fold(item[start:]))
    after = find_phrase(data["patterns"]["less_after"], fold(item))
    return named_fields(data, fold(item[: after[0]])) if after and after[0] > 0 else []


def plainly_named(data: dict[str, Any], text: str, locale: str) -> set[str]:
    """The usual fields that a piece of the sentence names with no other word (`yes, e-mail`)."""
    ands = "".join(lexicon(locale).time.get("joined", ()))
    labels = {fold(plain_label(data, item)).removeprefix(ands) for item in list_items(data, text)}
    return {
        key
        for key, entry in data["fields"].items()
        for phrase in (*entry["phrases"], entry["label"])
        if any(phrase_pattern(phrase).fullmatch(label) for label in labels)
    }


def lists_fields(data: dict[str, Any], raw: str) -> bool:
    """Whether a sentence lists what to ask, whatever question it looks like.

    Args:
        data: the owner's data files.
        raw: the sentence.
    """
    return len(set(named_fields(data, fold(raw)))) >= _LIST and not raw.rstrip().endswith("?")


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


def _is_vague(data: dict[str, Any], key: str, label: str) -> bool:
    """Whether a field is named by nothing but a vague word (`serial number` is no phone)."""
    vague = data["patterns"]["vague_fields"]
    exact = [one for one in data["fields"][key]["phrases"] if one not in vague]
    of = "|".join(re.escape(fold(word)) for word in data["patterns"]["of"])
    same = "|".join(phrase_pattern(one).pattern for one in data["patterns"]["of_caller"])
    if re.search(rf"\s(?:{of})\s*(?:{same})", label):
        return False  # `the day of the visit`
    return find_phrase(exact, label) is None


def _is_about_something_else(data: dict[str, Any], item: str) -> bool:
    few = len(item.split()) <= _LIST
    keys = ("tone", "greeting", "booking", *(() if few else ("sector",)))  # `the area`
    others = [phrase for key in keys for phrase in data["mentions"][key]]
    spoken = [word for one in data["languages"].values() for word in one["phrases"]]
    return find_phrase((*others, *(spoken if few else ())), fold(item)) is not None


def list_items(data: dict[str, Any], text: str) -> Iterator[str]:
    """The items of a list: cut at punctuation and at joining words, but within a field's name."""
    joiners = sorted(data["patterns"]["and_words"], key=len, reverse=True)
    cut = re.compile(rf"\s+(?:{'|'.join(re.escape(fold(word)) for word in joiners)})(?:\s+|(?<=ו))")
    for part in _ITEM_END.split(_glued(data, text)):
        padded, at = f" {part}", 0
        for match in cut.finditer(fold(padded)):
            if padded[at : match.start()].strip():
                yield padded[at : match.start()].strip()
            at = match.end()
        if padded[at:].strip():
            yield padded[at:].strip()


def _glued(data: dict[str, Any], text: str) -> str:
    """The words of one field that a joining word would cut (`first_name_and_surname`)."""
    ands = [re.escape(fold(word)) for word in data["patterns"]["and_words"]]
    joiners = [rf"\s{word}(?:\s|(?<=ו))" for word in ands]
    joined = re.compile("|".join(joiners))
    for entry in data["fields"].values():
        for phrase in entry["phrases"]:
            if joined.search(fold(phrase)):
                for match in phrase_pattern(phrase).finditer(fold(text)):
                    words = re.sub(r"\s", "_", text[slice(*match.span())])
                    text = text[: match.start()] + words + text[match.end() :]
    return text


def named_fields(data: dict[str, Any], folded: str) -> list[str]:
    """The standard fields named, in the order said, the longest name winning."""
    hits: list[tuple[int, int, str]] = []
    words = "|".join(re.escape(fold(word)) for word in data["patterns"]["of"])
    same = "|".join(phrase_pattern(one).pattern for one in data["patterns"]["of_caller"])
    qualified = re.compile(rf"\s+(?:{words})(?:\b|(?<='))(?!\s*(?:{same}))")
    for key, entry in data["fields"].items():
        for phrase in entry["phrases"]:  # whosever it is, a mobile is where to call
            vague = find_phrase(data["patterns"]["vague_fields"], fold(phrase)) is not None
            sure_phone = key == "phone" and not vague
            hits += [
                (match.start(), match.end(), key)
                for match in phrase_pattern(phrase).finditer(folded)
                if sure_phone or not qualified.match(folded, match.end())
            ]
        hits += [  # `the pet's name` is no name of who calls
            (match.start(), match.end(), "")
            for phrase in entry.get("apart", ())
            for match in phrase_pattern(phrase).finditer(folded)
        ]
    hits.sort(key=lambda hit: (hit[0] - hit[1], hit[0]))
    taken: list[tuple[int, int, str]] = []
    for hit in hits:
        if all(hit[1] <= other[0] or other[1] <= hit[0] for other in taken):
            taken.append(hit)
    return list(dict.fromkeys(key for _, _, key in sorted(taken) if key))
