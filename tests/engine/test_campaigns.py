"""Campaigns call everybody once, no more at a time than they may, and say what became of each."""

# ruff: noqa: F811 - fixtures are imported, and asked for by their names

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from serving import on_a_port
from sqlalchemy import select, text
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from telephones import assistant, http, number, twilio  # noqa: F401 - fixtures
from vapi.core.api_error import ApiError

from allokoli.core.database import session
from allokoli.engine.calls import ending
from allokoli.engine.calls.models import Call
from allokoli.engine.campaigns import dialing, tasks


@pytest.fixture
async def number_id(number) -> str:
    return (await number())["id"]


@pytest.fixture
def go_on(receiver, run_jobs):
    """Let the worker take every step that is waiting, whenever it was due."""

    async def run(times: int = 1) -> None:
        for _ in range(times):
            await receiver.make_retries_due()
            await run_jobs()

    return run


class Judge:
    """A campaign's server that says who may be called."""

    def __init__(self) -> None:
        self.url = ""
        self.messages: list[dict] = []
        self.answers: dict[str, object] = {}

    async def __call__(self, scope, receive, send) -> None:
        message = (await Request(scope, receive).json())["message"]
        self.messages.append(message)
        answer = self.answers.get(message.get("contact", {}).get("number"), {"eligible": True})
        response = JSONResponse(answer) if answer != "fail" else Response(status_code=500)
        await response(scope, receive, send)

    def kinds(self) -> list[str]:
        return [one["type"] for one in self.messages]


@pytest.fixture
async def judge():
    made = Judge()
    async with on_a_port(made) as made.url:
        yield made


def _people(count: int) -> list[dict]:
    return [{"number": f"+336123456{index:02d}", "name": f"P{index}"} for index in range(count)]


async def _create(http, path="/campaign", status=201, **body) -> dict:
    answer = await http.post(path, json={"name": "Rappels", **body})
    assert answer.status_code == status, answer.text
    return answer.json()


async def _end_calls(tenant, reason: str, *, answered: bool = True) -> None:
    async with session(tenant.identity) as opened:
        calls = (await opened.scalars(select(Call).where(Call.status != "ended"))).all()
        for call in calls:
            call.started_at = call.created_at if answered else None
    for call in calls:
        await ending.end(tenant.identity, call.id, reason)


async def test_everybody_is_called_once_and_no_more_than_allowed_at_a_time(
    tenant, http, twilio, assistant, number_id, go_on
) -> None:
    sdk = tenant.sdk().campaigns
    made = await sdk.campaign_controller_create(
        name="Rappels", assistant_id=assistant, phone_number_id=number_id, customers=_people(5),
        max_concurrency=2,
    )  # fmt: skip
    assert (made.status, made.org_id, made.calls) == ("scheduled", str(tenant.org_id), {})
    assert made.calls_counter_scheduled == 5
    await go_on()
    seen = await sdk.campaign_controller_find_one(made.id)
    assert (seen.status, seen.calls_counter_scheduled) == ("in-progress", 3)
    assert seen.calls_counter_queued + seen.calls_counter_in_progress == 2
    assert [one["To"] for one in twilio.placed] == ["+33612345600", "+33612345601"]
    assert len(seen.calls) == 2
    await go_on()
    assert len(twilio.placed) == 2
    await _end_calls(tenant, "customer-ended-call")
    await go_on()
    assert len(twilio.placed) == 4
    await _end_calls(tenant, "voicemail")
    await go_on()
    await _end_calls(tenant, "customer-did-not-answer", answered=False)
    await go_on()
    ended = await sdk.campaign_controller_find_one(made.id)
    assert (ended.status, ended.ended_reason) == ("ended", "campaign.ended.success")
    assert (ended.calls_counter_ended, ended.calls_counter_ended_voicemail) == (3, 2)
    assert sorted(one["To"] for one in twilio.placed) == [one["number"] for one in _people(5)]
    call = (await http.get(f"/call/{next(iter(ended.calls))}")).json()
    assert call["campaignId"] == made.id
    summary = await sdk.campaign_controller_find_one_v_2(made.id, include_counters=True)
    assert (summary.call_metrics.dialed, summary.call_metrics.connected) == (5, 2)
    assert summary.contact_counters.completed == 5
    placed = len(twilio.placed)
    await go_on(2)
    assert len(twilio.placed) == placed


