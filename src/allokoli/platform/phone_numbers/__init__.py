"""Phone numbers at the voice platform."""
