"""What the assistant must ask callers, as owners say it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from allokoli.blueprint.blueprint import STANDARD_TYPES
from allokoli.configurator.own_fields import own_field, plain_label
from allokoli.configurator.sector_words import sector_words
from allokoli.dialogue import meaning
from allokoli.dialogue.entities.answers import find_answer, find_social
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import find_phrase, phrase_pattern
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Utterance

_MAX_FIELDS = 20
_PEOPLE = ("party_size", "guests")
_LIST = 2
_MAX_ITEM_WORDS = 9
_ITEM_END = re.compile(r"[,;.!?]+\s*|\s+[-–/]\s+")


def standard_fields(data: dict[str, Any], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The usual fields of the owner's sector."""
    keys = sector_words(data, values)["fields"]
    if values.get("booking") is False:
        keys = ["name", "phone", "reason"]
    return [field(data, key) for key in keys]


def field(data: dict[str, Any], key: str) -> dict[str, Any]:
    """A standard field."""
    entry = data["fields"][key]
    kind = STANDARD_TYPES[key]
    made: dict[str, Any] = {"key": key, "label": entry["label"], "type": kind, "required": True}
    if kind == "choice":
        made["choices"] = list(entry["choices"])
    return made


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
    many = asked and len(set(named_fields(data, fold(raw)))) >= _LIST
    listed = _items(data, listing, values, locale, told=many and answer != "yes")
    extra = _items(data, more, values, locale, told=asked) if more else []
    if trailing and (answer == "yes" or len(listed) < _LIST):
        extra, listed = listed, []  # `ask about allergies too`
    elif many and answer != "yes" and listed and listing.strip():
        listed, extra = _merged(listed, extra), []  # `a name and the reason`
    dropped = _dropped(data, current, less) if less else set()
    dropped |= {key for item in _pieces(data, raw) for key in _refused(data, item)}
    if len(listed) >= _LIST or (listed and only):
        whole = len(listed) + len(extra) > _LIST
        anew = whole and listed[0]["key"] == "name"  # a list told from its beginning
        adding = values.get("fields") and not asked and not only and not anew
        current = _merged(current, listed) if adding else listed
    else:
        sure = {"choice", "yes_no", "number"}
        plain = _plainly_named(data, base)
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
    keys = _as_the_trade_says(data, named_fields(data, fold(raw)), values)
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


def _refused(data: dict[str, Any], item: str) -> list[str]:
    """The usual fields that a piece of a list turns down (`no phone number`)."""
    start = _opening(data["patterns"]["less_item"], fold(item))
    if start:
        return named_fields(data, fold(item[start:]))
    after = find_phrase(data["patterns"]["less_after"], fold(item))
    return named_fields(data, fold(item[: after[0]])) if after and after[0] > 0 else []


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


def _items(
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
    for item in _pieces(data, text):
        other = _is_about_something_else(data, item) and not _plainly_named(data, item)
        if other or _refused(data, item):
            continue
        keys = _as_the_trade_says(data, named_fields(data, fold(item)), values)
        label = fold(plain_label(data, item))
        vague_words = [fold(word) for word in data["patterns"]["vague_fields"]]
        if keys and label not in vague_words:
            vague = find_phrase(vague_words, label)
            only = vague is not None and len(keys) == 1 and _is_vague(data, keys[0], label)
            keys = [] if only else keys
        if keys:
            free = find_phrase(data["patterns"]["optional"], fold(item)) is not None
            found += [{**field(data, key), "required": not free} for key in keys]
            continue
        worded = _opening(data["patterns"]["field_starts"], fold(item)) > 0
        short = len(item.split()) <= _MAX_ITEM_WORDS and not _is_chatter(data, item, locale)
        if short and (told or worded):
            made = own_field(data, item, locale)
            if made:
                found.append(made)
    return list({item["key"]: item for item in found}.values())


def _plainly_named(data: dict[str, Any], text: str) -> set[str]:
    """The usual fields that a piece of the sentence names with no other word (`yes, e-mail`)."""
    labels = {fold(plain_label(data, item)).removeprefix("ו") for item in _pieces(data, text)}
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
    sounds = {"field": data["patterns"]["own_fields"], "chatter": data["patterns"]["list_chatter"]}
    near = meaning.nearest(item, sounds)
    return near is not None and near.key == "chatter"


def _opening(phrases: Sequence[str], folded: str) -> int:
    """Where the longest of the phrases that opens a piece ends; 0 when none does."""
    found = (match for phrase in phrases if (match := phrase_pattern(phrase).match(folded)))
    return max((match.end() for match in found), default=0)


def _as_the_trade_says(
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
    return find_phrase(exact, label) is None


def _is_about_something_else(data: dict[str, Any], item: str) -> bool:
    others = [
        phrase
        for key in ("tone", "greeting", "sector", "booking")
        for phrase in data["mentions"][key]
    ]
    spoken = [word for one in data["languages"].values() for word in one["phrases"]]
    few = len(item.split()) <= _LIST
    return find_phrase((*others, *(spoken if few else ())), fold(item)) is not None


def _pieces(data: dict[str, Any], text: str) -> Iterator[str]:
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
    joiners = [rf"\s{re.escape(fold(word))}\s" for word in data["patterns"]["and_words"]]
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
        for phrase in entry["phrases"]:
            hits += [
                (match.start(), match.end(), key)
                for match in phrase_pattern(phrase).finditer(folded)
                if not qualified.match(folded, match.end())
            ]
    hits.sort(key=lambda hit: (hit[0] - hit[1], hit[0]))
    taken: list[tuple[int, int, str]] = []
    for hit in hits:
        if all(hit[1] <= other[0] or other[1] <= hit[0] for other in taken):
            taken.append(hit)
    return list(dict.fromkeys(key for _, _, key in sorted(taken)))


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
