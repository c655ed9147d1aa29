"""What the recognizer makes of noisy and narrow lines is understood as it was meant."""

import tomllib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from allokoli.blueprint.analysis import structured_data
from allokoli.blueprint.catalog import template
from allokoli.blueprint.guided import conversation

NOW = datetime(2026, 11, 18, 15, tzinfo=ZoneInfo("Europe/Paris"))
WRITTEN = tomllib.loads(Path(__file__).with_name("whisper_transcripts.toml").read_text("utf-8"))


@pytest.mark.parametrize("one", WRITTEN["heard"], ids=lambda one: f"{one['line']}-{one['heard']}")
def test_a_transcript_is_understood_as_it_was_meant(one):
    blueprint = template("restaurant", "fr").blueprint
    turns = [*WRITTEN["after"][one["after"]], one["heard"]]
    state, reply = conversation(blueprint, turns, NOW)
    data = structured_data(blueprint, state)
    wanted = one.get("values", {})
    assert {key: data.get(key) for key in wanted} == wanted
    if "intent" in one:
        assert data["intent"] == one["intent"]
    if "outcome" in one:
        assert state.outcome == one["outcome"]
    assert one.get("said_back", "") in reply.text


def test_the_transcripts_come_from_both_lines():
    lines = [one["line"] for one in WRITTEN["heard"]]
    assert min(lines.count("noisy"), lines.count("telephone")) >= 15
