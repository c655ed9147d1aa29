"""The tenant, its voice platform and its API keys."""
