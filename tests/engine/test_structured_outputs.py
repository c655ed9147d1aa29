"""What is read out of calls, with and without a language model."""

import json
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from told_model import Model
from vapi.types.create_structured_output_dto import CreateStructuredOutputDto

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.engine.calls.models import Call, CallMessage

BOOKING = [
    ("assistant", "Restaurant Chez Mario, bonsoir !"),
    ("user", "Je voudrais réserver une table pour 4 personnes"),
    ("assistant", "À quel nom ?"),
    ("user", "Au nom de Martin"),
]


@pytest.fixture
def held(compiled):
    """A call that took place: what was said, and who answered."""

    async def make(tenant, said=BOOKING, *, assistant=None, **columns) -> str:
        now = clock.now()
        opener = assistant or compiled()
        call = Call(
            id=uuid4(),
            org_id=tenant.org_id,
            type="webCall",
            status="ended",
            transport="daily",
            assistant=opener,
            cast_json={},
            created_at=now - timedelta(minutes=2),
            started_at=now - timedelta(minutes=2),
            ended_at=now,
            updated_at=now,
            ended_reason="customer-ended-call",
            **columns,
        )
        async with session(tenant.identity) as opened:
            opened.add(call)
            await opened.flush()
            opened.add_all(
                CallMessage(
                    call_id=call.id,
                    org_id=tenant.org_id,
                    seq=seq,
                    role=role,
                    text=text,
                    started_at=now,
                    ended_at=now,
                )
                for seq, (role, text) in enumerate(said)
            )
        return str(call.id)

    return make


async def post(tenant, body) -> httpx.Response:
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=tenant.headers) as client:
        return await client.post("/structured-output/run", json=body)


def pattern(regex: str, kind: str = "string") -> CreateStructuredOutputDto:
    return CreateStructuredOutputDto(name="Found", type="regex", regex=regex, schema={"type": kind})


@pytest.mark.parametrize(
    ("regex", "kind", "result"),
    [
        (r"pour (\d+) personnes", "integer", 4),
        (r"/au nom de (\w+)/i", "string", "Martin"),
        ("terrasse", "boolean", False),
        ("réserver", "boolean", True),
        (r"User: (\w+)", "array", ["Je", "Au"]),
    ],
)
async def test_a_pattern_gives_what_the_schema_asks_for(tenant, held, regex, kind, result):
    call_id = await held(tenant)
    made = await tenant.sdk().structured_outputs.structured_output_controller_run(
        call_ids=[call_id], structured_output=pattern(regex, kind), preview_enabled=True
    )
    (found,) = (value for name, value in made.model_extra.items() if name != "skipped")
    assert found == {"name": "Found", "result": result}


@pytest.mark.parametrize(
    ("regex", "told"), [("(a+)+$", "takes too long"), ("(unclosed", "not a valid")]
)
async def test_a_pattern_that_runs_away_is_stopped_and_said(tenant, held, regex, told):
    call_id = await held(tenant, [("user", "a" * 9000 + "b"), ("assistant", "Oui ?")])
    body = {
        "callIds": [call_id],
        "previewEnabled": True,
        "structuredOutput": {
            "name": "Hostile", "type": "regex", "regex": regex, "schema": {"type": "string"},
        },
    }  # fmt: skip
    answer = await post(tenant, body)
    assert answer.status_code == 400
    assert told in answer.json()["message"]


async def test_without_a_model_a_guided_call_tells_the_fields_it_collected(tenant, held):
    call_id = await held(tenant)
    schema = {
        "type": "object",
        "properties": {
            "party_size": {"type": "integer"},
            "intent": {"type": "string"},
            "mood": {"type": "string"},
        },
    }
    body = {
        "callIds": [call_id],
        "previewEnabled": True,
        "structuredOutput": {"name": "Booking", "schema": schema},
    }
    answer = await post(tenant, body)
    assert answer.status_code == 200, answer.text
    (found,) = answer.json().values()
    assert found == {"name": "Booking", "result": {"party_size": 4, "intent": "book"}}


async def test_without_a_model_what_only_a_model_could_judge_is_refused_and_said(tenant, held):
    call_id = await held(tenant)
    body = {
        "callIds": [call_id],
        "previewEnabled": True,
        "structuredOutput": {"name": "Politeness", "schema": {"type": "number"}},
    }
    answer = await post(tenant, body)
    assert answer.status_code == 400
    assert "No language model is configured" in answer.json()["message"]


async def test_a_models_answer_is_held_against_the_schema_and_asked_again(tenant, held, model_of):
    model = Model("I would say seven.", '```json\n{"score": "twelve"}\n```', '{"score": 7}')
    schema = {"type": "object", "properties": {"score": {"type": "integer"}}}
    call_id = await held(tenant)
    body = {
        "callIds": [call_id],
        "previewEnabled": True,
        "structuredOutput": {"name": "Score", "schema": schema, "model": await model_of(model)},
    }
    answer = await post(tenant, body)
    assert answer.status_code == 400
    assert "does not follow the schema" in answer.json()["message"]
    answer = await post(tenant, body)
    assert list(answer.json().values()) == [{"name": "Score", "result": {"score": 7}}]
    assert "Martin" in json.dumps(model.asked, ensure_ascii=False)


