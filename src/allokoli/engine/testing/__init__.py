"""Trying assistants out: what is read out of conversations, evals, simulations, test suites."""
