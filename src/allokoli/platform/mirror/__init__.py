"""Entities kept both in our tables and at the voice platform, and how the two stay one."""
