import pytest
from api import client, owner, stranger, voice

from allokoli.platform.agenda import tools

__all__ = ["client", "owner", "stranger", "voice"]


@pytest.fixture(autouse=True)
def a_machine_may_stall(monkeypatch):
    """What a caller waits for an agenda is less than a busy machine can lose; gives it in s."""
    callers_wait_s = tools._LONGEST_S
    monkeypatch.setattr(tools, "_LONGEST_S", 60)
    return callers_wait_s
