"""Messages to the servers of organizations: authenticated, tried again, and bounded."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from serving import free_port, serve
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from allokoli.core.identity import Identity
from allokoli.core.settings import get_settings
from allokoli.engine import servers
from allokoli.engine.conversation import backoff
from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.credentials import service as credentials
from allokoli.engine.servers import connections, tokens

_BEARER = {"type": "bearer", "token": "s3cret"}


class Server:
    """Answers as told: a list of statuses, then 200; and keeps what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.statuses: list[int] = []
        self.answer = b'{"ok": true}'
        self.mood = "fine"
        self.requests: list[Request] = []
        self.bodies: list[bytes] = []
        self.released = asyncio.Event()
        self.tokens_given = 0

    async def __call__(self, scope, receive, send) -> None:
        request = Request(scope, receive)
        try:
            self.bodies.append(await request.body())
        except ClientDisconnect:
            return
        self.requests.append(request)
        await self._response(scope["path"])(scope, receive, send)

    def _response(self, path: str) -> Response:
        if path == "/token":
            self.tokens_given += 1
            return JSONResponse({"access_token": f"t{self.tokens_given}", "expires_in": 3600})
        if self.mood == "hanging":
            return StreamingResponse(self._never())
        if self.mood == "endless":
            return StreamingResponse(self._endless())
        if self.mood == "moving":
            return Response(status_code=307, headers={"location": "http://169.254.169.254/"})
        return Response(self.answer, self.statuses.pop(0) if self.statuses else 200)

    async def _never(self):
        await self.released.wait()
        yield b""

    async def _endless(self):
        for _ in range(10_000):
            if self.released.is_set():
                return
            yield b"[" * 100_000
            await asyncio.sleep(0)


@pytest.fixture
async def server(settings):
    made = Server()
    port = free_port()
    made.url = f"http://127.0.0.1:{port}"
    async with serve(made, port, lifespan="off") as running:
        yield made
        made.released.set()
        running.force_exit = True
    await servers.close()


