import pytest
from api import client, owner, stranger, voice

from allokoli.platform.agenda import tools

__all__ = ["client", "owner", "stranger", "voice"]


@pytest.fixture(autouse=True)
def a_machine_may_stall(monkeypatch):
    """Two seconds, which a caller waits for an agenda, are less than a busy machine can lose."""
    monkeypatch.setattr(tools, "_LONGEST_S", 60)
