"""Sign-up, sign-in, tokens that expire, rotate and can be revoked."""

import asyncio
from datetime import timedelta
from uuid import UUID

from api import PASSWORD, sign_up
from sqlalchemy import select, text

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.security import tokens
from allokoli.core.security.api_keys import identify_key
from allokoli.platform.housekeeping import forget_stale
from allokoli.platform.organizations import service as organizations
from allokoli.platform.organizations.models import Membership, VoicePlatformRow

LOGIN = "/api/v1/auth/login"
REFRESH = "/api/v1/auth/refresh"


async def test_registering_gives_tokens_an_organization_and_the_built_in_voice_platform(client):
    body = {"email": "Mario@Exemple.fr", "password": PASSWORD, "full_name": "Mario Rossi"}
    answer = await client.post("/api/v1/auth/register", json=body)
    assert answer.status_code == 201
    made = answer.json()
    assert made.keys() == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
    assert made["token_type"] == "bearer"
    assert made["expires_in"] == 900
    assert made["user"]["email"] == "mario@exemple.fr"
    assert made["user"]["organization_name"] == "Mario Rossi"
    assert made["user"]["role"] == "owner"
    identity = Identity("user", UUID(made["user"]["organization_id"]), UUID(made["user"]["id"]))
    async with session(identity) as opened:
        row = (await opened.scalars(select(VoicePlatformRow))).one()
        access = await organizations.voice_platform_access(opened, identity)
    assert row.kind == "engine"
    assert access.key.encode() not in row.key_sealed
    assert access.key not in repr(access)
    assert (await identify_key(access.key)).kind == "private"
    assert (await identify_key(access.server_secret)).kind == "server"


async def test_an_address_has_one_account(client, owner):
    body = {"email": owner.tokens["user"]["email"].upper(), "password": PASSWORD}
    answer = await client.post("/api/v1/auth/register", json=body)
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "conflict"


