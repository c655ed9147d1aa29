"""Readers of typed values: one module a type, each `find_…(utterance, …) → (value, span)`."""
