"""Calls, mirrored from the voice platform's server messages."""
