"""Reads a caller's script out of a scenario's instructions, as people write them.

Three things are told apart: what to say in order (`Say "…"`), what to answer when asked (`When
asked for your name, say "…"`, `Name: …`), and the story, from which the request itself is made.
"""

import re
import unicodedata
from dataclasses import dataclass

_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,3}[.)])\s+")
_QUOTED = re.compile(r"«\s*([^«»]{1,1000}?)\s*»|“([^“”]{1,1000})”|\"([^\"]{1,1000})\"")
_PAIR = re.compile(r"^([^:=?!.\"«“]{1,60}?)\s*[:=]\s*(\S.*)$")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"\w+")
_MAX_LINES = 200
_MAX_CHARS = 10_000
_MAX_REQUEST_CHARS = 600


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CONDITION = _set(
    "when if once asked asks ask asking quand si lorsque demande demandent demandee demander "
    "interroge כאשר אם שואלים"
)
# Words of the directions themselves, which say nothing of the subject.
_EMPTY = _CONDITION | _set(
    "the a an your you for to say says tell answer reply respond with about of is are it what and "
    "then le la les un une des du de d l ton ta tes votre vos on te t vous tu dis dites dire "
    "reponds repondez repondre pour sur est et puis alors quel quelle s c qu que par s il"
)
_SPOKEN_BY = _set("say says caller client customer user appelant dis dites toi you")
_STORY_KEYS = _set(
    "objective goal task scenario context situation role objectif but tache contexte "
    "scene instructions"
)
_DIRECTION = re.compile(
    r"^(?:be|act|stay|speak|answer|respond|reply|end|hang|do not|don't|never|always|wait|then hang|"
    r"sois|soyez|ne |n'|reste|restez|parle|parlez|réponds|répondez|termine|terminez|raccroche|"
    r"raccrochez|attends|attendez|toujours|jamais)\b",
    re.IGNORECASE,
)
_FIRST_PERSON = [
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"\byou are calling\b", "I am calling"),
        (r"\byou are\b|\byou're\b", "I am"),
        (r"\byou (?:want|would like|need|wish)\b", "I would like"),
        (r"\byou\b", "I"),
        (r"\byour\b", "my"),
        (r"^(?:call|ask|phone) to\b", "I would like to"),
        (r"^(?=(?:book|reserve|cancel|change|order|schedule)\b)", "I would like to "),
        (r"\b(?:tu es|vous êtes)\b", "je suis"),
        (r"\b(?:tu veux|tu voudrais|tu souhaites|vous voulez|vous souhaitez|vous voudriez)\b",
         "je voudrais"),
        (r"\b(?:tu appelles|vous appelez)\b", "j'appelle"),
        (r"\b(?:tu as|vous avez)\b", "j'ai"),
        (r"\b(?:ton|votre)\b", "mon"),
        (r"\b(?:ta)\b", "ma"),
        (r"\b(?:tes|vos)\b", "mes"),
        (r"^(?:appelle|appelez) pour\b", "je voudrais"),
        (r"^(?=(?:réserver|annuler|modifier|commander|prendre)\b)", "je voudrais "),
        (r"^(?:réserve|réservez)\b", "je voudrais réserver"),
        (r"^(?:annule|annulez)\b", "je voudrais annuler"),
        (r"^(?:demande|demandez)\b", "je voudrais"),
    )
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say when something is asked.

    Attributes:
        subject: the words that name it, plain and lower case.
        words: what to say.
    """

    subject: frozenset[str]
    words: str


@dataclass(frozen=True, slots=True)
class CallerScript:
    """What a caller has to say.

    Attributes:
        request: what they call for, in their own person; empty when only lines are given.
        lines: to be said in order.
        answers: to be said when asked.
    """

    request: str
    lines: tuple[str, ...]
    answers: tuple[Answer, ...]


def read_script(instructions: str) -> CallerScript:
    """The script in a scenario's instructions.

    Args:
        instructions: at most their first 10 000 characters and 200 lines are read.
    """
    lines: list[str] = []
    answers: list[Answer] = []
    story: list[str] = []
    for raw in instructions[:_MAX_CHARS].splitlines()[:_MAX_LINES]:
        line = _BULLET.sub("", raw).strip()
        if line:
            _read_line(line, lines, answers, story)
    return CallerScript(_request(story), tuple(lines), tuple(answers))


def plain_words(text: str) -> frozenset[str]:
    """The words of a text, without accents, in lower case."""
    flat = unicodedata.normalize("NFKD", text.lower())
    flat = "".join(one for one in flat if not unicodedata.combining(one))
    return frozenset(_WORD.findall(flat))


def _read_line(line: str, lines: list[str], answers: list[Answer], story: list[str]) -> None:
    quoted = [next(part for part in found if part) for found in _QUOTED.findall(line)]
    if quoted:
        around = plain_words(_QUOTED.sub(" ", line))
        subject = around - _EMPTY - _SPOKEN_BY
        if subject and (around & _CONDITION or _PAIR.match(line)):
            answers.append(Answer(subject, quoted[-1].strip()))
        else:
            lines.extend(one.strip() for one in quoted)
        return
    pair = _PAIR.match(line)
    if pair:
        words = plain_words(pair[1])
        if words & _STORY_KEYS:
            story.append(pair[2])
        elif words <= _SPOKEN_BY | _EMPTY:
            lines.append(pair[2].strip())
        else:
            answers.append(Answer(words - _EMPTY or words, pair[2].strip()))
        return
    story.append(line)


def _request(story: list[str]) -> str:
    sentences = [one for part in story for one in _SENTENCE.split(part) if one.strip()]
    said = [_in_first_person(one.strip()) for one in sentences if not _DIRECTION.match(one.strip())]
    return " ".join(said)[:_MAX_REQUEST_CHARS].strip()


def _in_first_person(sentence: str) -> str:
    for pattern, words in _FIRST_PERSON:
        sentence = pattern.sub(words, sentence)
    return sentence[:1].upper() + sentence[1:]
