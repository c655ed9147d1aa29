"""The organization's agenda: what can be booked, and who booked it."""
