"""Keys and secrets an organization keeps at the engine, for the services its assistants use."""

from allokoli.engine.credentials.lending import lend
from allokoli.engine.credentials.service import find

__all__ = ["find", "lend"]
