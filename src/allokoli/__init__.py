"""AlloKoli: make a phone voice assistant by talking."""