async def test_a_step_taken_twice_calls_nobody_twice(
    tenant, http, twilio, assistant, number_id, go_on, monkeypatch
) -> None:
    made = await _create(http, assistantId=assistant, phoneNumberId=number_id, customers=_people(3))
    asked = {"org_id": str(tenant.org_id), "campaign_id": made["id"], "turn": 1}
    await tasks.run_campaign(**asked)
    await tasks.run_campaign(**asked)
    assert len(twilio.placed) == 3
    # A process that died between marking a contact and noting its call.
    other = await _create(
        http, assistantId=assistant, phoneNumberId=number_id, customers=_people(2)
    )
    real = dialing.place

    async def dies(*arguments, **options):
        await real(*arguments, **options)
        raise RuntimeError("killed")

    monkeypatch.setattr(dialing, "place", dies)
    again = {**asked, "campaign_id": other["id"]}
    with pytest.raises(RuntimeError):
        await tasks.run_campaign(**again)
    monkeypatch.setattr(dialing, "place", real)
    await tasks.run_campaign(**again)
    assert len(twilio.placed) == 5
    contacts = (await http.get(f"/v2/campaign/{other['id']}/contacts")).json()["results"]
    assert len({one["callId"] for one in contacts}) == 2


async def test_a_number_that_cannot_call_fails_each_contact_and_ends_the_campaign(
    http, tenant, assistant, go_on
) -> None:
    quiet = (await http.post("/phone-number", json={"provider": "vapi"})).json()["id"]
    made = await _create(http, assistantId=assistant, phoneNumberId=quiet, customers=_people(3))
    await go_on(2)
    assert (await http.get(f"/campaign/{made['id']}")).json()["status"] == "ended"
    page = await tenant.sdk().campaigns.campaign_controller_get_campaign_v_2_contacts(made["id"])
    assert [(one.status, one.ended_reason) for one in page.results] == [
        ("contact.failed", "call.start.error-get-transport")
    ] * 3
    assert "twilio" in page.results[0].error
    summary = (await http.get(f"/v2/campaign/{made['id']}?includeCounters=true")).json()
    assert summary["callMetrics"] == {"dialed": 0, "connected": 0}
    assert summary["contactCounters"]["failed"] == 3


async def test_a_carrier_that_refuses_fails_the_contact(
    http, twilio, assistant, number_id, go_on
) -> None:
    twilio.refusal = (400, 21211)
    made = await _create(http, assistantId=assistant, phoneNumberId=number_id, customers=_people(1))
    await go_on(3)
    [contact] = (await http.get(f"/v2/campaign/{made['id']}/contacts")).json()["results"]
    assert contact["status"] == "contact.failed"
    assert contact["endedReason"] == "twilio-reported-customer-misdialed"
    assert (await http.get(f"/campaign/{made['id']}")).json()["status"] == "ended"


async def test_the_server_decides_who_is_called_and_hears_what_happens(
    http, tenant, twilio, assistant, number_id, go_on, judge
) -> None:
    people = _people(4)
    judge.answers = {
        people[1]["number"]: {"eligible": False},
        people[2]["number"]: {"eligible": "maybe"},
        people[3]["number"]: "fail",
    }
    made = await _create(
        http, "/v2/campaign", assistantId=assistant, phoneNumberId=number_id, customers=people,
        server={"url": judge.url}, predialPlan={},
    )  # fmt: skip
    await go_on()
    await _end_calls(tenant, "customer-ended-call")
    await go_on()
    assert [one["To"] for one in twilio.placed] == [people[0]["number"]]
    found = (await http.get(f"/v2/campaign/{made['id']}/contacts")).json()["results"]
    assert [one["status"] for one in found] == [
        "contact.completed", "contact.skipped", "contact.predial-failed", "contact.predial-failed",
    ]  # fmt: skip
    asked = [one for one in judge.messages if one["type"] == "campaign.predial"]
    assert [one["contact"]["number"] for one in asked] == [one["number"] for one in people]
    assert {one["campaignId"] for one in asked} == {made["id"]}
    kinds = judge.kinds()
    assert sorted(set(kinds)) == [
        "campaign.ended", "campaign.predial", "campaign.started", "contact.completed",
        "contact.dispatched", "contact.predial-failed", "contact.skipped",
    ]  # fmt: skip
    assert (kinds.count("campaign.started"), kinds.count("campaign.ended")) == (1, 1)


