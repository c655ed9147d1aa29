from api import client, owner, stranger, voice

__all__ = ["client", "owner", "stranger", "voice"]
