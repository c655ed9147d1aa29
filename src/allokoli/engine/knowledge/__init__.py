"""What assistants know from files: knowledge bases, and the search for passages in them."""

from allokoli.engine.knowledge.searching import search

__all__ = ["search"]