@pytest.fixture
def org_id():
    return uuid4()


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that were asked for, none of them made."""
    asked = []

    async def pause(seconds):
        asked.append(seconds)

    monkeypatch.setattr(backoff, "asyncio", SimpleNamespace(sleep=pause))
    return asked


@pytest.fixture
def credential(org_id):
    async def make(plan, **fields) -> str:
        body = {"provider": "custom-credential", "authenticationPlan": plan, **fields}
        return (await credentials.create(Identity.job(org_id), body))["id"]

    return make


async def test_a_message_is_posted_and_its_answer_read(server, org_id) -> None:
    answer = await servers.ask(
        org_id,
        {"url": server.url, "headers": {"X-Own": "1", "Host": "elsewhere"}, "secret": "old"},
        {"message": {"type": "tool-calls", "said": "à bientôt"}},
    )
    assert answer == {"ok": True}
    asked = server.requests[0]
    assert json.loads(server.bodies[0])["message"]["said"] == "à bientôt"
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["x-own"] == "1"
    assert asked.headers["x-vapi-secret"] == "old"
    assert asked.headers["host"].startswith("127.0.0.1")


async def test_a_bearer_goes_in_the_header_its_owner_chose(server, org_id, credential) -> None:
    plain = await credential(_BEARER)
    legacy = await credential(
        {**_BEARER, "headerName": "X-Vapi-Secret", "bearerPrefixEnabled": False}
    )
    for one in (plain, legacy):
        await servers.ask(org_id, {"url": server.url, "credentialId": one}, {})
    own = {"Authorization": "Basic mine"}
    await servers.ask(org_id, {"url": server.url, "credentialId": plain, "headers": own}, {})
    first, second, third = (request.headers for request in server.requests)
    assert first["authorization"] == "Bearer s3cret"
    assert second["x-vapi-secret"] == "s3cret"
    assert "authorization" not in second
    assert third["authorization"] == "Basic mine"


async def test_a_signature_is_the_receiver_s_to_verify(server, org_id, credential) -> None:
    plan = {"type": "hmac", "secretKey": "k", "algorithm": "sha256"}
    made = await credential(plan)
    await servers.ask(org_id, {"url": server.url, "credentialId": made}, {"a": "{timestamp}"})
    headers, body = server.requests[0].headers, server.bodies[0]
    signed = headers["x-timestamp"].encode() + b"." + body
    assert headers["x-signature"] == hmac.new(b"k", signed, hashlib.sha256).hexdigest()


async def test_a_signature_takes_every_form_a_plan_can_ask_for(
    server, org_id, credential, pauses
) -> None:
    key = base64.b64encode(b"raw key").decode()
    made = await credential(
        {
            "type": "hmac",
            "secretKey": f"whsec_{key}",
            "secretIsBase64": True,
            "algorithm": "sha512",
            "signatureHeader": "svix-signature",
            "signaturePrefix": "v1,",
            "signatureEncoding": "base64",
            "timestampHeader": "svix-timestamp",
            "messageIdHeader": "svix-id",
            "payloadFormat": "{method} {url} {svix-id}.{timestamp}.{body}",
        }
    )
    server.statuses = [503]
    plan = {"type": "fixed", "maxRetries": 1, "baseDelaySeconds": 0}
    url = f"{server.url}/x?y=z"
    await servers.ask(
        org_id, {"url": url, "credentialId": made, "backoffPlan": plan}, {"a": "{url}"}
    )
    first, second = (request.headers for request in server.requests)
    assert first["svix-id"] == second["svix-id"]
    signed = f"POST {url} {first['svix-id']}.{first['svix-timestamp']}.".encode() + server.bodies[0]
    digest = hmac.new(b"raw key", signed, hashlib.sha512).digest()
    assert first["svix-signature"] == f"v1,{base64.b64encode(digest).decode()}"


async def test_a_signature_without_time(server, org_id, credential) -> None:
    made = await credential(
        {"type": "hmac", "secretKey": "k", "algorithm": "sha1", "includeTimestamp": False}
    )
    await servers.ask(org_id, {"url": server.url, "credentialId": made}, {})
    headers = server.requests[0].headers
    assert "x-timestamp" not in headers
    assert headers["x-signature"] == hmac.new(b"k", server.bodies[0], hashlib.sha1).hexdigest()


async def test_a_token_is_asked_for_once_until_it_expires(server, org_id, credential, at) -> None:
    plan = {
        "type": "oauth2",
        "url": f"{server.url}/token",
        "clientId": "me",
        "clientSecret": "s3cret",
        "scope": "calls",
    }
    target = {"url": f"{server.url}/hook", "credentialId": await credential(plan)}
    now = datetime(2026, 11, 21, 8, tzinfo=UTC)
    at(now)
    await asyncio.gather(*(servers.ask(org_id, target, {}) for _ in range(3)))
    assert server.tokens_given == 1
    form = parse_qs(server.bodies[0].decode())
    assert form == {
        "grant_type": ["client_credentials"],
        "client_id": ["me"],
        "client_secret": ["s3cret"],
        "scope": ["calls"],
    }
    at(now + timedelta(seconds=3590))
    await servers.ask(org_id, target, {})
    assert server.requests[-1].headers["authorization"] == "Bearer t2"
    server.statuses = [401]
    await servers.ask(org_id, target, {})
    assert server.requests[-1].headers["authorization"] == "Bearer t3"


async def test_kept_tokens_are_bounded_and_nobody_else_s(server, org_id, monkeypatch) -> None:
    monkeypatch.setattr(tokens, "_MAX_KEPT", 2)
    plan = {"type": "oauth2", "url": f"{server.url}/token", "clientId": "a", "clientSecret": "b"}
    same = {"id": "same", "authenticationPlan": plan}
    given = [await tokens.token(one, same) for one in (org_id, uuid4(), uuid4())]
    assert given == ["t1", "t2", "t3"]
    assert len(tokens._kept) == 2


@pytest.mark.parametrize(
    ("answer", "word"),
    [(b"<html>", "token"), (b"[]", "no token"), (b'{"access_token": "a\\nb"}', "no token")],
)
async def test_a_token_server_that_gives_none(server, org_id, credential, answer, word) -> None:
    server.answer = answer
    plan = {"type": "oauth2", "url": f"{server.url}/x", "clientId": "a", "clientSecret": "b"}
    target = {"url": server.url, "credentialId": await credential(plan)}
    with pytest.raises(ServerFailed, match=word):
        await servers.ask(org_id, target, {})


async def test_pauses_between_tries_follow_the_plan(server, org_id, pauses) -> None:
    server.statuses = [500, 502, 503]
    plan = {"type": "exponential", "maxRetries": 3, "baseDelaySeconds": 1.5}
    assert await servers.ask(org_id, {"url": server.url, "backoffPlan": plan}, {})
    assert pauses == [1.5, 3.0, 6.0]
    pauses.clear()
    server.statuses = [500, 404]
    plan = {**plan, "type": "fixed", "excludedStatusCodes": [404]}
    with pytest.raises(ServerFailed, match="404"):
        await servers.ask(org_id, {"url": server.url, "backoffPlan": plan}, {})
    assert pauses == [1.5]


async def test_without_a_plan_there_is_one_try(server, org_id) -> None:
    server.statuses = [500]
    with pytest.raises(ServerFailed, match="500"):
        await servers.ask(org_id, {"url": server.url}, {})
    server.statuses = [503]
    assert await servers.deliver(org_id, {"url": server.url}, {}) == 503
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(b"", None), (b" ", None), (b"[1]", [1]), (b'"a\\u0000b\\ud800"', "a\ufffdb?")],
)
async def test_any_json_is_an_answer(server, org_id, answer, expected) -> None:
    server.answer = answer
    assert await servers.ask(org_id, {"url": server.url}, {}) == expected


@pytest.mark.parametrize("answer", [b"<html>", b"{", b"NaN", b"\xff", b"[" * 200_000])
async def test_what_is_no_json_is_no_answer(server, org_id, answer) -> None:
    server.answer = answer
    with pytest.raises(ServerFailed, match="not JSON"):
        await servers.ask(org_id, {"url": server.url}, {})


async def test_a_server_that_hangs_is_left(server, org_id) -> None:
    server.mood = "hanging"
    with pytest.raises(ServerFailed, match=r"0\.2 seconds"):
        await servers.ask(org_id, {"url": server.url, "timeoutSeconds": 1}, {}, timeout_s=0.2)
    with pytest.raises(ServerFailed, match="1 seconds"):
        await servers.ask(org_id, {"url": server.url, "timeoutSeconds": 0.01}, {})


async def test_a_server_that_never_stops_is_left(server, org_id) -> None:
    server.mood = "endless"
    with pytest.raises(ServerFailed, match="too long"):
        await servers.ask(org_id, {"url": server.url}, {})
    assert await servers.deliver(org_id, {"url": server.url}, {}) == 200


async def test_nobody_is_followed_to_where_secrets_are(server, org_id) -> None:
    server.mood = "moving"
    with pytest.raises(ServerFailed, match="307"):
        await servers.ask(org_id, {"url": server.url}, {})
    with pytest.raises(ServerFailed, match="not one this installation"):
        await servers.ask(org_id, {"url": "http://169.254.169.254/latest"}, {})


async def test_a_public_installation_leaves_its_own_machine_alone(server, org_id, monkeypatch):
    monkeypatch.setattr(get_settings(), "public_url", "https://voice.example.com")
    with pytest.raises(ServerFailed, match="not one this installation"):
        await servers.ask(org_id, {"url": server.url}, {})
    assert not server.requests


@pytest.mark.parametrize(
    "server_object",
    [
        {},
        {"url": None},
        {"url": "ftp://example.com"},
        {"url": "http://["},
        {"url": "http://127.0.0.1:1"},
        {"url": "http://127.0.0.1:1", "headers": {"a\r\nb": "c"}},
        {"url": "http://127.0.0.1:1", "headers": {"a": "b\r\nc: d"}},
        {"url": "http://127.0.0.1:1", "headers": {"é": "c"}},
        {"url": "http://127.0.0.1:1", "credentialId": "none"},
        {"url": "http://127.0.0.1:1", "credentialId": str(uuid4())},
        {"url": "http://127.0.0.1:1", "timeoutSeconds": "soon", "backoffPlan": "never"},
    ],
)
async def test_a_wrong_server_is_told_in_a_sentence(settings, org_id, server_object) -> None:
    with pytest.raises(ServerFailed) as failed:
        await servers.ask(org_id, server_object, {})
    assert "127.0.0.1" not in str(failed.value)


async def test_another_organization_s_credential_is_none(server, org_id, credential) -> None:
    target = {"url": server.url, "credentialId": await credential(_BEARER)}
    with pytest.raises(ServerFailed, match="does not exist"):
        await servers.ask(uuid4(), target, {})
    assert not server.requests


async def test_hanging_servers_of_one_organization_leave_room_to_others(
    server, org_id, monkeypatch
) -> None:
    monkeypatch.setattr(connections, "_MAX_AT_ONCE", 2)
    server.mood = "hanging"
    waiting = [asyncio.create_task(servers.ask(org_id, {"url": server.url}, {})) for _ in range(2)]
    while len(server.requests) < 2:  # noqa: ASYNC110 - the server tells it no other way
        await asyncio.sleep(0)
    with pytest.raises(ServerFailed, match="waiting"):
        await servers.ask(org_id, {"url": server.url}, {})
    server.mood = "fine"
    assert await servers.ask(uuid4(), {"url": server.url}, {}) == {"ok": True}
    server.released.set()
    await asyncio.gather(*waiting)
    assert not connections._under_way


async def test_named_parts_are_readable_by_the_receiver_alone(server, org_id, credential) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
    plan = {
        "type": "public-key",
        "algorithm": "RSA-OAEP-256",
        "publicKey": {"format": "spki-pem", "pem": pem},
    }
    made = await credential(_BEARER, encryptionPlan=plan)
    target = {
        "url": server.url,
        "credentialId": made,
        "encryptedPaths": ["customer.card", "items[*].code", "not.there"],
    }
    body = {"customer": {"card": "4242", "name": "Ada"}, "items": [{"code": 1}, {"code": 2}]}
    await servers.ask(org_id, target, body)
    sent = json.loads(server.bodies[0])
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)

    def opened(value: str) -> bytes:
        return key.decrypt(base64.b64decode(value), oaep)

    assert sent["customer"]["name"] == "Ada"
    assert opened(sent["customer"]["card"]) == b"4242"
    assert [opened(one["code"]) for one in sent["items"]] == [b"1", b"2"]
    body["customer"]["card"] = "4" * 500
    with pytest.raises(ServerFailed, match="too long"):
        await servers.ask(org_id, target, body)
    without = {**target, "credentialId": await credential(_BEARER)}
    with pytest.raises(ServerFailed, match="public key"):
        await servers.ask(org_id, without, body)
    assert len(server.requests) == 1


async def test_a_credential_gives_headers_for_what_is_no_server(org_id, credential) -> None:
    assert await servers.headers_for(org_id, await credential(_BEARER)) == {
        "authorization": "Bearer s3cret"
    }
    keyed = await credentials.create(Identity.job(org_id), {"provider": "openai", "apiKey": "sk-1"})
    assert await servers.headers_for(org_id, keyed["id"]) == {"authorization": "Bearer sk-1"}
    signing = await credential({"type": "hmac", "secretKey": "k", "algorithm": "sha256"})
    with pytest.raises(ServerFailed, match="signs"):
        await servers.headers_for(org_id, signing)
