"""Callers are simulated, and what came of their calls is evaluated."""

import json
from uuid import uuid4

import httpx
import pytest
from told_model import Model

from allokoli.core.database import session
from allokoli.engine.api.models import Resource
from allokoli.engine.testing import simulating

BOOKING = """
Tu es Jean Martin, tu veux réserver une table pour 4 personnes demain à 20h. Sois poli.
Nom : Jean Martin
Téléphone : 06 12 34 56 78
Quand on te demande des allergies, réponds « aucune allergie »
"""
GUESTS = {
    "structuredOutput": {"name": "party_size", "schema": {"type": "integer"}},
    "comparator": "=",
    "value": 4,
}
BOOKED = {
    "structuredOutput": {"name": "Booking confirmed", "schema": {"type": "boolean"}},
    "comparator": "=",
    "value": True,
}
POLITE = {
    "structuredOutput": {"name": "Politeness", "schema": {"type": "number"}},
    "comparator": ">=",
    "value": 5,
}


def scenario(*evaluations: dict, instructions: str = BOOKING, **more) -> dict:
    return {
        "name": "Booking",
        "instructions": instructions,
        "evaluations": list(evaluations),
        **more,
    }


def run_of(assistant: dict, *scenarios: dict, **more) -> dict:
    return {
        "simulations": [{"type": "simulation", "scenario": one} for one in scenarios],
        "target": {"type": "assistant", **assistant},
        "transport": {"provider": "vapi.webchat"},
        **more,
    }


