"""People's names: introduced (`je m'appelle Claire Dubois`), bare, or spelled."""

import re
from collections.abc import Sequence

from allokoli.dialogue.entities.first_names import without_letters
from allokoli.dialogue.entities.name_words import (
    WORD,
    filler_words,
    said_in_full,
    words_of_name,
)
from allokoli.dialogue.entities.spelling import amend_letters, find_letters, read_letters
from allokoli.dialogue.lexicon import lexicon
from allokoli.dialogue.matching import alike, misheard
from allokoli.dialogue.text import fold, title
from allokoli.dialogue.utterance import Span, Utterance

_MOST_CLAUSES = 12
_NEAR_CHARS = 24
_SHORT_WORDS = 3
_FEW_LETTERS = 3


def find_name(
    utterance: Utterance, locale: str, *, asked: bool, weak: bool = False
) -> tuple[str, Span] | None:
    """A person's name, without civility title, and its span in `utterance.text`.

    Args:
        utterance: the sentence; spans already used are skipped.
        locale: its language.
        asked: whether the name was just asked, so that a bare name is an answer.
        weak: whether "c'est X" alone introduces a name (while correcting).
    """
    in_two = _in_two(utterance, locale)
    if in_two:
        return in_two
    found = _in_one(utterance, locale, asked=asked, weak=weak)
    found = (without_letters(found[0], locale), found[1]) if found else None
    return _completed(found, utterance, locale) if found else None


def _in_one(
    utterance: Utterance, locale: str, *, asked: bool, weak: bool
) -> tuple[str, Span] | None:
    words = lexicon(locale).words
    introductions = list(words["name_before"]) + (list(words["name_weak"]) if asked or weak else [])
    introductions += words.get("name_asked", ()) if asked or weak else ()
    for phrase in sorted(introductions, key=len, reverse=True):
        end = "" if phrase.endswith("'") else r"(?!\w)"
        pattern = rf"(?<!\w){re.escape(phrase)}{end}\s*:?\s*"
        for match in re.finditer(pattern, utterance.raw_folded):
            if not asked and not _introduces(phrase, utterance.raw[match.end() :], locale):
                continue
            before = utterance.raw_folded[: match.start()]
            titled = phrase in words["name_titles"]
            if titled and _is_another(before, locale, asked=asked):
                continue
            found = _take(utterance, match.end(), locale)
            if found and titled and _acts(utterance.folded[found[1][1] :], locale):
                continue
            if found:
                weakly = asked and phrase in words["name_weak"]
                whole = _bare(utterance, locale) if weakly else None
                if whole and _is_capital(whole, utterance) and not _is_capital(found, utterance):
                    return whole  # "Anna Martin, 06 12…, it's the gluten"
                return whole if whole and _covers(whole[1], found[1]) else found
    return _bare(utterance, locale) if asked else None


def respell(name: str, utterance: Utterance, locale: str) -> tuple[str, Span] | None:
    """A known name as it is spelled now; None where no other letters are said.

    Args:
        name: as it was understood.
        utterance: the sentence; a name said with the letters is read with them.
        locale: its language.
    """
    raw = utterance.raw
    letters = find_letters(raw, 0, locale, within=len(raw))
    if letters is None or re.search(r"[A-Z][a-z]{2,}", raw[: letters[1][0]]):
        return None
    few = len(letters[0]) <= _FEW_LETTERS and not raw[slice(*letters[1])].isupper()
    return None if few else (respelled(name.split(), letters[0]), utterance.from_raw(letters[1]))


def _in_two(utterance: Utterance, locale: str) -> tuple[str, Span] | None:
    """`last name Martin, first name Claire`, in either order."""
    parts: dict[str, tuple[str, Span]] = {}
    for key in ("name_first", "name_last"):
        found = _part(utterance, locale, key)
        if found is None:
            return None
        parts[key] = found
    spans = [span for _, span in parts.values()]
    if spans[0][0] < spans[1][1] and spans[1][0] < spans[0][1]:
        return None
    name = f"{parts['name_first'][0]} {parts['name_last'][0]}"
    return name, (min(span[0] for span in spans), max(span[1] for span in spans))


def _part(utterance: Utterance, locale: str, key: str) -> tuple[str, Span] | None:
    """The first or the last name, where it is said which it is."""
    either = sorted(lexicon(locale).words[key], key=len, reverse=True)
    body = "|".join(re.escape(fold(phrase)) for phrase in either)
    match = re.search(rf"(?<!\w)(?:{body})(?!\w)\s*:?\s*", utterance.raw_folded)
    return _take(utterance, match.end(), locale, skip_fillers=True) if match else None


def _completed(name: tuple[str, Span], utterance: Utterance, locale: str) -> tuple[str, Span]:
    """`Wojcik, first name Anna`; `my name is Priya, surname Nair`: the part said apart."""
    said, span = name
    for key in ("name_first", "name_last"):
        part = _part(utterance, locale, key)
        if part is None or " " in said or fold(part[0]) == fold(said):
            continue
        if part[1][0] < span[1] and span[0] < part[1][1]:
            continue
        both = f"{part[0]} {said}" if key == "name_first" else f"{said} {part[0]}"
        return both, (min(span[0], part[1][0]), max(span[1], part[1][1]))
    return name


