"""Every job of the platform, for the worker to import."""

from allokoli.platform import housekeeping
from allokoli.platform.agenda import tasks as agenda
from allokoli.platform.assistants import tasks as assistants
from allokoli.platform.calls import tasks as calls
from allokoli.platform.language_models import tasks as language_models
from allokoli.platform.notifications import tasks as notifications
from allokoli.platform.server_messages import tasks as server_messages

__all__ = [
    "agenda",
    "assistants",
    "calls",
    "housekeeping",
    "language_models",
    "notifications",
    "server_messages",
]
