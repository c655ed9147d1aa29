"""The tenant's API, one folder a feature.

Functions that read or write one row take a session; those that must hold the database and the voice
platform together take an identity and open the transactions themselves.
"""
