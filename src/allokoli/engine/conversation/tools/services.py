"""What tools of outside services share: the organization's credential, and reading a refusal."""

import json
from dataclasses import dataclass
from typing import Any

from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.conversation.tools.http import Answer
from allokoli.engine.conversation.tools.tool import Outcome, Scene, mapping, refused

_MAX_RESULT_CHARS = 8_000


@dataclass(slots=True)
class Service:
    """A service reached over HTTP.

    Attributes:
        name: as an error calls it.
        url: of its API, without a slash at the end.
        providers: of the credentials that open it, the best first.
    """

    name: str
    url: str
    providers: tuple[str, ...]


async def credential_of(service: Service, scene: Scene) -> dict[str, Any]:
    """The organization's credential for a service.

    Raises:
        ServerFailed: it stored none.
    """
    for provider in service.providers:
        found = await scene.backstage.credential(provider)
        if found is not None:
            return found
    missing = " or ".join(service.providers)
    scene.warn(f"A tool needs a credential the organization has not stored: {missing}.")
    raise ServerFailed(f"no {missing} credential is stored for this organization")


async def bearer_of(service: Service, scene: Scene) -> dict[str, str]:
    """The header that opens a service taking a bearer token.

    Raises:
        ServerFailed: the organization stored no credential, or one without a token.
    """
    credential = await credential_of(service, scene)
    session = mapping(credential.get("authenticationSession"))
    names = ("accessToken", "token", "apiKey", "authorizationId")
    token = session.get("accessToken") or next(
        (credential[name] for name in names if credential.get(name)), None
    )
    if not isinstance(token, str):
        raise ServerFailed(f"the {service.name} credential of this organization holds no token")
    return {"authorization": f"Bearer {token}"}


def outcome(service: Service, answer: Answer, done: str | None = None) -> Outcome:
    """A service's answer for the model.

    Args:
        service: who answered.
        answer: what.
        done: told instead of what a success holds.
    """
    if not answer.succeeded:
        return refused(f"{service.name} refused: HTTP {answer.status}.")
    if done is not None:
        return Outcome(done)
    if answer.json is None:
        return refused(f"{service.name} did not answer with JSON.")
    return Outcome(json.dumps(answer.json, ensure_ascii=False)[:_MAX_RESULT_CHARS])
