"""Every stored kind, by its declaration: its life, its lists, its refusals."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from entity_bodies import PLAIN_KINDS, body_of, make

from allokoli.core import clock
from allokoli.engine.api.kinds import BY_NAME, KINDS


def test_every_plain_kind_has_a_body_to_be_tried_with() -> None:
    nested = {"test-suite-test"}
    assert {kind.name for kind in KINDS if kind.plain} == {*PLAIN_KINDS, *nested}


@pytest.mark.parametrize("name", PLAIN_KINDS)
async def test_an_entity_lives_as_vapi_s_does(http, tenant, name) -> None:
    kind = BY_NAME[name]
    body = await body_of(http, name)
    made = await make(http, kind.path, body)
    assert UUID(made["id"])
    assert made["orgId"] == str(tenant.org_id)
    assert made["createdAt"] == made["updatedAt"]
    assert made["createdAt"].endswith("Z")
    assert body.items() <= made.items()
    one = f"{kind.path}/{made['id']}"
    assert (await http.get(one)).json() == made
    query = {"schemaOverride": "true"} if name == "structured-output" else {}
    patch = {"members": body["members"]} if name == "squad" else {}
    response = await http.patch(one, json=patch, params=query)
    assert response.status_code == 200, response.text
    changed = response.json()
    assert {**changed, "updatedAt": ""} == {**made, "updatedAt": ""}
    response = await http.get(kind.path)
    listed = response.json()["results"] if kind.family == "page" else response.json()
    assert changed in listed
    response = await http.delete(one)
    assert response.status_code == 200
    assert response.json() == changed
    gone = await http.get(one)
    assert (gone.status_code, gone.json()["error"]) == (404, "Not Found")


@pytest.mark.parametrize("name", PLAIN_KINDS)
async def test_what_a_client_read_it_may_write_back(http, name) -> None:
    kind = BY_NAME[name]
    made = await make(http, kind.path, await body_of(http, name))
    query = {"schemaOverride": "false"} if name == "structured-output" else {}
    response = await http.patch(f"{kind.path}/{made['id']}", json=made, params=query)
    assert response.status_code == 200, response.text
    assert {**response.json(), "updatedAt": ""} == {**made, "updatedAt": ""}


@pytest.mark.parametrize("name", PLAIN_KINDS)
async def test_an_unknown_property_is_refused_by_name(http, name) -> None:
    kind = BY_NAME[name]
    body = await body_of(http, name)
    refused = await http.post(kind.path, json={**body, "inconnue": 1})
    assert refused.status_code == 400
    assert "property inconnue should not exist" in refused.json()["message"]
    made = await make(http, kind.path, body)
    query = {"schemaOverride": "false"} if name == "structured-output" else {}
    patch = {"inconnue": 1, "members": body.get("members")} if name == "squad" else {"inconnue": 1}
    refused = await http.patch(f"{kind.path}/{made['id']}", json=patch, params=query)
    assert refused.status_code == 400
    assert "property inconnue should not exist" in refused.json()["message"]
    forged = await http.patch(
        f"{kind.path}/{made['id']}", json={**patch, "orgId": str(uuid4())}, params=query
    )
    assert forged.status_code == 400


@pytest.mark.parametrize("path", ["/structured-output", "/reporting/board", "/test-suite"])
async def test_pages_are_counted_ordered_and_bounded(http, at, path) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    body = {"name": "x"}
    if path == "/structured-output":
        body["schema"] = {"type": "string"}
    if path == "/reporting/board":
        body["layout"] = {"columns": 6}
    ids = []
    for day in range(5):
        at(start + timedelta(days=day))
        ids.append((await make(http, path, body))["id"])
    clock.set_source(None)

    async def page(query: str) -> dict:
        response = await http.get(f"{path}?{query}")
        assert response.status_code == 200, response.text
        return response.json()

    first = await page("limit=2.0")
    assert [one["id"] for one in first["results"]] == [ids[4], ids[3]]
    assert first["metadata"] == {
        "itemsPerPage": 2,
        "totalItems": 5,
        "currentPage": 1,
        "totalPages": 3,
        "hasNextPage": True,
        "sortOrder": "DESC",
    }
    last = await page("limit=2&page=3&sortOrder=ASC&sortBy=createdAt")
    assert [one["id"] for one in last["results"]] == [ids[4]]
    assert last["metadata"]["hasNextPage"] is False
    assert (await page("page=9"))["results"] == []
    assert (await page("limit=0"))["results"] == []
    some = await page("createdAtGt=2026-01-02T00:00:00&createdAtLe=2026-01-04T00:00:00Z")
    assert [one["id"] for one in some["results"]] == [ids[3], ids[2]]
    assert some["metadata"]["totalItems"] == 2
    offset = await page("updatedAtGe=2026-01-05T01:00:00+01:00")
    assert [one["id"] for one in offset["results"]] == [ids[4]]
    for query in (
        "page=0",
        "page=1.5",
        "page=99999999999999999999",
        "limit=1001",
        "limit=nan",
        "sortOrder=UP",
        "sortBy=name",
        "createdAtGt=0000-99-99",
        "createdAtGt=0001-01-01T00:00:00%2B14:00",
        "unknown=1",
    ):
        refused = await http.get(f"{path}?{query}")
        assert refused.status_code == 400, query
        assert refused.json()["message"], query


async def test_a_time_read_from_the_wire_is_the_row_s_own(http) -> None:
    made = await make(http, "/assistant", {"name": "A"})
    for query, expected in (("Ge", 1), ("Le", 1), ("Gt", 0), ("Lt", 0)):
        found = (await http.get(f"/assistant?createdAt{query}={made['createdAt']}")).json()
        assert len(found) == expected, query


async def test_lists_are_narrowed_by_ids_names_and_searches(http) -> None:
    assistant = await make(http, "/assistant", {"name": "A"})
    members = [{"assistantId": assistant["id"]}]
    squads = [await make(http, "/squad", {"members": members}) for _ in range(3)]
    wanted = [one["id"] for one in squads[:2]]
    for query in (f"idAny={','.join(wanted)}", f"idAny={wanted[0]}&idAny={wanted[1]}"):
        found = (await http.get(f"/squad?{query}")).json()
        assert sorted(one["id"] for one in found) == sorted(wanted), query
    assert (await http.get("/squad?idAny=none")).status_code == 400

    for name, uri in (("Standard", "sip:un@exemple.fr"), ("100%", "sip:deux@exemple.fr")):
        await make(http, "/phone-number", {"provider": "vapi", "name": name, "sipUri": uri})
    for search, count in (("stand", 1), ("EXEMPLE", 2), ("%", 1), ("_", 0), ("absent", 0)):
        page = (await http.get("/v2/phone-number", params={"search": search})).json()
        assert page["metadata"]["totalItems"] == len(page["results"]) == count, search
    assert (await http.get(f"/v2/phone-number?search={'x' * 101}")).status_code == 400


async def test_standalone_simulations_are_those_no_suite_holds(http) -> None:
    suite = await make(http, "/eval/simulation/suite", await body_of(http, "simulation-suite"))
    alone = await make(http, "/eval/simulation", await body_of(http, "simulation"))
    found = (await http.get("/eval/simulation?standaloneOnly=true")).json()
    assert [one["id"] for one in found] == [alone["id"]]
    assert len((await http.get("/eval/simulation")).json()) == 2
    copy = await http.post(f"/eval/simulation/suite/{suite['id']}/duplicate")
    assert copy.status_code == 201
    assert copy.json()["simulationIds"] == suite["simulationIds"]
    assert copy.json()["id"] != suite["id"]


async def test_what_a_simulation_is_made_of_stays_while_it_does(http) -> None:
    body = await body_of(http, "simulation")
    made = await make(http, "/eval/simulation", body)
    personality = f"/eval/simulation/personality/{body['personalityId']}"
    refused = await http.delete(personality)
    assert (refused.status_code, refused.json()["error"]) == (409, "Conflict")
    await http.delete(f"/eval/simulation/{made['id']}")
    assert (await http.delete(personality)).status_code == 200


async def test_tests_belong_to_their_suite_and_go_with_it(http) -> None:
    suite = await make(http, "/test-suite", {"name": "T"})
    other = await make(http, "/test-suite", {"name": "U"})
    body = {
        "type": "chat",
        "script": "Demande les horaires.",
        "scorers": [{"type": "ai", "rubric": "Les horaires sont donnés."}],
    }
    made = await make(http, f"/test-suite/{suite['id']}/test", body)
    assert made["testSuiteId"] == suite["id"]
    assert (await http.get(f"/test-suite/{other['id']}/test")).json()["results"] == []
    assert (await http.get(f"/test-suite/{other['id']}/test/{made['id']}")).status_code == 404
    assert (await http.get(f"/test-suite/{uuid4()}/test")).status_code == 404
    refused = await http.post(f"/test-suite/{suite['id']}/test", json={**body, "type": "fax"})
    assert refused.status_code == 400
    await http.delete(f"/test-suite/{suite['id']}")
    assert (await http.get(f"/test-suite/{suite['id']}/test/{made['id']}")).status_code == 404


async def test_a_pronunciation_dictionary_is_kept_under_its_provider(http) -> None:
    path = "/provider/11labs/pronunciation-dictionary"
    rules = [{"stringToReplace": "AlloKoli", "type": "alias", "alias": "allo coli"}]
    made = await make(http, path, {"name": "Noms", "rules": rules})
    assert made["provider"] == "11labs"
    assert made["resourceName"] == "pronunciation-dictionary"
    assert made["resource"] == {"name": "Noms", "rules": rules}
    changed = (await http.patch(f"{path}/{made['id']}", json={"name": "Autres"})).json()
    assert changed["resource"] == {"name": "Autres", "rules": rules}
    assert changed["resourceId"] == made["resourceId"]
    page = (await http.get(path, params={"resourceId": made["resourceId"]})).json()
    assert page["results"] == [changed]
    empty = await http.get("/provider/cartesia/pronunciation-dictionary")
    assert empty.json()["results"] == []
    assert (
        await http.get(f"/provider/nobody/pronunciation-dictionary/{made['id']}")
    ).status_code == 400
    assert (await http.delete(f"{path}/{made['id']}")).json() == changed
    assert (await http.get(f"{path}/{made['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("/squad", {"members": []}, "members should not be empty"),
        ("/squad", {"members": [{}]}, "exactly one of assistantId and assistant"),
        ("/squad", {"members": [{"assistantId": str(uuid4())}]}, "does not exist"),
        ("/workflow", {"name": "W", "nodes": [], "edges": []}, "nodes should not be empty"),
        (
            "/workflow",
            {
                "name": "W",
                "nodes": [{"type": "conversation", "name": "a", "isStart": True}],
                "edges": [{"from": "a", "to": "perdu"}],
            },
            "edges.0.to: there is no node named perdu",
        ),
        (
            "/workflow",
            {
                "name": "W",
                "nodes": [{"type": "conversation", "name": one} for one in "ab"],
                "edges": [{"from": "a", "to": "b"}, {"from": "b", "to": "a"}],
            },
            "one node must have isStart",
        ),
        (
            "/workflow",
            {
                "name": "W",
                "nodes": [{"type": "conversation", "name": str(one)} for one in range(3000)],
                "edges": [],
            },
            "nodes must contain no more than 500 elements",
        ),
        (
            "/workflow",
            {
                "name": "W",
                "nodes": [{"type": "conversation", "name": "a"}] * 2,
                "edges": [],
            },
            "used more than once",
        ),
        ("/tool", {"type": "teleport"}, "type must be one of the following values"),
        ("/tool", {"type": ["function"]}, "type must be one of the following values"),
        ("/phone-number", {"provider": "asterisk"}, "provider must be one of the following"),
        ("/reporting/insight", {"queries": []}, "type must be one of the following values"),
        (
            "/assistant",
            {"firstMessage": "x" * 100_001},
            "must be shorter than or equal to 100000 characters",
        ),
        (
            "/eval/simulation/personality",
            {"name": "P", "assistant": {}, "path": "../../etc"},
            "must match",
        ),
        ("/knowledge-base", {"provider": "custom-knowledge-base"}, "server should not be empty"),
        ("/knowledge-base", {"provider": "autre"}, "provider must be one of"),
    ],
)  # fmt: skip
async def test_what_cannot_work_is_refused_when_it_is_written(http, path, body, message) -> None:
    refused = await http.post(path, json=body)
    assert refused.status_code == 400, refused.text
    assert any(message in problem for problem in refused.json()["message"]), refused.text


async def test_a_squad_or_a_workflow_may_come_back_to_itself(http) -> None:
    nodes = [{"type": "conversation", "name": one, "isStart": one == "a"} for one in "ab"]
    edges = [{"from": "a", "to": "b"}, {"from": "b", "to": "a"}, {"from": "b", "to": "b"}]
    await make(http, "/workflow", {"name": "W", "nodes": nodes, "edges": edges})
    back = {"type": "handoff", "destinations": [{"type": "assistant", "assistantName": "Un"}]}
    member = {
        "assistant": {
            "name": "Un",
            "model": {"provider": "openai", "model": "gpt-4o", "tools": [back]},
        },
        "assistantDestinations": [{"type": "assistant", "assistantName": "Un"}],
    }
    made = await make(http, "/squad", {"members": [member]})
    assert made["members"] == [member]


async def test_a_variant_cannot_become_another(http) -> None:
    tool = await make(http, "/tool", {"type": "endCall"})
    refused = await http.patch(f"/tool/{tool['id']}", json={"type": "function"})
    assert refused.status_code == 400
    assert refused.json()["message"] == ["type cannot be changed"]
    kept = await http.patch(f"/tool/{tool['id']}", json={"type": "endCall", "messages": []})
    assert kept.status_code == 200


async def test_null_unsets_and_a_required_property_cannot_be(http) -> None:
    made = await make(http, "/eval", await body_of(http, "eval"))
    unset = await http.patch(f"/eval/{made['id']}", json={"name": None})
    assert "name" not in unset.json()
    refused = await http.patch(f"/eval/{made['id']}", json={"messages": None})
    assert refused.status_code == 400
    assert refused.json()["message"] == ["messages should not be empty"]
    assert (await http.get(f"/eval/{made['id']}")).json() == unset.json()
