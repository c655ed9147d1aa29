"""Cuts a text into passages, and prepares words so that a question finds them.

PostgreSQL's dictionaries reduce French and English words to their stems. What they do not do is
done here, alike for passages and questions: accents and vowel points are dropped, and a Hebrew
word is also kept without the one or two letters that Hebrew writes before it (the, in, to, and …).
"""

import re
import unicodedata
from collections.abc import Iterator

MAX_CHARS = 800
FRENCH, ENGLISH, SIMPLE = "french", "english", "simple"
DICTIONARIES = (FRENCH, ENGLISH, SIMPLE)

_SENTENCE_END = re.compile(r"(?<=[.!?…;:])\s+")
_WORD = re.compile(r"[^\W\d_]+")
_HEBREW_WORD = re.compile(r"[\u05d0-\u05ea]{3,}")
_HEBREW = re.compile(r"[\u05d0-\u05ea]")
_PREFIXES = frozenset("והבלמשכ")
_SHORTEST_STEM = 3

# Words so frequent that any paragraph holds some; none belongs to both lists.
_FRENCH_WORDS = frozenset(
    {"le", "la", "les", "un", "une", "des", "du", "de", "et", "est", "en", "dans", "pour",
     "que", "qui", "pas", "vous", "nous", "il", "elle", "sur", "avec", "au", "aux", "ce",
     "cette", "ces", "sont", "par", "ou", "votre", "notre", "vos", "nos", "être", "plus",
     "se"}
)  # fmt: skip
_ENGLISH_WORDS = frozenset(
    {"the", "of", "and", "to", "is", "in", "that", "it", "for", "was", "with", "as", "his",
     "her", "they", "be", "at", "this", "have", "from", "are", "you", "we", "your", "our",
     "by", "not", "or", "an", "will", "can"}
)  # fmt: skip


def cut(text: str) -> Iterator[str]:
    """Passages of at most `MAX_CHARS`: whole paragraphs together while they fit, else sentences.

    Args:
        text: a document.
    """
    passage = ""
    for piece in _pieces(text):
        if passage and len(passage) + 1 + len(piece) > MAX_CHARS:
            yield passage
            passage = ""
        passage = f"{passage}\n{piece}" if passage else piece
    if passage:
        yield passage


def dictionary(text: str) -> str:
    """The text search configuration that reads a text best: `french`, `english` or `simple`."""
    words = [word.lower() for word in _WORD.findall(text)]
    french = sum(word in _FRENCH_WORDS for word in words)
    english = sum(word in _ENGLISH_WORDS for word in words)
    if _HEBREW.search(text) and len(_HEBREW.findall(text)) * 2 > sum(map(len, words)):
        return SIMPLE
    if french == english:
        return SIMPLE
    return FRENCH if french > english else ENGLISH


def searchable(text: str) -> str:
    """A text as its words are indexed or looked for."""
    bare = "".join(
        one
        for one in unicodedata.normalize("NFKD", text.replace("’", "'"))
        if not unicodedata.combining(one)
    )
    stems = [stem for word in _HEBREW_WORD.findall(bare) for stem in _without_prefixes(word)]
    return " ".join([bare, *stems])


def _pieces(text: str) -> Iterator[str]:
    for paragraph in text.splitlines():
        tidy = " ".join(paragraph.split())
        if len(tidy) <= MAX_CHARS:
            if tidy:
                yield tidy
            continue
        for sentence in _SENTENCE_END.split(tidy):
            yield from _hard_cut(sentence)


def _hard_cut(sentence: str) -> Iterator[str]:
    while len(sentence) > MAX_CHARS:
        at = sentence.rfind(" ", 1, MAX_CHARS)
        at = at if at > 0 else MAX_CHARS
        yield sentence[:at]
        sentence = sentence[at:].lstrip()
    if sentence:
        yield sentence


def _without_prefixes(word: str) -> Iterator[str]:
    for _ in range(2):
        if word[0] not in _PREFIXES or len(word) <= _SHORTEST_STEM:
            return
        word = word[1:]
        yield word
