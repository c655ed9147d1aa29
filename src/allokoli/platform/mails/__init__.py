"""The outbox, for the operator."""
