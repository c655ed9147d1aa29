"""Assistants in our table and at the voice platform: in both, or in neither."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from blueprints import RESTAURANT

from allokoli.core import clock
from allokoli.platform.assistants.models import ASSISTANTS, Assistant
from allokoli.platform.assistants.tasks import settle_assistants
from allokoli.platform.mirror import saga

FIELDS = {"name": "Standard", "firstMessage": "Bonjour", "model": {"provider": "openai"}}


async def make(owner, body=None):
    answer = await owner.post("/assistants", body or {"blueprint": RESTAURANT})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_blueprint_becomes_an_assistant_in_both_places(owner, voice):
    made = await make(owner)
    assert made["status"] == "synced"
    assert made["name"] == "Assistant Chez Mario"
    at_platform = voice.assistants[made["platform_id"]]
    assert at_platform["metadata"]["allokoliId"] == made["id"]
    assert at_platform["metadata"]["blueprint"]["name"] == made["name"]
    assert at_platform["server"]["url"].endswith("/api/v1/webhooks/receive")
    assert at_platform["server"]["headers"]["X-Vapi-Secret"] == await owner.server_secret()
    assert (await owner.get(f"/assistants/{made['id']}")).json() == made
    assert (await owner.get("/assistants")).json()["data"] == [made]


async def test_vapi_fields_are_taken_as_they_are(owner, voice):
    made = await make(owner, FIELDS)
    assert made["blueprint"] is None
    assert voice.assistants[made["platform_id"]]["firstMessage"] == "Bonjour"
    assert made["config"] == FIELDS


async def test_secrets_among_vapi_fields_do_not_come_back(owner, voice):
    model = {"provider": "custom-llm", "url": "https://x", "headers": {"Authorization": "sk-1234"}}
    made = await make(owner, {**FIELDS, "model": model})
    assert made["config"]["model"]["headers"] == {"Authorization": "****1234"}
    at_platform = voice.assistants[made["platform_id"]]
    assert at_platform["model"]["headers"] == {"Authorization": "sk-1234"}


async def test_a_script_as_the_name_is_stored_as_it_is(owner, voice):
    made = await make(owner, {"blueprint": {**RESTAURANT, "name": "<script>alert(1)</script>"}})
    assert made["name"] == "<script>alert(1)</script>"
    assert (await owner.get(f"/assistants/{made['id']}")).json()["name"] == made["name"]


async def test_wrong_bodies_are_refused_and_nothing_is_made(owner, voice):
    for body in (
        {},
        [],
        "text",
        {"blueprint": {**RESTAURANT, "name": 12}},
        {"blueprint": {**RESTAURANT, "name": "a" * 41}},
        {"blueprint": {**RESTAURANT, "surprise": 1}},
        {"blueprint": {**RESTAURANT, "fields": "all"}},
        {"blueprint": RESTAURANT, "firstMessage": "Bonjour"},
        {"firstMessage": "no name"},
        {"name": "a", "server": {"url": "https://elsewhere"}},
        {"name": "a\u0000b"},
        {"name": "a", "model": {"provider": "a\u0000b"}},
    ):
        answer = await owner.post("/assistants", body)
        assert answer.status_code == 422, (body, answer.text)
        assert answer.json()["error"]["code"] == "invalid_input"
        assert answer.json()["error"]["request_id"]
    assert voice.assistants == {}
    assert await owner.rows(Assistant) == []


async def test_a_body_of_ten_megabytes_is_refused_before_it_is_read(owner, voice):
    answer = await owner.post("/assistants", {"name": "A", "firstMessage": "a" * 10_000_000})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"
    assert voice.requests == []


async def test_a_refusal_of_the_platform_is_told_and_leaves_nothing(owner, voice):
    voice.fails("POST", "/assistant", "refuse", status=400)
    answer = await owner.post("/assistants", FIELDS)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["platform_message"] == ["refused"]
    assert await owner.rows(Assistant) == []


@pytest.mark.parametrize(("how", "status"), [("refuse", 500), ("break", 500), ("hang up", 0)])
async def test_a_platform_that_fails_half_way_leaves_nothing_once_settled(
    owner, voice, at, how, status
):
    voice.fails("POST", "/assistant", how, status=status, times=1)
    answer = await owner.post("/assistants", FIELDS)
    assert answer.status_code == 502
    assert (await owner.get("/assistants")).json()["data"] == []
    at(clock.now() + timedelta(minutes=5))
    await settle_assistants(0)
    assert voice.assistants == {}
    assert await owner.rows(Assistant) == []


async def test_a_platform_that_is_down_or_talks_nonsense_is_a_clear_502(
    owner, voice, settings, monkeypatch
):
    voice.fails("POST", "/assistant", "garbage", times=1)
    garbage = await owner.post("/assistants", FIELDS)
    assert (garbage.status_code, garbage.json()["error"]["code"]) == (
        502,
        "voice_platform_uncertain",
    )
    voice.fails("POST", "/assistant", "refuse", status=401, times=1)
    refused = await owner.post("/assistants", FIELDS)
    assert refused.json()["error"]["code"] == "voice_platform_key_refused"
    monkeypatch.setattr(settings, "engine_internal_url", "http://127.0.0.1:9")
    down = await owner.post("/assistants", FIELDS)
    assert (down.status_code, down.json()["error"]["code"]) == (502, "voice_platform_unreachable")
    assert [row.sync for row in await owner.rows(Assistant)] == ["discarding"]


async def test_a_platform_that_does_not_answer_in_time_is_uncertain(owner, voice, monkeypatch):
    held = voice.fails("POST", "/assistant", "hold", times=1)
    monkeypatch.setattr("allokoli.vapi.client._TOTAL_S", 0.2)
    monkeypatch.setitem(saga.VoicePlatform.__init__.__kwdefaults__, "total_s", 0.2)
    answer = await owner.post("/assistants", FIELDS)
    assert answer.status_code == 502
    assert "trop de temps" in answer.json()["error"]["message"]
    held.release.set()


async def test_an_id_that_could_not_be_recorded_is_undone_at_the_platform(
    owner, voice, monkeypatch
):
    async def fails(*_):
        raise OSError("the database is gone")

    monkeypatch.setattr(saga, "record", fails)
    answer = await owner.post("/assistants", FIELDS)
    assert answer.status_code == 500
    assert "database" not in answer.text
    assert voice.assistants == {}


async def test_a_creation_cut_by_a_crash_is_adopted_with_all_its_settings(
    owner, voice, monkeypatch, at
):
    class Killed(BaseException):
        pass

    async def dies(*_):
        raise Killed

    row = Assistant(id=uuid4(), org_id=owner.org_id, name="Standard", config=FIELDS)
    with monkeypatch.context() as dying:
        dying.setattr(saga, "record", dies)
        with pytest.raises(Killed):
            await saga.create(owner.identity, ASSISTANTS, row)
    (at_platform,) = voice.assistants.values()
    del at_platform["firstMessage"]
    at(clock.now() + timedelta(minutes=5))
    await settle_assistants(0)
    (adopted,) = await owner.rows(Assistant)
    assert (adopted.platform_id, adopted.sync) == (at_platform["id"], "synced")
    assert at_platform["firstMessage"] == "Bonjour"


async def test_a_change_is_merged_with_what_the_platform_holds(owner, voice):
    model = {"provider": "openai", "model": "gpt-4o", "temperature": 0.2}
    made = await make(owner, {**FIELDS, "model": model})
    changed = await owner.patch(
        f"/assistants/{made['id']}", {"model": {"temperature": 0.9}, "firstMessage": None}
    )
    assert changed.status_code == 200
    at_platform = voice.assistants[made["platform_id"]]
    assert at_platform["model"] == {**model, "temperature": 0.9}
    assert at_platform["firstMessage"] is None
    assert changed.json()["config"]["model"]["temperature"] == 0.9
    assert "firstMessage" not in changed.json()["config"]
    assert changed.json()["name"] == "Standard"


async def test_a_blueprint_is_changed_field_by_field(owner, voice):
    made = await make(owner)
    changed = await owner.patch(
        f"/assistants/{made['id']}", {"blueprint": {"name": "Luigi", "fields": []}}
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["name"] == "Luigi"
    assert changed.json()["blueprint"]["sector"] == "restaurant"
    at_platform = voice.assistants[made["platform_id"]]
    assert at_platform["name"] == "Luigi"
    assert at_platform["metadata"]["blueprint"]["fields"] == []
    assert at_platform["metadata"]["allokoliId"] == made["id"]
    wrong = await owner.patch(f"/assistants/{made['id']}", {"blueprint": {"tone": "loud"}})
    assert wrong.status_code == 422
    assert wrong.json()["error"]["details"][0]["field"] == "blueprint.tone"
    assert (await owner.get(f"/assistants/{made['id']}")).json()["status"] == "synced"


async def test_a_change_the_platform_refuses_changes_nothing(owner, voice):
    made = await make(owner)
    voice.fails("PATCH", "/assistant/.*", "refuse", status=400, times=2)
    refused = await owner.patch(f"/assistants/{made['id']}", {"blueprint": {"name": "Luigi"}})
    assert refused.status_code == 422
    assert (await owner.get(f"/assistants/{made['id']}")).json() == made


async def test_a_change_that_may_have_been_taken_is_put_back(owner, voice, at):
    made = await make(owner)
    fault = voice.fails("PATCH", "/assistant/.*", "break")
    failed = await owner.patch(f"/assistants/{made['id']}", {"blueprint": {"name": "Luigi"}})
    assert failed.status_code == 502
    assert voice.assistants[made["platform_id"]]["name"] == "Luigi"
    busy = await owner.patch(f"/assistants/{made['id']}", {"blueprint": {"name": "Toad"}})
    assert busy.status_code == 409
    fault.times = 0
    at(clock.now() + timedelta(minutes=5))
    await settle_assistants(0)
    assert voice.assistants[made["platform_id"]]["name"] == "Assistant Chez Mario"
    assert (await owner.rows(Assistant))[0].sync == "synced"


async def test_deleting_removes_it_from_both_places(owner, voice):
    made = await make(owner)
    assert (await owner.delete(f"/assistants/{made['id']}")).status_code == 200
    assert voice.assistants == {}
    assert (await owner.get(f"/assistants/{made['id']}")).status_code == 404
    assert (await owner.delete(f"/assistants/{made['id']}")).status_code == 404


async def test_deleting_what_the_platform_no_longer_has_works(owner, voice):
    made = await make(owner)
    voice.assistants.clear()
    assert (await owner.delete(f"/assistants/{made['id']}")).status_code == 200


async def test_a_delete_the_platform_refuses_keeps_the_assistant(owner, voice):
    made = await make(owner)
    voice.fails("DELETE", "/assistant/.*", "refuse", status=409)
    refused = await owner.delete(f"/assistants/{made['id']}")
    assert refused.status_code == 409
    assert (await owner.get(f"/assistants/{made['id']}")).json()["status"] == "synced"
    assert made["platform_id"] in voice.assistants


async def test_the_same_request_sent_twice_with_a_key_is_carried_out_once(owner, voice):
    first = await owner.post("/assistants", FIELDS, Idempotency_Key="k1")
    again = await owner.post("/assistants", FIELDS, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert len(voice.assistants) == 1
    other = await owner.post("/assistants", {**FIELDS, "name": "B"}, Idempotency_Key="k1")
    assert other.status_code == 409
    assert (await owner.post("/assistants", FIELDS, Idempotency_Key="a b")).status_code == 422


async def test_the_same_request_sent_at_once_is_carried_out_once(owner, voice):
    answers = await asyncio.gather(
        *(owner.post("/assistants", FIELDS, Idempotency_Key="k2") for _ in range(4))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len(voice.assistants) == 1


async def test_a_failure_is_not_kept_under_the_key(owner, voice):
    voice.fails("POST", "/assistant", "refuse", status=400, times=1)
    assert (await owner.post("/assistants", FIELDS, Idempotency_Key="k3")).status_code == 422
    assert (await owner.post("/assistants", FIELDS, Idempotency_Key="k3")).status_code == 201


async def test_pages_follow_each_other_without_gap_or_repetition(owner, voice):
    names = [f"Assistant {number}" for number in range(5)]
    for name in names:
        await make(owner, {**FIELDS, "name": name})
    seen, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await owner.get("/assistants", params=params)).json()
        seen += [one["name"] for one in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == names[::-1]
    for wrong in ({"cursor": "AAAA"}, {"cursor": "WzEsMl0="}, {"limit": 0}, {"limit": 1000}):
        assert (await owner.get("/assistants", params=wrong)).status_code == 422


async def test_phone_numbers_are_read_from_the_platform_and_kept_for_when_it_is_down(
    owner, voice, settings, monkeypatch
):
    made = await make(owner, FIELDS)
    voice.add_number("+33187000001", assistantId=made["platform_id"])
    (number,) = (await owner.get("/phone-numbers")).json()["data"]
    assert number["number"] == "+33187000001"
    assert number["assistant_id"] == made["id"]
    monkeypatch.setattr(settings, "engine_internal_url", "http://127.0.0.1:9")
    (kept,) = (await owner.get("/phone-numbers")).json()["data"]
    assert kept == number
    assert (await owner.get(f"/phone-numbers/{number['id']}")).json() == number
