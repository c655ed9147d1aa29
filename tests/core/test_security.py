"""Keys, tokens and passwords keep what they promise."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from cryptography.fernet import Fernet

from allokoli.core.database import admin_url, session
from allokoli.core.errors import BadSetting, Unauthorized
from allokoli.core.identity import Identity
from allokoli.core.rotation import rotate
from allokoli.core.security import tokens, vault
from allokoli.core.security.api_keys import create_key, identify_key
from allokoli.core.security.passwords import hash_password, verify_password

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_token_says_what_was_signed_until_it_expires(at):
    at(NOON)
    token = tokens.issue({"sub": "somebody"}, "access", 60)
    assert tokens.read(token, "access")["sub"] == "somebody"
    at(NOON + timedelta(seconds=60))
    with pytest.raises(Unauthorized, match="expiré"):
        tokens.read(token, "access")


@pytest.mark.parametrize("token", ["", "a.b.c", "é" * 5000, "\0"])
def test_nonsense_is_no_token(token):
    with pytest.raises(Unauthorized):
        tokens.read(token, "access")


def test_a_token_is_good_for_one_purpose_only():
    token = tokens.issue({}, "refresh", 60)
    with pytest.raises(Unauthorized):
        tokens.read(token, "access")


def test_an_unsigned_token_is_refused():
    import jwt

    forged = jwt.encode({"aud": "access", "exp": 9999999999, "sub": "x"}, None, "none")
    with pytest.raises(Unauthorized):
        tokens.read(forged, "access")


async def test_a_password_is_checked_and_never_kept_readable():
    stored = await hash_password("bouillabaisse")
    assert "bouillabaisse" not in stored
    assert await verify_password("bouillabaisse", stored)
    assert not await verify_password("ratatouille", stored)
    assert not await verify_password("a password nobody has", None)


def test_a_password_costs_who_guesses_it_as_much_as_is_recommended(passwords_cost_little):
    stored = passwords_cost_little().hash("bouillabaisse")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_a_key_opens_its_organization_until_it_is_revoked(settings):
    owner = Identity.job(uuid4())
    async with session(owner) as opened:
        row, key = await create_key(opened, owner.organization, "Site", "private")
    assert key.startswith("sk_")
    assert row.preview == f"****{key[-4:]}"
    holder = await identify_key(key)
    assert holder is not None
    assert (holder.identity.org_id, holder.kind) == (owner.org_id, "private")
    assert await identify_key(key + "x") is None
    assert await identify_key("sk_\0") is None
    async with session(owner) as opened:
        row.revoked_at = NOON
        opened.add(row)
    assert await identify_key(key) is None


def test_a_secret_sealed_with_the_old_key_opens_after_rotation(migrated, monkeypatch):
    monkeypatch.setattr(migrated, "vault_keys", [Fernet.generate_key().decode()])
    sealed = vault.seal("sk_live_1234")
    old = migrated.vault_keys[0]
    monkeypatch.setattr(migrated, "vault_keys", [Fernet.generate_key().decode(), old])
    assert vault.unseal(sealed) == "sk_live_1234"
    monkeypatch.setattr(migrated, "vault_keys", migrated.vault_keys[:1])
    with pytest.raises(BadSetting):
        vault.unseal(sealed)
    assert b"sk_live_1234" not in sealed
    assert vault.preview("sk_live_1234") == "****1234"


def test_rotation_seals_every_stored_secret_with_the_newest_key(settings, monkeypatch):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    url = admin_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table public.kept (secret_sealed bytea)")
        try:
            monkeypatch.setattr(settings, "vault_keys", [old])
            connection.execute("insert into kept values (%s)", (vault.seal("a"),))
            monkeypatch.setattr(settings, "vault_keys", [new, old])
            assert rotate() >= 1
            monkeypatch.setattr(settings, "vault_keys", [new])
            (sealed,) = connection.execute("select secret_sealed from kept").fetchone()
            assert vault.unseal(sealed) == "a"
        finally:
            connection.execute("drop table public.kept")
