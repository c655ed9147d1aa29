"""Assistants, kept in our table and mirrored at the voice platform."""
