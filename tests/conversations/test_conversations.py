"""The conversation suite holds its rates: what people say is understood, field by field."""

from functools import cache
from typing import get_args

import pytest
from bench.conversations.reporting import Judged, figures, run, table
from bench.conversations.written import DEV, HELD_OUT, LANGUAGES, SIDES, conversations

from allokoli.blueprint.blueprint import Sector
from allokoli.blueprint.catalog import templates

pytestmark = pytest.mark.timeout(1200)
"""Four hundred conversations in one test: a slow machine takes minutes over them."""
REACHED = {
    ("callers", DEV): {"fr": 0.95, "en": 0.95, "he": 0.90},
    ("callers", HELD_OUT): {"fr": 0.90, "en": 0.95, "he": 0.90},
    ("owners", DEV): {"fr": 0.95, "en": 0.95, "he": 0.90},
    ("owners", HELD_OUT): {"fr": 0.95, "en": 0.95, "he": 0.90},
}
"""What it reaches today, which no change may lose."""
WRITTEN = {("callers", DEV): (400, 350, 280), ("owners", DEV): (190, 135, 100)}


@cache
def judged(side: str, language: str, which: str) -> tuple[Judged, ...]:
    return tuple(run(conversations(side, language, (which,))))


@pytest.mark.parametrize("which", [DEV, HELD_OUT])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("side", SIDES)
def test_people_get_what_they_called_for(side, language, which):
    found = judged(side, language, which)
    if not found:
        pytest.skip(f"no conversation of {side} in {language} is {which}")
    row = figures(side, language, which, found)
    wrong = [one.played.written.id for one in found if not one.right]
    least = REACHED[side, which][language]
    assert row.success >= least, f"{table([row])}\n{wrong if which == DEV else ''}"


@pytest.mark.parametrize("side", SIDES)
def test_nobody_is_asked_the_same_thing_over_and_over(side):
    for language in LANGUAGES:
        row = figures(side, language, DEV, judged(side, language, DEV))
        assert row.repetitions < 1, table([row])


@pytest.mark.parametrize(("group", "least"), WRITTEN.items(), ids=["callers", "owners"])
def test_enough_conversations_are_written(group, least):
    side, which = group
    written = [len(conversations(side, language, (which,))) for language in LANGUAGES]
    assert all(count >= few for count, few in zip(written, least, strict=True)), written


def test_every_sector_and_template_is_called():
    keys = {item.key for item in templates("fr")}
    sectors = set()
    for language in LANGUAGES:
        assert {one.assistant for one in conversations("callers", language, (DEV,))} == keys
        owners = conversations("owners", language, (DEV,))
        sectors |= {one.expect.fields.get("sector") for one in owners}
    assert sectors - {None} == set(get_args(Sector))