async def test_only_what_the_server_listens_to_is_sent(
    http, assistant, number_id, go_on, judge
) -> None:
    await _create(
        http, assistantId=assistant, phoneNumberId=number_id, customers=_people(1),
        server={"url": judge.url}, serverMessages=["campaign.started"],
    )  # fmt: skip
    await go_on()
    assert judge.kinds() == ["campaign.started"]


async def test_a_campaign_stopped_calls_nobody_else_and_lets_calls_end(
    tenant, http, twilio, assistant, number_id, go_on, judge
) -> None:
    made = await _create(
        http, assistantId=assistant, phoneNumberId=number_id, customers=_people(3),
        maxConcurrency=1, server={"url": judge.url},
    )  # fmt: skip
    await go_on()
    sdk = tenant.sdk().campaigns
    stopped = await sdk.campaign_controller_update_v_2(made["id"], status="cancelled")
    assert (stopped.status, stopped.ended_reason) == (
        "cancelled", "campaign.in-progress.ended-by-user",
    )  # fmt: skip
    await go_on(2)
    assert len(twilio.placed) == 1
    await _end_calls(tenant, "customer-ended-call")
    await go_on(2)
    assert len(twilio.placed) == 1
    kept = await sdk.campaign_controller_find_one(made["id"])
    assert (kept.status, kept.calls_counter_scheduled) == ("cancelled", 2)
    assert judge.kinds() == [
        "campaign.started", "contact.dispatched", "campaign.cancelled", "contact.completed",
    ]  # fmt: skip
    again = await http.patch(f"/campaign/{made['id']}", json={"status": "ended"})
    assert again.status_code == 400
    planned = await _create(
        http, assistantId=assistant, phoneNumberId=number_id, customers=_people(1)
    )
    early = (await http.patch(f"/campaign/{planned['id']}", json={"status": "ended"})).json()
    assert (early["status"], early["endedReason"]) == (
        "ended", "campaign.scheduled.ended-by-user",
    )  # fmt: skip
    await go_on()
    assert len(twilio.placed) == 1


