"""Who may do what: keys, their restrictions, tokens signed with them; every route, one by one."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from entity_bodies import PLAIN_KINDS, body_of, make

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.security import api_keys
from allokoli.core.security.api_keys import ApiKey
from allokoli.engine.api.kinds import BY_NAME

# What opens by something else than a key: a signed link, a carrier's signature, nothing to protect.
_OPEN = {"/health", "/healthz", "/openapi.json", "/call/web", "/call/{call_id}/offer"}
# A call's live control takes the public key when its plan asks for one.
_FOR_PUBLIC_KEYS = {
    "/call/web",
    "/chat/web",
    "/chat/web/responses",
    "/chat/web/{rest:path}",
    "/call/{call_id}/control",
}


def _routes(app) -> list[tuple[str, str]]:
    return [
        (method.upper(), path)
        for path, methods in app.openapi()["paths"].items()
        if path not in _OPEN
        for method in methods
    ]


def _filled(path: str) -> str:
    path = path.replace("{provider}", "11labs").replace(
        "{resourceName}", "pronunciation-dictionary"
    )
    path = re.sub(r"{(version|label)}", "v1", path)
    return re.sub(r"{\w+(:\w+)?}", str(uuid4()), path)


async def test_no_route_opens_without_a_key(engine_app, tenant) -> None:
    tried = 0
    async with httpx.AsyncClient(base_url=tenant.base_url, timeout=60) as http:
        for method, path in _routes(engine_app):
            for headers in ({}, {"authorization": "Bearer sk_unknown"}):
                response = await http.request(method, _filled(path), headers=headers)
                if response.status_code == 401:
                    assert response.json()["statusCode"] == 401
                else:
                    assert _is_public_by_design(path), (method, path, response.status_code)
            tried += 1
    assert tried > 150


def _is_public_by_design(path: str) -> bool:
    """Pages' own scripts, and what a carrier calls."""
    return path.startswith(("/call-machine", "/twilio", "/telephony", "/guided", "/px/"))


async def test_a_public_key_opens_nothing_but_calls_and_chats_from_pages(
    engine_app, tenant
) -> None:
    public = {"authorization": f"Bearer {tenant.public}"}
    async with httpx.AsyncClient(base_url=tenant.base_url, timeout=60) as http:
        for method, path in _routes(engine_app):
            if path in _FOR_PUBLIC_KEYS or _is_public_by_design(path):
                continue
            response = await http.request(method, _filled(path), headers=public)
            # 401 where a signed link opens, and no key at all.
            assert response.status_code in {401, 403}, (method, path, response.text)
            assert response.json()["error"] in {"Unauthorized", "Forbidden"}


async def test_no_route_takes_malformed_json(engine_app, tenant, http) -> None:
    for method, path in _routes(engine_app):
        if method not in {"POST", "PATCH", "PUT"} or _is_public_by_design(path):
            continue
        for body in (b"{", b"[1, 2", b'{"a": NaN}'):
            response = await http.request(method, _filled(path), content=body)
            assert response.status_code in {400, 404}, (method, path, response.text)
            assert response.json()["statusCode"] == response.status_code


async def test_a_route_that_is_none_and_a_method_it_has_not_answer_alike(http) -> None:
    for method, path, status in (
        ("GET", "/nowhere", 404),
        ("PUT", "/squad", 405),
        ("DELETE", "/assistant", 405),
    ):
        response = await http.request(method, path)
        assert response.status_code == status
        assert response.json()["statusCode"] == status
        assert response.json()["message"]


@pytest.mark.parametrize("name", PLAIN_KINDS)
async def test_another_organization_s_entity_is_not_there(http, make_tenant, name) -> None:
    kind = BY_NAME[name]
    body = await body_of(http, name)
    made = await make(http, kind.path, body)
    stranger = (await make_tenant()).headers
    query = {"schemaOverride": "true"} if name == "structured-output" else {}
    patch = {"members": body["members"]} if name == "squad" else {}
    one = f"{kind.path}/{made['id']}"
    for method in ("GET", "PATCH", "DELETE"):
        json = patch if method == "PATCH" else None
        response = await http.request(method, one, json=json, params=query, headers=stranger)
        assert response.status_code == 404, (method, response.text)
        assert "not found" in response.json()["message"]
    listed = (await http.get(kind.path, headers=stranger)).json()
    assert (listed["results"] if kind.family == "page" else listed) == []
    assert (await http.get(one)).json() == made


