"""JSON whose secret values are kept apart, sealed.

What a client stores may hold keys deep inside: a server's headers, a carrier's token. `part` takes
them out so that the rest can be stored in the clear, and `whole` puts them back.
"""

import json
from typing import Any

from allokoli.core.security.vault import seal, unseal

# Vapi's names of properties that hold secrets, wherever they appear.
SECRET_NAMES = frozenset(
    {
        "apiKey", "apiSecret", "authToken", "twilioAuthToken", "twilioApiKey", "twilioApiSecret",
        "secret", "secretKey", "serverUrlSecret", "clientSecret", "password", "authPassword",
        "token", "privateKey", "vonageApiSecret", "secretAccessKey", "awsSecretAccessKey",
        "serviceAccountKey", "gcpKey", "credentials", "headers", "hmacSecret", "openAIKey",
        "ocpApimSubscriptionKey", "webhookUrl", "connectionString", "sessionToken",
        "authenticationSession",
    }
)  # fmt: skip
# What callers and owners name as they like: nothing in it is a secret by its name.
_FREE = frozenset({"metadata", "variableValues", "schema", "parameters", "properties", "blueprint"})

Json = dict[str, Any]


def part(body: Json) -> tuple[Json, bytes | None]:
    """Split a JSON object.

    Returns:
        The object without its secrets, and those sealed; None when it holds none.
    """
    secrets: dict[str, Any] = {}
    clear = _without(body, (), secrets)
    return clear, seal(json.dumps(secrets)) if secrets else None


def whole(clear: Json, sealed: bytes | None) -> Json:
    """What `part` split."""
    if sealed is None:
        return clear
    result: Json = json.loads(json.dumps(clear))
    for pointer, value in json.loads(unseal(sealed)).items():
        _put(result, json.loads(pointer), value)
    return result


def _without(value: Any, path: tuple[str | int, ...], secrets: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        kept = {}
        for name, one in value.items():
            if name in SECRET_NAMES and one is not None:
                secrets[json.dumps([*path, name])] = one
            elif name in _FREE:
                kept[name] = one
            else:
                kept[name] = _without(one, (*path, name), secrets)
        return kept
    if isinstance(value, list):
        return [_without(one, (*path, index), secrets) for index, one in enumerate(value)]
    return value


def _put(target: Any, pointer: list[str | int], value: Any) -> None:
    for step in pointer[:-1]:
        target = target[step]
    target[pointer[-1]] = value
