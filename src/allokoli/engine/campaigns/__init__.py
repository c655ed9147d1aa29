"""Campaigns: many calls planned at once, started as places come free."""
