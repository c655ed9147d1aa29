"""What a finished call gave, asked of a model by the assistant's own plan."""

import asyncio

import pytest
from calling import ended, said, started
from scripted_model import scripted_model

SPOKEN = ["Bonjour, ici Mario.", "C’est noté."]
SCHEMA = {"type": "object", "properties": {"nom": {"type": "string"}}, "required": ["nom"]}
ONLY_DATA = {"summaryPlan": {"enabled": False}, "successEvaluationPlan": {"enabled": False}}


@pytest.fixture
async def model():
    async with scripted_model() as made:
        yield made


async def _analysed(http, model, plan: dict, answers: list[str]) -> dict:
    """A call of one exchange, analysed by the same model."""
    model.script = [SPOKEN[1], *answers]
    assistant = model.assistant(firstMessage=SPOKEN[0], analysisPlan=plan)
    call = await started(http, {"assistant": assistant})
    await said(http, call["id"], "Je m’appelle Martin.")
    return await ended(http, call["id"])


async def test_each_part_is_asked_as_its_plan_says(http, model) -> None:
    own = [{"role": "system", "content": "Résume : {{transcript}} / {{endedReason}}"}]
    call = await _analysed(
        http,
        model,
        {"summaryPlan": {"messages": own}, "successEvaluationPlan": {"enabled": False}},
        ["Martin a appelé."],
    )
    assert call["analysis"] == {"summary": "Martin a appelé."}
    asked = model.requests[-1]["messages"]
    assert len(asked) == 1
    assert "User: Je m’appelle Martin." in asked[0]["content"]
    assert asked[0]["content"].endswith("/ manually-canceled")
    analysis = [one for one in call["costs"] if one["type"] == "analysis"]
    assert [(one["analysisType"], one["promptTokens"]) for one in analysis] == [("summary", 7)]


@pytest.mark.parametrize(
    ("rubric", "answer", "told"),
    [
        ("PassFail", "True.", "true"),
        ("PassFail", "The call failed: no booking", "false"),
        (None, "**true**", "true"),
        ("NumericScale", "7", "7"),
        ("PercentageScale", "85%", "85%"),
        ("LikertScale", "Agree", "Agree"),
        ("DescriptiveScale", "Good", "Good"),
        ("Checklist", "- nom: oui\n- heure: non", "- nom: oui\n- heure: non"),
    ],
)
async def test_a_verdict_is_a_text_by_any_rubric(http, model, rubric, answer, told) -> None:
    plan = {"successEvaluationPlan": {"rubric": rubric} if rubric else {},
            "summaryPlan": {"enabled": False}}  # fmt: skip
    call = await _analysed(http, model, plan, [answer])
    assert call["analysis"] == {"successEvaluation": told}


async def test_data_that_does_not_follow_its_schema_is_corrected_once(http, model) -> None:
    plan = {**ONLY_DATA, "structuredDataPlan": {"enabled": True, "schema": SCHEMA}}
    call = await _analysed(http, model, plan, ['{"nom": 3}', '```json\n{"nom": "Martin"}\n```'])
    assert call["analysis"] == {"structuredData": {"nom": "Martin"}}
    assert "does not follow the schema" in model.requests[-1]["messages"][-1]["content"]


@pytest.mark.parametrize("answers", [["je ne sais pas"] * 2, ['{"nom": 1}'] * 2, ["{" * 5_000] * 2])
async def test_data_that_never_follows_its_schema_is_left_out(http, model, answers) -> None:
    plan = {**ONLY_DATA, "structuredDataPlan": {"enabled": True, "schema": SCHEMA}}
    call = await _analysed(http, model, plan, answers)
    assert call["analysis"] == {}


async def test_several_plans_of_data_each_give_theirs(http, model) -> None:
    multi = [{"key": key, "plan": {"schema": SCHEMA}} for key in ("client", "table")]
    call = await _analysed(
        http, model, {**ONLY_DATA, "structuredDataMultiPlan": multi}, ['{"nom": "M"}'] * 2
    )
    assert call["analysis"]["structuredDataMulti"] == [
        {"key": "client", "value": {"nom": "M"}},
        {"key": "table", "value": {"nom": "M"}},
    ]


async def test_a_call_too_short_is_not_worth_a_question(http, model) -> None:
    asked = len(model.requests)
    call = await _analysed(http, model, {"minMessagesThreshold": 9}, [])
    assert call["analysis"] == {}
    assert len(model.requests) == asked + 1


async def test_a_dead_model_costs_the_analysis_and_not_the_call(http, model) -> None:
    call = await _analysed(http, model, {}, ["refuse"])
    assert call["analysis"] == {}
    assert call["status"] == "ended"
    log = (await http.get(f"/call/{call['id']}/call-logs")).text
    assert "analysis failed" in log


async def test_a_model_that_never_finishes_is_waited_for_as_long_as_the_plan_says(
    http, model
) -> None:
    plan = {"summaryPlan": {"timeoutSeconds": 1}, "successEvaluationPlan": {"enabled": False}}
    call = await asyncio.wait_for(_analysed(http, model, plan, ["hold"]), 30)
    assert call["analysis"] == {}
    assert call["status"] == "ended"
