"""What owners are told by e-mail."""
