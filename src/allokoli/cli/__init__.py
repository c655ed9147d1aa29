"""The command line: one command starts everything."""
