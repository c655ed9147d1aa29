"""The steps of a creation, kept on the session for whoever watches."""

from typing import Any

from allokoli.configurator.models import ConfiguratorSession
from allokoli.core import clock

NAMES = ("assistant", "settings", "phone_number", "save", "email")


def begin(row: ConfiguratorSession) -> None:
    """Every step waits."""
    row.steps = [_step(name, "waiting") for name in NAMES]


def mark(row: ConfiguratorSession, name: str, status: str) -> None:
    """One step changed."""
    row.steps = [_step(name, status) if step["name"] == name else step for step in row.steps]


def fail(row: ConfiguratorSession) -> None:
    """What was running failed."""
    row.steps = [
        _step(step["name"], "failed") if step["status"] == "running" else step for step in row.steps
    ]


def _step(name: str, status: str) -> dict[str, Any]:
    return {"name": name, "status": status, "at": clock.now().isoformat()}
