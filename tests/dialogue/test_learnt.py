"""Examples are compared once, when AlloKoli is installed; a broken file costs time only."""

import tomllib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from allokoli.dialogue import learnt, meaning

SENTENCES = ["Je voudrais réserver une table", "What time do you open?", "אני רוצה לבטל"]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty place for the file."""
    file = tmp_path / "learnt.npz"
    monkeypatch.setattr(learnt, "_FILE", file)
    monkeypatch.setattr(learnt, "example_sentences", lambda: iter(SENTENCES))
    learnt.learnt.cache_clear()
    yield file
    learnt.learnt.cache_clear()


def told(sentence: str) -> np.ndarray:
    return np.full(384, len(sentence), dtype=np.float32)


def test_what_was_learned_is_what_the_model_gives(place):
    compute = meaning._compute
    assert learnt.learn(compute) == len(SENTENCES)
    for sentence in SENTENCES:
        assert np.array_equal(learnt.learnt()[sentence], compute(sentence))


def test_only_new_sentences_are_learned_and_old_ones_forgotten(place, monkeypatch):
    learnt.learn(told)
    assert learnt.learn(told) == 0
    fewer = [SENTENCES[0], "Bonjour"]
    monkeypatch.setattr(learnt, "example_sentences", lambda: iter(fewer))
    assert learnt.learn(told) == 1
    assert set(learnt.learnt()) == set(fewer)
    assert [one.name for one in place.parent.iterdir()] == [place.name]


@pytest.mark.parametrize(
    "broken", [b"", b"PK\x03\x04 cut short", b"\x00" * 500], ids=["empty", "cut", "zeros"]
)
def test_a_broken_file_is_as_good_as_none(place, broken):
    place.write_bytes(broken)
    assert learnt.learnt() == {}
    assert learnt.learn(told) == len(SENTENCES)


def test_another_model_s_vectors_are_not_used(place, monkeypatch):
    learnt.learn(told)
    monkeypatch.setattr(learnt, "_model_version", lambda: "another")
    learnt.learnt.cache_clear()
    assert learnt.learnt() == {}


def test_the_data_files_examples_are_found():
    found = set(learnt.example_sentences())
    assert len(found) > 1000
    assert all(isinstance(one, str) and one for one in found)


def lists(table, key=""):
    """Every list of words in a data file, by the path of its key."""
    if isinstance(table, dict):
        for name, value in table.items():
            yield from lists(value, f"{key}.{name}")
    elif isinstance(table, list) and all(isinstance(one, str) for one in table):
        yield key, table
    elif isinstance(table, list):
        for at, one in enumerate(table):
            yield from lists(one, f"{key}[{at}]")


@pytest.mark.parametrize("wing", ["dialogue", "blueprint", "configurator"])
def test_no_list_of_words_says_one_twice(wing):
    data = Path(str(files("allokoli"))) / wing / "data"
    tables = {path: tomllib.loads(path.read_text("utf-8")) for path in data.rglob("*.toml")}
    said_twice = {
        f"{path.relative_to(data)} {key}": {one for one in words if words.count(one) > 1}
        for path, table in tables.items()
        for key, words in lists(table)
    }
    assert {place: words for place, words in said_twice.items() if words} == {}
