"""Passwords, hashed with argon2id at the library's recommended cost."""

import asyncio
from functools import lru_cache

from pwdlib import PasswordHash


async def hash_password(password: str) -> str:
    """Hash a password, off the event loop (about 50 ms of one core)."""
    return await asyncio.to_thread(_hasher().hash, password)


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Check a password, taking as long when there is no such account (`password_hash` None)."""
    known = password_hash or await _decoy()
    matches = await asyncio.to_thread(_hasher().verify, password, known)
    return matches and password_hash is not None


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


_decoy_hash: list[str] = []


async def _decoy() -> str:
    if not _decoy_hash:
        _decoy_hash.append(await hash_password("a password nobody has"))
    return _decoy_hash[0]
