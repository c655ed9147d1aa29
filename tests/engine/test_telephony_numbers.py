"""A number's calls come here as soon as its carrier can be told."""

# ruff: noqa: F811 - fixtures are imported, and asked for by their names

import json

import pytest
from local_twilio import PUBLIC, SID, TOKEN
from telephones import carrier, http, number, twilio  # noqa: F401 - fixtures


async def test_a_number_s_calls_are_sent_here(number, twilio, http, tenant) -> None:
    made = await number()
    assert made["status"] == "active"
    assert "warnings" not in made
    assert twilio.number["voice_url"] == (
        f"{PUBLIC}/engine/telephony/twilio/{made['id']}/voice?org={tenant.org_id}"
    )
    assert TOKEN not in json.dumps((await http.get("/phone-number")).json())
    await http.patch(f"/phone-number/{made['id']}", json={"name": "Main"})
    await http.delete(f"/phone-number/{made['id']}")
    assert twilio.number["voice_url"] == ""


async def test_a_number_taken_elsewhere_is_left_alone(number, twilio, http) -> None:
    made = await number()
    twilio.number["voice_url"] = "https://elsewhere.example.com"
    assert (await http.delete(f"/phone-number/{made['id']}")).status_code == 200
    assert twilio.number["voice_url"] == "https://elsewhere.example.com"


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"twilioAuthToken": "wrong"}, "credentials"),
        ({"number": "+33100000000"}, "no such number"),
        ({"twilioAuthToken": None}, "No Twilio credentials"),
    ],
)
async def test_a_number_that_cannot_be_connected_says_why(number, fields, word) -> None:
    made = await number(**fields)
    assert made["status"] == "activating"
    assert word in made["warnings"][0]


async def test_a_mended_number_is_connected(number, twilio, http) -> None:
    made = await number(twilioAuthToken="wrong")
    mended = await http.patch(f"/phone-number/{made['id']}", json={"twilioAuthToken": TOKEN})
    assert mended.json()["status"] == "active"
    assert "warnings" not in mended.json()


@pytest.mark.parametrize("mood", ["nonsense", "refusing"])
async def test_a_carrier_that_fails_does_not_lose_the_number(number, twilio, mood, http) -> None:
    twilio.mood = mood
    twilio.refusal = (503, 0) if mood == "refusing" else None
    made = await number()
    assert made["status"] == "activating"
    assert (await http.get(f"/phone-number/{made['id']}")).status_code == 200


async def test_a_private_installation_asks_nothing_of_the_carrier(
    number, twilio, settings, monkeypatch
) -> None:
    monkeypatch.setattr(settings, "public_url", "http://127.0.0.1:8000")
    twilio.mood = "nonsense"
    assert "ALLOKOLI_PUBLIC_URL" in (await number())["warnings"][0]


async def test_the_organization_s_credential_opens_the_account(number, http) -> None:
    stored = {"provider": "twilio", "accountSid": SID, "authToken": TOKEN}
    await http.post("/credential", json=stored)
    assert (await number(twilioAuthToken=None))["status"] == "active"