async def test_two_sign_ups_at_once_with_one_address_make_one_account(client):
    body = {"email": "deux@exemple.fr", "password": PASSWORD}
    answers = await asyncio.gather(
        *(client.post("/api/v1/auth/register", json=body) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_bad_sign_ups_are_refused(client):
    for body in (
        {"email": "pas une adresse", "password": PASSWORD},
        {"email": "a@exemple.fr", "password": "court"},
        {"email": "a@exemple.fr", "password": 12345678},
        {"email": "a@exemple.fr"},
        {"email": "a@exemple.fr", "password": PASSWORD, "role": "owner"},
        {"email": "a@exemple.fr", "password": PASSWORD, "full_name": "a\u0000b"},
        "text",
    ):
        answer = await client.post("/api/v1/auth/register", json=body)
        assert answer.status_code == 422, body
        assert PASSWORD not in answer.text
    assert (await client.post(LOGIN, content=b"{", headers=JSON)).status_code == 422


JSON = {"content-type": "application/json"}


async def test_signing_in_with_the_right_password_only(client, owner):
    email = owner.tokens["user"]["email"]
    good = await client.post(LOGIN, json={"email": email.upper(), "password": PASSWORD})
    assert good.status_code == 200
    assert good.json()["user"] == owner.tokens["user"]
    wrong = await client.post(LOGIN, json={"email": email, "password": "autre chose"})
    nobody = await client.post(LOGIN, json={"email": "x@exemple.fr", "password": PASSWORD})
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.json()["error"]["message"] == nobody.json()["error"]["message"]


async def test_guessing_passwords_is_slowed_down_then_possible_again(client, owner, at):
    start = clock.now()
    at(start)
    email = owner.tokens["user"]["email"]
    for _ in range(10):
        await client.post(LOGIN, json={"email": email, "password": "au hasard"})
    refused = await client.post(LOGIN, json={"email": email, "password": PASSWORD})
    assert refused.status_code == 429
    assert refused.json()["error"]["details"]["retry_after_s"] == 900
    at(start + timedelta(minutes=16))
    again = await client.post(LOGIN, json={"email": email, "password": PASSWORD})
    assert again.status_code == 200
    at(start + timedelta(days=2))
    await forget_stale(0)


async def test_a_sign_in_that_ended_long_ago_is_forgotten_and_a_living_one_is_kept(
    client, owner, at
):
    async def sessions() -> int:
        async with session(owner.identity) as opened:
            return await opened.scalar(text("select count(*) from login_sessions"))

    login = {"email": owner.tokens["user"]["email"], "password": PASSWORD}
    assert (await client.post(LOGIN, json=login)).status_code == 200
    before = await sessions()
    await forget_stale(0)
    assert await sessions() == before > 1
    at(clock.now() + timedelta(days=100))
    await forget_stale(0)
    assert await sessions() == 0


async def test_me_says_who_is_signed_in(owner, client):
    assert (await owner.get("/auth/me")).json() == owner.tokens["user"]
    assert (await client.get("/api/v1/auth/me")).status_code == 401


async def test_an_access_token_expires(owner, at):
    at(clock.now() + timedelta(minutes=14))
    assert (await owner.get("/auth/me")).status_code == 200
    at(clock.now() + timedelta(minutes=2))
    expired = await owner.get("/auth/me")
    assert expired.status_code == 401
    assert "expiré" in expired.json()["error"]["message"]


async def test_forged_tokens_and_tokens_made_for_something_else_are_refused(client, owner):
    claims = {"sub": str(owner.identity.user_id), "org_id": str(owner.org_id), "sid": "x"}
    other_use = tokens.issue(claims, "web_call", 600)
    no_session = tokens.issue(claims, "access", 600)
    forged = owner.tokens["access_token"][:-3] + "abc"
    for token in (other_use, no_session, forged, owner.tokens["refresh_token"], "x", "sk_unknown"):
        answer = await client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, token
    basic = await client.get("/api/v1/auth/me", headers={"Authorization": "Basic abc"})
    assert basic.status_code == 401


async def test_refreshing_rotates_and_a_stolen_token_ends_the_sign_in(client, owner, at):
    start = clock.now()
    at(start)
    first = owner.tokens["refresh_token"]
    renewed = await client.post(REFRESH, json={"refresh_token": first})
    assert renewed.status_code == 200
    second = renewed.json()["refresh_token"]
    assert second != first
    # Two tabs present the same token at once: both go on, with the same next one.
    tab = await client.post(REFRESH, json={"refresh_token": first})
    assert tab.status_code == 200
    at(start + timedelta(minutes=1))
    third = await client.post(REFRESH, json={"refresh_token": second})
    assert third.status_code == 200
    at(start + timedelta(minutes=2))
    stolen = await client.post(REFRESH, json={"refresh_token": second})
    assert stolen.status_code == 401
    after = await client.post(REFRESH, json={"refresh_token": third.json()["refresh_token"]})
    assert after.status_code == 401
    headers = {"Authorization": f"Bearer {third.json()['access_token']}"}
    assert (await client.get("/api/v1/auth/me", headers=headers)).status_code == 401


async def test_a_refresh_token_expires(client, owner, at):
    at(clock.now() + timedelta(days=31))
    answer = await client.post(REFRESH, json={"refresh_token": owner.tokens["refresh_token"]})
    assert answer.status_code == 401


async def test_signing_out_stops_both_tokens_at_once(client, owner):
    assert (await owner.post("/auth/logout")).status_code == 204
    assert (await owner.get("/auth/me")).status_code == 401
    answer = await client.post(REFRESH, json={"refresh_token": owner.tokens["refresh_token"]})
    assert answer.status_code == 401


async def test_leaving_the_organization_ends_access_at_once_and_roles_are_those_of_now(owner):
    async with session(owner.identity) as opened:
        await opened.execute(text("update memberships set role = 'viewer'"))
    assert (await owner.get("/auth/me")).json()["role"] == "viewer"
    assert (await owner.post("/assistants", {"name": "A"})).status_code == 403
    assert (await owner.get("/api-keys")).status_code == 403
    async with session(owner.identity) as opened:
        await opened.execute(Membership.__table__.delete())
    assert (await owner.get("/auth/me")).status_code == 401


async def test_colleagues_see_names_and_nobody_sees_passwords(client, owner, stranger):
    async with session(stranger.identity) as opened:
        await opened.execute(
            text("insert into memberships values (:org, :user, 'member', now())"),
            {"org": stranger.org_id, "user": owner.identity.user_id},
        )
        seen = (await opened.execute(text("select id from users"))).scalars().all()
        hashes = (await opened.execute(text("select user_id from user_passwords"))).scalars().all()
    assert set(seen) == {owner.identity.user_id, stranger.identity.user_id}
    assert hashes == [stranger.identity.user_id]


async def test_a_private_key_opens_the_api_until_it_is_revoked(client, owner):
    made = await owner.post("/api-keys", {"name": "Serveur", "kind": "private"})
    assert made.status_code == 201
    key, key_id = made.json()["key"], made.json()["id"]
    assert key.startswith("sk_")
    headers = {"Authorization": f"Bearer {key}"}
    assert (await client.get("/api/v1/assistants", headers=headers)).status_code == 200
    assert (await client.get("/api/v1/auth/me", headers=headers)).status_code == 401
    listed = (await owner.get("/api-keys")).json()
    assert [one["name"] for one in listed] == ["Serveur"]
    assert key not in str(listed)
    assert listed[0]["preview"] == f"****{key[-4:]}"
    assert (await owner.delete(f"/api-keys/{key_id}")).status_code == 200
    assert (await client.get("/api/v1/assistants", headers=headers)).status_code == 401


async def test_public_and_server_keys_do_not_open_the_api(client, owner):
    public = (await owner.post("/api-keys", {"name": "Page", "kind": "public"})).json()["key"]
    for key in (public, await owner.server_secret()):
        answer = await client.get("/api/v1/assistants", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 403
    refused = await owner.post("/api-keys", {"name": "x", "kind": "server"})
    assert refused.status_code == 422


async def test_the_organization_is_read_and_changed(owner):
    changed = await owner.patch("/organization", {"name": "Chez Mario", "timezone": "Asia/Tokyo"})
    assert changed.status_code == 200
    assert (await owner.get("/organization")).json() == changed.json()
    for wrong in ({"timezone": "Mars/Olympus"}, {"locale": "xx"}, {"id": "1"}, {"name": ""}):
        assert (await owner.patch("/organization", wrong)).status_code == 422
    platform = (await owner.get("/organization/voice-platform")).json()
    assert platform["kind"] == "engine"
    assert platform["key_preview"].startswith("****")


async def test_sign_up_speaks_the_language_of_the_browser(client):
    body = {"email": "en@exemple.fr", "password": PASSWORD}
    made = await client.post(
        "/api/v1/auth/register", json=body, headers={"Accept-Language": "en-GB,en"}
    )
    headers = {"Authorization": f"Bearer {made.json()['access_token']}"}
    assert (await client.get("/api/v1/organization", headers=headers)).json()["locale"] == "en"
    assert (await sign_up(client)).org_id