async def test_a_campaign_waits_for_its_time_and_stops_at_its_end(
    http, twilio, assistant, number_id, tenant, at, run_jobs, go_on
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    plan = {
        "earliestAt": (now + timedelta(hours=1)).isoformat(),
        "latestAt": (now + timedelta(hours=2)).isoformat(),
    }
    made = await _create(
        http, assistantId=assistant, phoneNumberId=number_id, customers=_people(2),
        maxConcurrency=1, schedulePlan=plan,
    )  # fmt: skip
    await run_jobs()
    assert twilio.placed == []
    at(now + timedelta(hours=1, minutes=1))
    await go_on()
    assert len(twilio.placed) == 1
    at(now + timedelta(hours=2, minutes=1))
    await _end_calls(tenant, "customer-ended-call")
    await go_on(2)
    contacts = (await http.get(f"/v2/campaign/{made['id']}/contacts")).json()["results"]
    assert [one["status"] for one in contacts] == ["contact.completed", "contact.failed"]
    assert contacts[1]["endedReason"].startswith("call.start.error-")
    assert (await http.get(f"/campaign/{made['id']}")).json()["status"] == "ended"


async def test_the_organizations_own_limit_holds_and_nobody_is_forgotten(
    http, twilio, assistant, number_id, tenant, go_on, settings, monkeypatch
) -> None:
    monkeypatch.setattr(settings, "max_calls_per_organization", 1)
    made = await _create(http, assistantId=assistant, phoneNumberId=number_id, customers=_people(2))
    await go_on(2)
    assert len(twilio.placed) == 1
    await _end_calls(tenant, "customer-ended-call")
    await go_on(2)
    assert len(twilio.placed) == 2
    await _end_calls(tenant, "customer-ended-call")
    await go_on()
    assert (await http.get(f"/campaign/{made['id']}")).json()["status"] == "ended"


async def test_a_step_lost_with_its_process_is_taken_later(
    http, twilio, assistant, number_id, at, receiver, run_jobs, tenant
) -> None:
    made = await _create(http, assistantId=assistant, phoneNumberId=number_id, customers=_people(1))
    async with session(tenant.identity) as opened:
        body = await opened.scalar(
            text("select body from engine.resources where id = :id"), {"id": made["id"]}
        )
    lost = {"org_id": str(tenant.org_id), "campaign_id": made["id"], "turn": body["turn"] - 1}
    await tasks.run_campaign(**lost)
    assert twilio.placed == []
    await tasks.resume_campaigns(0)
    assert twilio.placed == []
    at(datetime.now(UTC) + timedelta(minutes=6))
    await tasks.resume_campaigns(0)
    # The step queued first is an echo now, the one queued again counts.
    await tasks.run_campaign(**{**lost, "turn": body["turn"]})
    assert twilio.placed == []
    await tasks.run_campaign(**{**lost, "turn": body["turn"] + 1})
    assert len(twilio.placed) == 1


async def test_numbers_of_a_dial_plan_each_call_their_own(
    http, twilio, assistant, number_id, go_on, tenant
) -> None:
    quiet = (await http.post("/phone-number", json={"provider": "vapi"})).json()["id"]
    people = _people(2)
    made = await _create(
        http, assistantId=assistant, dialPlan=[
            {"phoneNumberId": quiet, "customers": people[:1]},
            {"phoneNumberId": number_id, "customers": people[1:]},
        ],
    )  # fmt: skip
    await go_on()
    assert [one["To"] for one in twilio.placed] == [people[1]["number"]]
    copy = await _create(http, name="Encore", duplicateFromCampaignId=made["id"])
    assert (copy["dialPlan"], copy["assistantId"]) == (made["dialPlan"], assistant)
    assert (copy["status"], copy["id"] != made["id"]) == ("scheduled", True)
    other = await _create(
        http, duplicateFromCampaignId=made["id"], phoneNumberId=number_id, customers=people
    )
    assert "dialPlan" not in other


async def test_campaigns_and_contacts_come_in_pages(http, tenant, assistant, number_id) -> None:
    made = [
        await _create(
            http, name=f"C{index}", assistantId=assistant, phoneNumberId=number_id,
            customers=_people(3 if index else 120),
        )
        for index in range(3)
    ]  # fmt: skip
    sdk = tenant.sdk().campaigns
    page = await sdk.campaign_controller_find_all(limit=2)
    assert [one.id for one in page.results] == [made[2]["id"], made[1]["id"]]
    assert (page.metadata.total_items, len(page.results[0].customers)) == (3, 3)
    await http.patch(f"/campaign/{made[1]['id']}", json={"status": "ended"})
    ended = await sdk.campaign_controller_find_all(status="ended")
    assert [one.id for one in ended.results] == [made[1]["id"]]
    large = (await http.get(f"/campaign?id={made[0]['id']}")).json()["results"][0]
    assert "customers" not in large
    assert len((await http.get(f"/campaign/{made[0]['id']}")).json()["customers"]) == 120
    summaries = await sdk.campaign_controller_find_all_v_2(include_counters=True)
    assert [one.contact_counters.pending for one in summaries.results] == [3, 3, 120]
    assert (await sdk.campaign_controller_find_one_v_2(made[2]["id"])).contact_counters is None
    second = await sdk.campaign_controller_get_campaign_v_2_contacts(
        made[0]["id"], limit=50, page=3, status=["contact.pending", "contact.failed"],
        sort_by="status",
    )  # fmt: skip
    assert (len(second.results), second.metadata.total_items) == (20, 120)
    first = await sdk.campaign_controller_get_campaign_v_2_contacts(made[0]["id"])
    assert (len(first.results), first.results[0].number) == (50, "+33612345600")
    for query in ("limit=0", "limit=1001", "page=0", "status=asleep", "sortBy=name", "a=b"):
        answer = await http.get(f"/v2/campaign/{made[0]['id']}/contacts?{query}")
        assert answer.status_code == 400, query
    for path in ("/campaign?status=x&colour=red", "/v2/campaign?includeCounters=x"):
        assert (await http.get(path)).status_code == 400, path


async def test_a_plan_can_change_until_it_begins(http, twilio, assistant, number_id, go_on) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    made = await _create(
        http, assistantId=assistant, phoneNumberId=number_id, customers=_people(1),
        schedulePlan={"earliestAt": later},
    )  # fmt: skip
    path = f"/campaign/{made['id']}"
    other = {"dialPlan": [{"phoneNumberId": number_id, "customers": _people(2)}]}
    both = await http.patch(path, json=other)
    assert both.status_code == 400
    soon = {"schedulePlan": {"earliestAt": datetime.now(UTC).isoformat()}, "name": "Autre"}
    assert (await http.patch(path, json=soon)).json()["name"] == "Autre"
    await go_on()
    assert len(twilio.placed) == 1
    late = await http.patch(path, json={"assistantId": assistant})
    assert late.status_code == 400
    assert (await http.patch(path, json={"name": "Troisième"})).json()["name"] == "Troisième"
    assert (await http.delete(path)).json()["id"] == made["id"]
    await go_on(2)
    assert (await http.get(path)).status_code == 404


async def test_what_cannot_be_a_campaign_is_refused_by_name(http, assistant, number_id) -> None:
    good = {"assistantId": assistant, "phoneNumberId": number_id, "customers": _people(1)}
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    refused = [
        {**good, "name": ""},
        {**good, "name": None},
        {**good, "assistantId": None},
        {**good, "squadId": str(uuid4())},
        {**good, "assistantId": str(uuid4())},
        {**good, "phoneNumberId": str(uuid4())},
        {**good, "phoneNumberId": None},
        {**good, "customers": []},
        {**good, "customers": None},
        {**good, "customers": "x"},
        {**good, "customers": [{"name": "sans numéro"}]},
        {**good, "customers": [{"number": "1"}]},
        {**good, "customers": [{"number": "+336"}] * 10_001},
        {**good, "dialPlan": [{"phoneNumberId": number_id, "customers": _people(1)}]},
        {**good, "maxConcurrency": 0},
        {**good, "maxConcurrency": 1_000_000},
        {**good, "predialPlan": {}},
        {**good, "schedulePlan": {"earliestAt": "demain"}},
        {**good, "schedulePlan": {"earliestAt": past, "latestAt": past}},
        {**good, "serverMessages": ["call.started"]},
        {**good, "status": "ended"},
        {**good, "turn": 3},
        {**good, "duplicateFromCampaignId": str(uuid4())},
        {**good, "colour": "red"},
    ]
    for body in refused:
        for path in ("/campaign", "/v2/campaign"):
            answer = await http.post(path, json={"name": "Essai", **body})
            assert answer.status_code == 400, (str(body)[:200], answer.text[:200])
    assert (await http.get("/campaign")).json()["results"] == []


async def test_campaigns_of_another_organization_do_not_exist(
    http, assistant, number_id, make_tenant
) -> None:
    made = await _create(http, assistantId=assistant, phoneNumberId=number_id, customers=_people(1))
    stranger = await make_tenant()
    theirs = stranger.sdk().campaigns
    assert (await theirs.campaign_controller_find_all()).results == []
    for attempt in (
        lambda: theirs.campaign_controller_find_one(made["id"]),
        lambda: theirs.campaign_controller_find_one_v_2(made["id"]),
        lambda: theirs.campaign_controller_update(made["id"], status="ended"),
        lambda: theirs.campaign_controller_remove(made["id"]),
        lambda: theirs.campaign_controller_get_campaign_v_2_contacts(made["id"]),
    ):
        with pytest.raises(ApiError) as refused:
            await attempt()
        assert refused.value.status_code == 404
    copied = {"name": "Copie", "duplicateFromCampaignId": made["id"]}
    async with httpx.AsyncClient(base_url=stranger.base_url, headers=stranger.headers) as client:
        assert (await client.post("/campaign", json=copied)).status_code == 400
    await tasks.run_campaign(org_id=str(stranger.org_id), campaign_id=str(UUID(made["id"])), turn=1)
    assert (await http.get(f"/campaign/{made['id']}")).json()["status"] == "scheduled"
