"""The language model an organization chose, instead of the guided one."""