async def test_a_run_changes_the_calls_and_may_be_done_twice(tenant, held, run_jobs):
    calls = [await held(tenant), await held(tenant)]
    stored = await tenant.sdk().structured_outputs.structured_output_controller_create(
        name="Guests", type="regex", regex=r"pour (\d+)", schema={"type": "integer"}
    )
    for _ in range(2):
        made = await tenant.sdk().structured_outputs.structured_output_controller_run(
            call_ids=calls, structured_output_id=stored.id
        )
        assert made.message
        await run_jobs()
    for call_id in calls:
        call = await tenant.sdk().calls.get(call_id)
        assert call.artifact.structured_outputs == {stored.id: {"name": "Guests", "result": 4}}


async def test_at_a_calls_end_outputs_are_read_and_scored(tenant, compiled):
    """The card counts an output that nobody else asked for."""
    async with httpx.AsyncClient(
        base_url=tenant.base_url, headers=tenant.headers, timeout=60
    ) as http:

        async def created(path: str, body: dict) -> str:
            answer = await http.post(path, json=body)
            assert answer.status_code == 201, answer.text
            return answer.json()["id"]

        counted = await created(
            "/structured-output",
            {"name": "Four", "type": "regex", "regex": "pour 4", "schema": {"type": "boolean"}},
        )
        named = await created(
            "/structured-output",
            {"name": "Guests", "type": "regex", "regex": r"pour (\d+)",
             "schema": {"type": "integer"}},
        )  # fmt: skip
        condition = {"type": "comparator", "comparator": "=", "value": True, "points": 50}
        card = await created(
            "/observability/scorecard",
            {
                "name": "Card",
                "metrics": [{"structuredOutputId": counted, "conditions": [condition]}],
            },
        )
        assistant = compiled()
        assistant["artifactPlan"] = {"structuredOutputIds": [named], "scorecardIds": [card]}
        transport = {"provider": "text"}
        call_id = await created("/call", {"assistant": assistant, "transport": transport})
        await http.post(f"/call/{call_id}/message", json={"content": "Une table pour 4 personnes"})
        ended = await http.post(f"/call/{call_id}/control", json={"type": "end-call"})
        assert ended.status_code == 200, ended.text
    artifact = (await tenant.sdk().calls.get(call_id)).artifact
    assert artifact.structured_outputs[named] == {"name": "Guests", "result": 4}
    assert artifact.scorecards[card]["scoreNormalized"] == 100


async def test_conditions_that_do_not_hold_are_named(tenant, held):
    call_id = await held(tenant)
    body = {
        "callIds": [call_id],
        "previewEnabled": True,
        "structuredOutput": {
            "name": "Long",
            "schema": {"type": "boolean"},
            "conditions": [{"type": "minCallDuration", "seconds": 600}],
        },
    }
    (skipped,) = (await post(tenant, body)).json()["skipped"].values()
    assert skipped["unmetCondition"] == {"type": "minCallDuration", "seconds": 600}


async def test_schemas_cannot_fetch_nor_run_away(tenant, held, model_of, receiver):
    hostile = {
        "type": "object",
        "properties": {
            "text": {"type": "string", "pattern": "(a+)+$"},
            "other": {"$ref": receiver.url},
        },
    }
    model = Model(json.dumps({"text": "a" * 5000 + "b", "other": 1}))
    call_id = await held(tenant)
    body = {
        "callIds": [call_id],
        "previewEnabled": True,
        "structuredOutput": {"name": "H", "schema": hostile, "model": await model_of(model)},
    }
    answer = await post(tenant, body)
    assert answer.status_code == 400
    assert receiver.messages == []


async def test_another_organizations_calls_and_outputs_do_not_exist(tenant, make_tenant, held):
    stranger = await make_tenant()
    call_id = await held(tenant)
    stored = await tenant.sdk().structured_outputs.structured_output_controller_create(
        name="Guests", schema={"type": "integer"}
    )
    theirs = await held(stranger)
    body = {"callIds": [call_id], "structuredOutput": {"name": "x", "schema": {}}}
    assert (await post(stranger, body)).status_code == 400
    body = {"callIds": [theirs], "structuredOutputId": stored.id}
    assert (await post(stranger, body)).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"callIds": []},
        {"callIds": ["x"], "structuredOutputId": str(uuid4())},
        {"callIds": [str(uuid4())] * 101, "structuredOutputId": str(uuid4())},
        {"callIds": [str(uuid4())]},
        {"callIds": "all", "structuredOutputId": str(uuid4())},
    ],
)
async def test_what_is_no_run_is_refused(tenant, body):
    assert (await post(tenant, body)).status_code == 400
