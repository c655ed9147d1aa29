"""Test suites, through the paths and shapes of `vapi-server-sdk` 1.7.0."""

import httpx
import pytest

from allokoli.engine.testing import test_suites

SCRIPT = """
Vous voulez réserver une table pour 4 personnes demain à 20h.
Nom : Jean Martin
Téléphone : 06 12 34 56 78
Allergies : aucune allergie
"""


async def created(http, path: str, body: dict) -> dict:
    answer = await http.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
async def suite(http, mario) -> dict:
    body = {"name": "Mario", "targetPlan": {"assistantId": mario}}
    return await created(http, "/test-suite", body)


def a_test(*rubrics: str, **more) -> dict:
    return {
        "type": "voice",
        "script": SCRIPT,
        "scorers": [{"type": "ai", "rubric": one} for one in rubrics],
        **more,
    }


async def test_claims_are_judged_by_what_the_call_collected_and_the_rest_is_not_judged(
    http, run_jobs, suite
):
    test = a_test(
        "party_size = 4\nsuccess = true", "party_size = 6", "The assistant is polite.",
        name="Booking", numAttempts=2,
    )  # fmt: skip
    await created(http, f"/test-suite/{suite['id']}/test", test)
    run = await created(http, f"/test-suite/{suite['id']}/run", {"name": "First"})
    assert run["status"] == "queued"
    await run_jobs()
    run = (await http.get(f"/test-suite/{suite['id']}/run/{run['id']}")).json()
    assert run["status"] == "completed"
    (result,) = run["testResults"]
    assert result["test"]["name"] == "Booking"
    assert len(result["attempts"]) == 2
    for attempt in result["attempts"]:
        assert "Jean Martin" in attempt["call"]["artifact"]["transcript"]
        met, missed, unjudged = attempt["scorerResults"]
        assert met["result"] == "pass"
        assert missed["result"] == "fail"
        assert "party_size = 6" in missed["reasoning"]
        assert unjudged["result"] == "fail"
        assert "No language model is configured" in unjudged["reasoning"]


async def test_a_run_goes_on_where_it_was_and_an_ended_one_stays(tenant, http, run_jobs, suite):
    await created(http, f"/test-suite/{suite['id']}/test", a_test("party_size = 4"))
    run = await created(http, f"/test-suite/{suite['id']}/run", {})
    await run_jobs()
    path = f"/test-suite/{suite['id']}/run/{run['id']}"
    first = (await http.get(path)).json()
    await test_suites.run(org_id=str(tenant.org_id), run_id=run["id"])
    assert (await http.get(path)).json() == first


async def test_runs_are_renamed_listed_and_deleted(http, run_jobs, suite):
    await created(http, f"/test-suite/{suite['id']}/test", a_test("x = 1"))
    run = await created(http, f"/test-suite/{suite['id']}/run", {"name": "a"})
    path = f"/test-suite/{suite['id']}/run"
    renamed = await http.patch(f"{path}/{run['id']}", json={"name": "b"})
    assert renamed.json()["name"] == "b"
    page = (await http.get(path, params={"page": 1})).json()
    assert [one["id"] for one in page["results"]] == [run["id"]]
    assert (await http.delete(f"{path}/{run['id']}")).status_code == 200
    await run_jobs()
    assert (await http.get(path)).json()["results"] == []


async def test_a_target_that_went_away_fails_with_the_reason(http, run_jobs, suite, mario):
    await created(http, f"/test-suite/{suite['id']}/test", a_test("party_size = 4"))
    run = await created(http, f"/test-suite/{suite['id']}/run", {})
    assert (await http.delete(f"/assistant/{mario}")).status_code == 200
    await run_jobs()
    run = (await http.get(f"/test-suite/{suite['id']}/run/{run['id']}")).json()
    (score,) = run["testResults"][0]["attempts"][0]["scorerResults"]
    assert score["result"] == "fail"
    assert "could not be held" in score["reasoning"]


async def test_another_organizations_suites_cannot_be_run(tenant, make_tenant, suite):
    stranger = await make_tenant()
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=stranger.headers) as theirs:
        path = f"/test-suite/{suite['id']}/run"
        assert (await theirs.post(path, json={})).status_code == 404
        assert (await theirs.get(path)).status_code == 404


async def test_a_suite_without_a_target_says_so(http):
    bare = await created(http, "/test-suite", {"name": "Bare"})
    answer = await http.post(f"/test-suite/{bare['id']}/run", json={})
    assert answer.status_code == 400
    assert "targetPlan" in answer.json()["message"]
