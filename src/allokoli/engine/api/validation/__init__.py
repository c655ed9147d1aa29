"""Strictness on top of the official SDK's types, which by themselves accept anything."""
