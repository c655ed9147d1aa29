"""An owner talking to AlloKoliConfig, for tests."""

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from allokoli.configurator.conversation import OwnerState, hear
from allokoli.configurator.conversation import open as open_conversation
from allokoli.dialogue import plain_spaces

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
SEED = tomllib.loads(Path(__file__).with_name("seed_dialogue.toml").read_text(encoding="utf-8"))
SEED_TURNS = [turn["owner"] for turn in SEED["turn"]]


def talk(*turns, locale="fr", template=None):
    """The state and everything AlloKoliConfig said."""
    state, reply = open_conversation(locale, template)
    said = [plain_spaces(reply.text)]
    for text in turns:
        state = OwnerState.from_dict(json.loads(json.dumps(state.to_dict())))
        state, reply = hear(state, text, NOW)
        said.append(plain_spaces(reply.text))
    return state, said