def _introduces(phrase: str, after: str, locale: str) -> bool:
    """`Bonjour madame, j'avais…` names nobody, nor does `I'm meant to come`."""
    words = lexicon(locale).words
    if phrase in words["name_titles"] and after.startswith((",", ";")):
        return False
    if phrase in words.get("name_asked", ()):
        return after.lstrip(" ,")[:1].isupper()
    doubtful = phrase in words["name_maybe"] or phrase in words["name_weak"]
    return not doubtful or after[:1].isupper() or len(after.split()) <= _SHORT_WORDS


def _is_another(before: str, locale: str, *, asked: bool) -> bool:
    """Whether who is named after these words is not who speaks (`a message for Mr Fielding`)."""
    words = lexicon(locale).words
    clause = re.split(r"[,.;:!?]", before)[-1].strip()
    if _ends_with(clause, words.get("name_of_another", ())):
        return True
    own = words.get("name_title_after", ())
    return not asked and bool(own and clause) and not _ends_with(clause, own)


def _acts(after: str, locale: str) -> bool:
    """Whether who is named does something that the speaker tells of (`Mrs Lovell expects me`)."""
    words = lexicon(locale).words
    said = "|".join(words.get("name_acts", ()))
    its_own = "|".join(map(re.escape, words.get("mentions_name", ()))) or "(?!)"
    return bool(said) and re.match(rf"\s*(?:{said})(?!\w)(?!\s+(?:{its_own}))", after) is not None


def is_of_company(name: str, locale: str) -> bool:
    """Whether a name is a company's by its last word (`Bright Sparks Electrical`)."""
    return fold(name.rsplit(maxsplit=1)[-1]) in lexicon(locale).words.get("company_words", ())


def _ends_with(clause: str, phrases: Sequence[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(one)}$", clause) for one in phrases)


def _covers(span: Span, other: Span) -> bool:
    """`Anna Martin, that's M A R T I N`: the letters belong to the name before them."""
    return span[0] < other[0] and other[1] <= span[1]


def _is_capital(found: tuple[str, Span], utterance: Utterance) -> bool:
    """Whether a name was written as one, where names are written otherwise than words."""
    return any(char.isupper() for char in utterance.text[slice(*found[1])])


def _bare(utterance: Utterance, locale: str) -> tuple[str, Span] | None:
    """The first thing that can be a name: one with a capital, if there is any."""
    first = None
    for clause in utterance.rest()[:_MOST_CLAUSES]:
        start = max(utterance.raw.find(clause), 0)
        found = _take(utterance, start, locale, skip_fillers=True)
        if found and _is_capital(found, utterance):
            return found
        first = first or found
    return first


def _take(
    utterance: Utterance, start: int, locale: str, *, skip_fillers: bool = False
) -> tuple[str, Span] | None:
    """The name that begins at a place of `utterance.raw`, as it was spelled if it was."""
    spelled = read_letters(utterance.raw, start, locale)
    if spelled:
        return spelled[0], utterance.from_raw(spelled[1])
    taken = words_of_name(utterance, start, locale, skip_fillers=skip_fillers)
    if taken and read_letters(utterance.raw, taken[0].start(), locale):
        return _take(utterance, taken[0].start(), locale)
    if not taken or (len(taken) == 1 and len(taken[0].group()) == 1):
        return None
    fuller = said_in_full(taken, utterance, locale)
    if fuller:
        taken = list(WORD.finditer(utterance.raw, *fuller))
    span = taken[0].start(), taken[-1].end()
    after = find_letters(utterance.raw, span[1], locale, within=_NEAR_CHARS)
    if after:
        names = [title(match.group()) for match in taken]
        last = _last_after(utterance, after[1][1], locale) if len(names) == 1 else None
        if last:
            spelled_name = f"{respelled(names, after[0])} {last[0]}"
            return spelled_name, utterance.from_raw((span[0], last[1]))
        return respelled(names, after[0]), utterance.from_raw((span[0], after[1][1]))
    name, end = _as_written(taken, utterance, locale)
    return name, utterance.from_raw((span[0], end))


def _last_after(utterance: Utterance, at: int, locale: str) -> tuple[str, int] | None:
    """`Gwen, G W E N, Pritchard`: the last name after a first one that was spelled."""
    match = re.compile(r"\s*,\s*([A-Z][\w'’-]+)(?=\s*(?:[,.;]|$))").match(utterance.raw, at)
    stops = lexicon(locale).words["name_stops"]
    if match is None or fold(match[1]) in (*stops, *filler_words(locale)):
        return None
    return title(match[1]), match.end()


def _as_written(taken: list[re.Match[str]], utterance: Utterance, locale: str) -> tuple[str, int]:
    """The name after what was added to it (`avec deux L`), and its end."""
    start, end = taken[0].start(), taken[-1].end()
    name = title(utterance.raw[start:end])
    near = re.match(rf".{{0,{_NEAR_CHARS}}}\w*", utterance.raw_folded[end:])
    remark = amend_letters(name, near.group() if near else "", locale)
    return (remark[0], end + remark[1][1]) if remark else (name, end)


def respelled(names: list[str], letters: str) -> str:
    """The name, its last word (or the one that sounds like it) as it was spelled."""
    if fold("".join(names)).startswith(fold(letters)):  # `Schneider, S C H` too
        return " ".join(names)
    if " " in letters or (fold(letters)[:1] == fold(names[0])[:1] and "'" in letters):
        return letters
    same = [index for index, name in enumerate(names) if fold(name)[0] == fold(letters)[0]]
    near = max(range(len(names)), key=lambda index: alike(names[index], letters))
    names[same[-1] if same else near if misheard(names[near], letters) else -1] = letters
    return " ".join(names)
