"""Encrypts parts of a body for its receiver alone, as a credential's `encryptionPlan` says.

Each value becomes the base64 of its RSA-OAEP ciphertext (SHA-256); a value that is no text is
encrypted as JSON.
"""

import base64
import json
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from allokoli.engine.conversation.backstage import ServerFailed

_PADDING = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
_MAX_PATHS = 100
_EVERY = "*"
_MAX_DIGITS = 9


def encrypted(body: dict[str, Any], paths: list[Any], plan: Any) -> dict[str, Any]:
    """A body whose named parts only the receiver can read.

    Args:
        body: not changed.
        paths: names joined by dots; `[*]`, `.*` or a number for the items of a list. What is not
            there is nothing to encrypt.
        plan: `{type: public-key, algorithm: RSA-OAEP-256, publicKey: {format: spki-pem, pem}}`.

    Raises:
        ServerFailed: there is no usable key, or a value is too long for it. Nothing is sent then.
    """
    key = _key(plan)
    copy: dict[str, Any] = json.loads(json.dumps(body, default=str))
    for path in paths[:_MAX_PATHS]:
        steps = str(path).replace("[", ".").replace("]", "").removeprefix("$").strip(".").split(".")
        _apply(copy, steps, key)
    return copy


def _key(plan: Any) -> rsa.RSAPublicKey:
    public = plan.get("publicKey") if isinstance(plan, dict) else None
    pem = public.get("pem") if isinstance(public, dict) else None
    try:
        key = serialization.load_pem_public_key(str(pem).encode())
    except (ValueError, UnsupportedAlgorithm):
        raise ServerFailed("the credential has no public key to encrypt with") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise ServerFailed("the credential's public key is not an RSA key")
    return key


def _apply(value: Any, steps: list[str], key: rsa.RSAPublicKey) -> None:
    for name in _names(value, steps[0]):
        if len(steps) == 1:
            value[name] = _sealed(value[name], key)
        else:
            _apply(value[name], steps[1:], key)


def _names(value: Any, step: str) -> list[Any]:
    if isinstance(value, dict):
        return [step] if step in value else []
    if isinstance(value, list):
        if step == _EVERY:
            return list(range(len(value)))
        if (
            step.isascii()
            and step.isdecimal()
            and len(step) <= _MAX_DIGITS
            and int(step) < len(value)
        ):
            return [int(step)]
    return []


def _sealed(value: Any, key: rsa.RSAPublicKey) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    try:
        return base64.b64encode(key.encrypt(text.encode(), _PADDING)).decode()
    except ValueError:
        raise ServerFailed("a value is too long to be encrypted") from None