async def test_what_another_organization_has_cannot_be_referred_to(http, make_tenant) -> None:
    assistant = await make(http, "/assistant", {"name": "A"})
    stranger = (await make_tenant()).headers
    latest = {"allocationIntent": "follow-latest"}
    for path, body in (
        ("/squad", {"members": [{"assistantId": assistant["id"]}]}),
        ("/phone-number", {"provider": "vapi", "assistantId": assistant["id"]}),
        ("/traffic-allocations", {"assistantId": assistant["id"], **latest}),
    ):  # fmt: skip
        refused = await http.post(path, json=body, headers=stranger)
        assert refused.status_code in {400, 404}, path


async def test_tokens_are_made_read_renamed_restricted_and_revoked(http, tenant) -> None:
    made = await make(http, "/token", {"tag": "private", "name": "CI"})
    key = made["value"]
    assert UUID(made["id"])
    assert (made["tag"], made["orgId"]) == ("private", str(tenant.org_id))
    bearer = {"authorization": f"Bearer {key}"}
    assert (await http.get("/assistant", headers=bearer)).status_code == 200
    read = (await http.get(f"/token/{made['id']}")).json()
    assert "value" not in read
    assert key not in (await http.get("/token")).text
    disabled = await http.patch(
        f"/token/{made['id']}", json={"name": "Arrêté", "restrictions": {"enabled": False}}
    )
    assert disabled.status_code == 200, disabled.text
    assert (await http.get("/assistant", headers=bearer)).status_code == 401
    enabled = await http.patch(f"/token/{made['id']}", json={"restrictions": None})
    assert "restrictions" not in enabled.json()
    assert (await http.get("/assistant", headers=bearer)).status_code == 200
    assert (await http.delete(f"/token/{made['id']}")).status_code == 200
    assert (await http.get("/assistant", headers=bearer)).status_code == 401
    assert (await http.get(f"/token/{made['id']}")).status_code == 404
    public = await make(http, "/token", {"tag": "public"})
    assert (await http.get(f"/token/{public['id']}")).json()["value"] == public["value"]


async def test_tokens_are_refused_what_they_cannot_be(http, make_tenant) -> None:
    made = await make(http, "/token", {})
    assert made["tag"] == "private"
    for body in (
        {"tag": "server"},
        {"restrictions": {"allowedOrigins": "https://a.test"}},
        {"restrictions": {"unknown": 1}},
        {"name": "x" * 41},
        {"value": "sk_mine"},
    ):
        assert (await http.post("/token", json=body)).status_code == 400, body
    assert (await http.patch(f"/token/{made['id']}", json={"tag": "public"})).status_code == 400
    stranger = (await make_tenant()).headers
    assert (await http.get(f"/token/{made['id']}", headers=stranger)).status_code == 404
    assert (await http.delete(f"/token/{made['id']}", headers=stranger)).status_code == 404
    listed = (await http.get("/token", headers=stranger)).json()
    assert made["id"] not in str(listed)


async def test_a_public_key_may_be_narrowed_to_pages_and_assistants(http) -> None:
    allowed = await make(http, "/assistant", {"name": "Oui"})
    other = await make(http, "/assistant", {"name": "Non"})
    restrictions = {
        "allowedOrigins": ["https://mon-site.fr"],
        "allowedAssistantIds": [allowed["id"]],
    }
    key = (await make(http, "/token", {"tag": "public", "restrictions": restrictions}))["value"]
    bearer = {"authorization": f"Bearer {key}"}
    here = {**bearer, "origin": "https://mon-site.fr"}
    inline = {"assistant": {"name": "La mienne"}}
    pirate = {**bearer, "origin": "https://mon-site.fr.pirate.test"}
    for headers, body, status in (
        (here, {"assistantId": allowed["id"]}, 201),
        (here, {"assistantId": other["id"]}, 403),
        (here, inline, 403),
        (here, {"squad": {"members": [{"assistantId": other["id"]}]}}, 403),
        (here, {"squadId": str(uuid4())}, 403),
        (bearer, {"assistantId": allowed["id"]}, 403),
        (pirate, {"assistantId": allowed["id"]}, 403),
    ):  # fmt: skip
        response = await http.post("/call/web", json=body, headers=headers)
        assert response.status_code == status, (headers, body, response.text)
    stored_only = {"allowTransientAssistant": False}
    key = (await make(http, "/token", {"tag": "public", "restrictions": stored_only}))["value"]
    bearer = {"authorization": f"Bearer {key}"}
    assert (await http.post("/call/web", json=inline, headers=bearer)).status_code == 403
    stored = {"assistantId": other["id"]}
    assert (await http.post("/call/web", json=stored, headers=bearer)).status_code == 201


