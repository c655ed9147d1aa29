"""What was said in a call."""
