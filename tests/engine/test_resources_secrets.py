"""Secrets inside entities: sealed at rest, masked on the wire, kept through a round trip."""

import httpx
from entity_bodies import make
from sqlalchemy import text

from allokoli.core.database import session
from allokoli.engine.api import resources
from allokoli.engine.api.kinds import ASSISTANT, PHONE_NUMBER, SQUAD

_TOKEN = "jeton-du-transporteur"
_PASSWORD = "un mot de passe assez long"


async def _body(tenant, kind, entity_id: str) -> dict:
    async with session(tenant.identity) as opened:
        return resources.whole_body(await resources.row(opened, kind, entity_id))


async def test_a_carrier_s_token_is_never_shown_and_never_lost(tenant) -> None:
    twilio = {
        "provider": "twilio",
        "number": "+33140506070",
        "twilioAccountSid": "AC1",
        "twilioAuthToken": _TOKEN,
    }
    sip = {
        "provider": "vapi",
        "sipUri": "sip:a@exemple.fr",
        "authentication": {"username": "u" * 20, "password": _PASSWORD},
    }
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=tenant.headers) as http:
        for body, secret in ((twilio, _TOKEN), (sip, _PASSWORD)):
            made = await make(http, "/phone-number", body)
            shown = [made, (await http.get(f"/phone-number/{made['id']}")).json()]
            shown += (await http.get("/phone-number")).json()
            shown += (await http.get("/v2/phone-number")).json()["results"]
            assert secret not in str(shown)
            written = await http.patch(f"/phone-number/{made['id']}", json={**made, "name": "N"})
            assert written.status_code == 200, written.text
            assert secret not in written.text
            stored = await _body(tenant, PHONE_NUMBER, made["id"])
            assert body.items() <= stored.items()
            refused = await http.post("/phone-number", json={**body, "name": "N"} | {
                name: made[name] for name in ("twilioAuthToken", "authentication") if name in made
            })  # fmt: skip
            assert refused.status_code == 400
            assert "is a mask" in refused.text
            assert secret not in (await http.delete(f"/phone-number/{made['id']}")).text


async def test_headers_are_shown_to_those_who_write_them_and_sealed_at_rest(tenant) -> None:
    server = {"url": "https://outil.test", "headers": {"X-Cle": "clé-du-client"}}
    credentials = [{"provider": "openai", "apiKey": "sk-openai"}]
    body = {"name": "A", "server": server, "credentials": credentials}
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=tenant.headers) as http:
        made = await make(http, "/assistant", body)
        assert made["server"] == server
        assert "credentials" not in made
        changed = await http.patch(
            f"/assistant/{made['id']}",
            json={"server": {**made["server"], "timeoutSeconds": 5}},
        )
        assert changed.json()["server"]["headers"] == server["headers"]
        written = await http.patch(f"/assistant/{made['id']}", json=changed.json())
        assert written.status_code == 200, written.text
    stored = await _body(tenant, ASSISTANT, made["id"])
    assert stored["credentials"] == credentials
    assert stored["server"] == {**server, "timeoutSeconds": 5}
    async with session(tenant.identity) as opened:
        for table in ("engine.resources", "engine.versions"):
            rows = (await opened.execute(text(f"select body::text from {table}"))).all()
            assert rows
            assert "clé-du-client" not in str(rows)
            assert "sk-openai" not in str(rows)


async def test_a_member_s_secrets_survive_the_members_around_it(tenant) -> None:
    inline = {"name": "Un", "credentials": [{"provider": "openai", "apiKey": "sk-un"}]}
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=tenant.headers) as http:
        made = await make(http, "/squad", {"members": [{"assistant": inline}]})
        assert "sk-un" not in str(made)
        made["name"] = "Équipe"
        assert (await http.patch(f"/squad/{made['id']}", json=made)).status_code == 200
        unset = {"members": [{"assistant": {"name": "Un", "credentials": None}}]}
        stored = await _body(tenant, SQUAD, made["id"])
        assert stored["members"] == [{"assistant": inline}]
        assert (await http.patch(f"/squad/{made['id']}", json=unset)).status_code == 200
        stored = await _body(tenant, SQUAD, made["id"])
        assert "sk-un" not in str(stored)