def _signed(tenant, key: str | None = None, **claims) -> dict[str, str]:
    payload = {"orgId": str(tenant.org_id), "token": {"tag": "private"}, **claims}
    return {"authorization": f"Bearer {jwt.encode(payload, key or tenant.private, 'HS256')}"}


async def test_a_token_signed_with_a_private_key_opens_what_it_says(http, tenant, at) -> None:
    assert (await http.get("/assistant", headers=_signed(tenant))).status_code == 200
    public = _signed(
        tenant, token={"tag": "public", "restrictions": {"allowedOrigins": ["https://a.fr"]}}
    )
    assert (await http.get("/assistant", headers=public)).status_code == 403
    inline = {"assistant": {"name": "A"}}
    assert (await http.post("/call/web", json=inline, headers=public)).status_code == 403
    there = {**public, "origin": "https://a.fr"}
    assert (await http.post("/call/web", json=inline, headers=there)).status_code == 201
    now = datetime(2026, 3, 1, tzinfo=UTC)
    expiring = _signed(tenant, exp=int(now.timestamp()) + 60)
    at(now)
    assert (await http.get("/assistant", headers=expiring)).status_code == 200
    at(now + timedelta(minutes=2))
    assert (await http.get("/assistant", headers=expiring)).status_code == 401


async def test_a_forged_token_opens_nothing(http, tenant, make_tenant) -> None:
    other = await make_tenant()
    body = {"orgId": str(tenant.org_id), "token": {"tag": "private"}}
    unsigned = jwt.encode(body, None, "none")
    forged = [
        _signed(tenant, key=other.private),
        _signed(tenant, key=tenant.public),
        _signed(tenant, key=tenant.private, orgId=str(other.org_id)),
        _signed(tenant, orgId="x"),
        _signed(tenant, orgId=None),
        _signed(tenant, token={"tag": "owner"}),
        _signed(tenant, token={"restrictions": {"enabled": False}}),
        _signed(tenant, exp="demain"),
        {"authorization": f"Bearer {unsigned}"},
        {"authorization": f"Bearer {jwt.encode(body, tenant.private, 'HS512')}"},
        {"authorization": "Bearer a.b.c"},
        {"authorization": "Bearer " + "a" * 5000 + ".b.c"},
    ]
    for headers in forged:
        response = await http.get("/assistant", headers=headers)
        assert response.status_code == 401, headers
        assert response.json()["statusCode"] == 401


async def test_revoking_a_key_revokes_what_it_signed(http, tenant) -> None:
    made = await make(http, "/token", {"tag": "private"})
    signed = _signed(tenant, key=made["value"])
    assert (await http.get("/assistant", headers=signed)).status_code == 200
    await http.delete(f"/token/{made['id']}")
    assert (await http.get("/assistant", headers=signed)).status_code == 401


async def test_a_key_of_before_signs_nothing_but_still_opens(http, tenant) -> None:
    async with session(tenant.identity) as opened:
        key = "sk_de_la_version_d_avant"
        opened.add(
            ApiKey(
                org_id=tenant.org_id,
                name="",
                kind="private",
                key_hash=api_keys._hash(key),
                preview="",
                created_at=clock.now(),
            )
        )
    bearer = {"authorization": f"Bearer {key}"}
    assert (await http.get("/assistant", headers=bearer)).status_code == 200
    assert (await http.get("/assistant", headers=_signed(tenant, key=key))).status_code == 401


async def test_no_key_is_stored_in_the_clear(tenant) -> None:
    async with session(tenant.identity) as opened:
        for row in await opened.scalars(ApiKey.__table__.select()):
            assert tenant.private not in str(row)
        rows = (await opened.execute(ApiKey.__table__.select())).all()
    stored = str(rows).encode() + b"".join(bytes(row.key_sealed or b"") for row in rows)
    assert rows
    assert tenant.private.encode() not in stored
