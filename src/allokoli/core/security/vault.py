"""Secrets at rest: Fernet, with key rotation.

The newest key seals; every configured key unseals. To rotate, put a new key first in
`ALLOKOLI_VAULT_KEYS`, run `allokoli rotate-keys`, then drop the old one.
"""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from allokoli.core.errors import BadSetting
from allokoli.core.settings import get_settings


def seal(secret: str) -> bytes:
    """Encrypt a secret with the newest key."""
    return _keys().encrypt(secret.encode())


def unseal(sealed: bytes) -> str:
    """Decrypt a secret sealed with any configured key.

    Raises:
        BadSetting: no configured key opens it.
    """
    try:
        return _keys().decrypt(sealed).decode()
    except InvalidToken:
        raise BadSetting(
            "A stored secret was sealed with a key that is no longer in ALLOKOLI_VAULT_KEYS."
        ) from None


def reseal(sealed: bytes) -> bytes:
    """Seal again with the newest key.

    Raises:
        BadSetting: no configured key opens it.
    """
    return seal(unseal(sealed))


def preview(secret: str) -> str:
    """What may be shown of a secret: its last four characters."""
    return f"****{secret[-4:]}"


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in get_settings().vault_keys])
