"""What is said and done in a call, whatever carries it: text in, events out."""