async def started(http, body: dict) -> dict:
    answer = await http.post("/eval/simulation/run", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def items_of(tenant, run_id: str):
    return await tenant.sdk().simulation_runs.simulation_run_controller_find_items(run_id)


async def test_without_any_key_a_scripted_caller_books_a_table(tenant, http, run_jobs, mario):
    run = await started(http, run_of({"assistantId": mario}, scenario(GUESTS, BOOKED)))
    assert run["status"] == "queued"
    assert run["itemCounts"]["queued"] == 1
    await run_jobs()
    shown = await tenant.sdk().simulation_runs.simulation_run_controller_find_one(run["id"])
    (item,) = await items_of(tenant, run["id"])
    transcript = item.metadata.call.transcript
    assert item.status == "passed", (item.failure_reason, transcript)
    assert item.results.passed
    assert [one.extracted_value for one in item.results.evaluations] == [4, True]
    assert "Jean Martin" in transcript
    assert shown.status == "ended"
    assert shown.item_counts.passed == 1


async def test_what_is_not_met_fails_with_its_value_and_suggestions(tenant, http, run_jobs, mario):
    wrong = {**GUESTS, "value": 6}
    optional = {**POLITE, "required": False}
    run = await started(http, run_of({"assistantId": mario}, scenario(wrong, optional)))
    await run_jobs()
    (item,) = await items_of(tenant, run["id"])
    assert item.status == "failed"
    assert "party_size" in item.failure_reason
    first, second = item.results.evaluations
    assert (first.extracted_value, first.expected_value, first.passed) == (4, 6, False)
    assert "No language model is configured" in second.error
    assert not second.required
    made = await http.post(
        f"/eval/simulation/run/{run['id']}/item/{item.id}/generate", params={"force": "true"}
    )
    assert made.status_code == 201
    assert "party_size" in made.json()["systemPromptSuggestions"][0]["issue"]
    assert "2 of 2 evaluations" in made.json()["analysis"]
    (kept,) = await items_of(tenant, run["id"])
    assert kept.improvement_suggestions.analysis == made.json()["analysis"]


async def test_without_a_model_a_judgement_is_never_made_up(tenant, http, run_jobs, mario):
    run = await started(http, run_of({"assistantId": mario}, scenario(POLITE)))
    await run_jobs()
    (item,) = await items_of(tenant, run["id"])
    assert item.status == "failed"
    assert item.results.evaluations[0].extracted_value is None


async def test_two_language_models_talk_and_a_mocked_tool_is_never_reached(
    tenant, http, run_jobs, model_of, receiver
):
    target = Model(("book", {"guests": 2}), "You are booked for 8 pm.", "Goodbye!")
    person = Model("A table for two, please.", "Thank you.", ("endCall", {}))
    tool = {
        "type": "function",
        "function": {"name": "book", "parameters": {"type": "object", "properties": {}}},
        "server": {"url": receiver.url},
    }
    assistant = {
        "firstMessage": "Good evening!",
        "model": {**await model_of(target), "tools": [tool]},
    }
    found = {
        "structuredOutput": {
            "name": "At", "type": "regex", "regex": "booked for (.*?)\\.",
            "schema": {"type": "string"},
        },
        "comparator": "=",
        "value": "8 PM",
    }  # fmt: skip
    mocks = [{"toolName": "book", "result": '{"at": "8 pm"}'}]
    body = run_of({"assistant": assistant}, scenario(found, toolMocks=mocks))
    body["simulations"][0]["personality"] = {
        "name": "Pat",
        "assistant": {"model": await model_of(person)},
    }
    run = await started(http, body)
    await run_jobs()
    (item,) = await items_of(tenant, run["id"])
    assert item.status == "passed", item.failure_reason
    assert receiver.messages == []
    told = [one for one in target.asked[1]["messages"] if one["role"] == "tool"]
    assert told[0]["content"] == '{"at": "8 pm"}'
    assert "Good evening!" in json.dumps(person.asked[0])
    assert "Jean Martin" in json.dumps(person.asked[0], ensure_ascii=False)


async def test_a_conversation_without_end_is_ended(tenant, http, run_jobs, model_of):
    target = Model("Tell me more.")
    person = Model("And another thing.")
    body = run_of(
        {"assistant": {"firstMessage": "Hi", "model": await model_of(target)}}, scenario()
    )
    body["simulations"][0]["personality"] = {
        "name": "Talker",
        "assistant": {"model": await model_of(person)},
    }
    run = await started(http, body)
    await run_jobs()
    (item,) = await items_of(tenant, run["id"])
    assert item.metadata.call.model_extra["endedReason"] == "exceeded-max-duration"
    assert len(target.asked) == 40


async def test_a_model_that_is_down_fails_the_item_with_the_reason(tenant, http, run_jobs):
    gone = {"provider": "custom-llm", "model": "m", "url": "http://127.0.0.1:9/v1"}
    run = await started(
        http, run_of({"assistant": {"firstMessage": "Hi", "model": gone}}, scenario(GUESTS))
    )
    await run_jobs()
    (item,) = await items_of(tenant, run["id"])
    assert item.status == "failed"
    assert "model failed" in item.failure_reason


async def test_stored_simulations_run_through_their_suite_as_often_as_asked(
    tenant, http, run_jobs, mario
):
    sdk = tenant.sdk()
    acts = await http.post("/eval/simulation/scenario", json=scenario(GUESTS))
    assert acts.status_code == 201, acts.text
    person = await http.post(
        "/eval/simulation/personality", json={"name": "Jean", "assistant": {"name": "Jean"}}
    )
    assert person.status_code == 201, person.text
    simulation = (
        await http.post(
            "/eval/simulation",
            json={"scenarioId": acts.json()["id"], "personalityId": person.json()["id"]},
        )
    ).json()
    suite = (
        await http.post(
            "/eval/simulation/suite",
            json={"name": "All", "simulationIds": [simulation["id"]]},
        )
    ).json()
    copied = await sdk.simulation_suites.simulation_suite_controller_duplicate(suite["id"])
    assert copied.name == "All (copy)"
    assert copied.simulation_ids == [simulation["id"]]
    run = await started(
        http,
        {
            "simulations": [{"type": "simulationSuite", "simulationSuiteId": copied.id}],
            "target": {"type": "assistant", "assistantId": mario},
            "iterations": 2,
        },
    )
    assert "in writing" in run["message"]
    assert len(run["simulationRunItemIds"]) == 2
    await run_jobs()
    items = await items_of(tenant, run["id"])
    assert sorted(one.iteration_number for one in items) == [1, 2]
    assert {one.status for one in items} == {"passed"}
    assert {one.simulation_id for one in items} == {simulation["id"]}
    read = await sdk.simulation_runs.simulation_run_controller_find_all(target_id=mario)
    assert [one.id for one in read.results] == [run["id"]]
    page = (await http.get("/eval/simulation/run", params={"filterStatus": "passed"})).json()
    assert page["metadata"]["totalItems"] == 1
    (shown,) = page["results"]
    assert shown["summary"]["source"]["type"] == "suite"
    assert shown["itemCounts"]["passed"] == 2
    assert "plan" not in shown


async def test_a_cancelled_run_never_speaks_and_an_item_alone_may_be_cancelled(
    tenant, http, run_jobs, model_of
):
    model = Model("Hello")
    assistant = {"firstMessage": "Hi", "model": await model_of(model)}
    run = await started(http, run_of({"assistant": assistant}, scenario(), iterations=3))
    item_id = run["simulationRunItemIds"][0]
    alone = await http.patch(f"/eval/simulation/run/{run['id']}/item/{item_id}", json={})
    assert alone.json()["status"] == "canceled"
    over = await tenant.sdk().simulation_runs.simulation_run_controller_cancel_group(run["id"])
    assert over.status == "ended"
    assert over.ended_reason == "canceled"
    assert over.item_counts.canceled == 3
    await run_jobs()
    assert model.asked == []
    assert {one.status for one in await items_of(tenant, run["id"])} == {"canceled"}


async def test_a_run_cancelled_midway_stops_at_the_next_turn(tenant, http, run_jobs, model_of):
    class Cancelling(Model):
        async def __call__(self, scope, receive, send) -> None:
            if self.run_id:
                await http.patch(f"/eval/simulation/run/{self.run_id}", json={})
            await super().__call__(scope, receive, send)

    target = Cancelling("Go on.")
    target.run_id = None
    talker = {"name": "T", "assistant": {"model": await model_of(Model("Again."))}}
    body = run_of(
        {"assistant": {"firstMessage": "Hi", "model": await model_of(target)}}, scenario()
    )
    body["simulations"][0]["personality"] = talker
    run = await started(http, body)
    target.run_id = run["id"]
    await run_jobs()
    assert len(target.asked) == 1
    (item,) = await items_of(tenant, run["id"])
    assert item.status == "canceled"


async def test_an_item_done_twice_keeps_its_first_result(tenant, http, run_jobs, mario):
    run = await started(http, run_of({"assistantId": mario}, scenario(GUESTS)))
    await run_jobs()
    (before,) = await items_of(tenant, run["id"])
    await simulating.run_item(org_id=str(tenant.org_id), item_id=before.id)
    (after,) = await items_of(tenant, run["id"])
    assert after.updated_at == before.updated_at


async def test_hooks_are_told_of_the_beginning_and_of_the_end(
    tenant, http, run_jobs, mario, receiver
):
    def hook(on: str) -> dict:
        action = {"type": "webhook", "server": {"url": receiver.url}}
        return {"on": on, "do": [{**action, "include": {"transcript": True}}]}

    hooks = [hook("simulation.run.started"), hook("simulation.run.ended")]
    await started(http, run_of({"assistantId": mario}, scenario(GUESTS, hooks=hooks)))
    await run_jobs()
    first, last = receiver.messages
    assert first["type"] == "simulation.run.started"
    assert last["type"] == "simulation.run.ended"
    assert last["status"] == "passed"
    assert "Martin" in last["transcript"]


async def test_scenarios_made_without_a_model_can_be_run_as_they_are(tenant, http, run_jobs, mario):
    made = await tenant.sdk().simulations.simulation_generate_controller_generate(
        assistant_id=mario
    )
    assert "No language model is configured" in made.coverage_notes
    assert {one.category for one in made.scenarios} == {"happy_path", "edge_case", "failure_mode"}
    complete = made.scenarios[0]
    body = run_of({"assistantId": mario}, scenario(BOOKED, instructions=complete.instructions))
    run = await started(http, body)
    await run_jobs()
    (item,) = await items_of(tenant, run["id"])
    assert item.status == "passed", (item.failure_reason, item.metadata.call.transcript)


async def test_a_models_scenarios_are_cut_to_what_may_be_stored(tenant, http, model_of):
    proposed = {
        "scenarios": [
            {"name": "n" * 500, "instructions": "Call.", "category": "chaos", "reasoning": "r"},
            {"name": "", "instructions": "x"},
            "garbage",
        ],
        "coverageNotes": "One.",
    }
    model = await model_of(Model(f"Here you are:\n```json\n{json.dumps(proposed)}\n```"))
    assistant = (await http.post("/assistant", json={"model": model})).json()
    made = await tenant.sdk().simulations.simulation_generate_controller_generate(
        assistant_id=assistant["id"]
    )
    (one,) = made.scenarios
    assert (len(one.name), one.category) == (80, "edge_case")


async def test_concurrency_counts_what_runs(tenant):
    shown = await tenant.sdk().simulations.simulation_controller_get_concurrency()
    assert shown.active_simulations == 0
    assert shown.available_to_start * 2 == shown.concurrency_limit


async def test_keys_in_a_run_are_sealed_and_never_shown(tenant, http):
    secret = "sk-very-secret"
    assistant = {
        "firstMessage": "Hi",
        "credentials": [{"provider": "openai", "apiKey": secret}],
    }
    body = run_of({"assistant": assistant}, scenario())
    body["simulations"][0]["personality"] = {"name": "P", "assistant": assistant}
    run = await started(http, body)
    assert secret not in json.dumps(run)
    shown = await http.get(f"/eval/simulation/run/{run['id']}/item")
    assert secret not in shown.text
    async with session(tenant.identity) as opened:
        row = await opened.get(Resource, run["id"])
        assert secret not in json.dumps(row.body)


async def test_another_organizations_runs_do_not_exist(tenant, make_tenant, http, mario):
    run = await started(http, run_of({"assistantId": mario}, scenario()))
    item = run["simulationRunItemIds"][0]
    stranger = await make_tenant()
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=stranger.headers) as theirs:
        path = f"/eval/simulation/run/{run['id']}"
        for method, url in (
            ("GET", path),
            ("PATCH", path),
            ("GET", f"{path}/item"),
            ("GET", f"{path}/item/{item}"),
            ("PATCH", f"{path}/item/{item}"),
            ("POST", f"{path}/item/{item}/generate?force=true"),
        ):
            assert (await theirs.request(method, url)).status_code == 404, url
        body = run_of({"assistantId": mario}, scenario())
        assert (await theirs.post("/eval/simulation/run", json=body)).status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"simulations": []},
        {"simulations": [{"type": "simulation"}]},
        {"simulations": [{"type": "simulation", "simulationId": str(uuid4())}]},
        {"simulations": [{"type": "simulationSuite", "simulationSuiteId": "x"}]},
        {"simulations": [{"type": "simulation", "scenario": scenario()}] * 101},
        {"simulations": [{"type": "simulation", "scenario": scenario()}] * 50, "iterations": 10},
        {"iterations": 11},
        {"iterations": 1.5},
        {"target": {"type": "assistant"}},
        {"transport": {"provider": "pigeon"}},
        {"simulations": [{"type": "simulation", "scenario": scenario({"comparator": "="})}]},
    ],
)
async def test_what_is_no_run_is_refused(http, change):
    body = {**run_of({"assistant": {"firstMessage": "Hi"}}, scenario()), **change}
    answer = await http.post("/eval/simulation/run", json=body)
    assert answer.status_code == 400, answer.text
