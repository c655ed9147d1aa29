"""Mock conversations replayed against an assistant."""

import httpx
import pytest
from told_model import Model

from allokoli.engine.testing import evals


def regex(content: str, **more) -> dict:
    return {
        "role": "assistant",
        "judgePlan": {"type": "regex", "content": content},
        **more,
    }


def user(content: str) -> dict:
    return {"role": "user", "content": content}


def eval_of(*messages: dict) -> dict:
    return {"type": "chat.mockConversation", "messages": list(messages)}


async def ran(tenant, run_jobs, eval_body: dict, target: dict):
    """A run, once it has ended, as the official client reads it."""
    started = await tenant.sdk().eval.eval_controller_run(
        type="eval", eval=eval_body, target={"type": "assistant", **target}
    )
    run_id = started["id"] if isinstance(started, dict) else started.id
    await run_jobs()
    run = await tenant.sdk().eval.eval_controller_get_run(run_id)
    assert run.status == "ended"
    assert run.cost == 0
    return run


async def test_an_assistant_that_says_what_is_wanted_passes(tenant, run_jobs, mario):
    run = await ran(
        tenant,
        run_jobs,
        eval_of(
            user("Bonjour, je voudrais réserver une table pour 4 personnes"),
            regex("/4 personnes|jour|quand/i"),
        ),
        {"assistantId": mario},
    )
    assert run.ended_reason == "mockConversation.done"
    (result,) = run.results
    assert result.status == "pass", result.messages
    assert [one.role for one in result.messages] == ["user", "assistant"]
    assert result.messages[1].content


async def test_one_that_does_not_fails_with_the_reason_and_goes_on(tenant, run_jobs, mario):
    run = await ran(
        tenant,
        run_jobs,
        eval_of(user("Bonjour"), regex("pizza gratuite"), user("Au revoir"), regex(".")),
        {"assistantId": mario},
    )
    (result,) = run.results
    assert result.status == "fail"
    judged = [one.judge for one in result.messages if one.role == "assistant"]
    assert judged[0] == {
        "status": "fail",
        "failureReason": "the message does not match the pattern",
    }
    assert judged[1] == {"status": "pass"}


async def test_an_eval_may_exit_at_its_first_failure(tenant, run_jobs, mario):
    run = await ran(
        tenant,
        run_jobs,
        eval_of(
            user("Bonjour"),
            regex("pizza", continuePlan={"exitOnFailureEnabled": True}),
            user("Encore"),
            regex("."),
        ),
        {"assistantId": mario},
    )
    assert len(run.results[0].messages) == 2


async def test_an_exact_plan_compares_words_without_case(tenant, run_jobs, mario):
    exact = {"role": "assistant", "judgePlan": {"type": "exact", "content": "autre chose"}}
    run = await ran(tenant, run_jobs, eval_of(exact), {"assistantId": mario})
    assert run.results[0].status == "fail"
    greeting = run.results[0].messages[0].content
    assert "Mario" in greeting
    exact["judgePlan"]["content"] = greeting.upper()
    run = await ran(tenant, run_jobs, eval_of(exact), {"assistantId": mario})
    assert run.results[0].status == "pass"


async def test_without_a_language_model_an_ai_judge_never_passes_and_says_why(
    tenant, run_jobs, mario
):
    judge = {
        "type": "ai",
        "model": {"provider": "openai", "model": "gpt-4o", "messages": []},
    }
    run = await ran(
        tenant,
        run_jobs,
        eval_of(user("Bonjour"), {"role": "assistant", "judgePlan": judge}),
        {"assistantId": mario},
    )
    (result,) = run.results
    assert result.status == "fail"
    assert "No language model is configured" in result.messages[1].judge["failureReason"]


def with_tool(model: dict, url: str = "http://127.0.0.1:9/tool") -> dict:
    tool = {
        "type": "function",
        "function": {"name": "book", "parameters": {"type": "object", "properties": {}}},
        "server": {"url": url},
    }
    return {"firstMessage": "Hello", "model": {**model, "tools": [tool]}}


async def test_tool_calls_are_judged_without_being_run_and_answers_are_given(
    tenant, run_jobs, model_of, receiver
):
    model = Model(("book", {"guests": 4}), "You are booked for 8 pm.")
    assistant = with_tool(await model_of(model), receiver.url)
    called = {
        "type": "exact",
        "content": "",
        "toolCalls": [{"name": "book", "arguments": {"guests": 4}}],
    }
    run = await ran(
        tenant,
        run_jobs,
        eval_of(
            user("A table for four"),
            {"role": "assistant", "judgePlan": called},
            {"role": "tool", "content": '{"at": "8 pm"}'},
            regex("8 pm"),
        ),
        {"assistant": assistant},
    )
    assert run.results[0].status == "pass", run.results[0].messages
    assert receiver.messages == []
    told = model.asked[1]["messages"]
    assert [one["role"] for one in told if one["role"] != "system"] == ["user", "assistant", "tool"]
    assert told[-1]["content"] == '{"at": "8 pm"}'


async def test_a_tools_real_answer_can_be_judged(tenant, run_jobs, model_of, receiver):
    """Then, and only then, the tool is run."""
    model = Model(("book", {}), "Done.")
    judge = {"type": "ai", "model": {**await model_of(Model("fail")), "messages": []}}
    called = {"type": "exact", "content": "", "toolCalls": [{"name": "book"}]}
    run = await ran(
        tenant,
        run_jobs,
        eval_of(
            user("Book"),
            {"role": "assistant", "judgePlan": called},
            {"role": "tool", "judgePlan": judge},
        ),
        {"assistant": with_tool(await model_of(model), receiver.url)},
    )
    assert [one["type"] for one in receiver.messages] == ["tool-calls"]
    answered = run.results[0].messages[2]
    assert answered.role == "tool"
    assert answered.judge["status"] == "fail"


async def test_a_tool_that_was_not_called_is_named(tenant, run_jobs, model_of):
    assistant = with_tool(await model_of(Model("I would rather not.")))
    plan = {"type": "regex", "content": ".", "toolCalls": [{"name": "book"}]}
    run = await ran(
        tenant,
        run_jobs,
        eval_of(user("Book"), {"role": "assistant", "judgePlan": plan}),
        {"assistant": assistant},
    )
    reason = run.results[0].messages[1].judge["failureReason"]
    assert "tool book was not called" in reason


@pytest.mark.parametrize(
    ("verdict", "status"),
    [("pass", "pass"), ("Fail.", "fail"), ("pass or fail, who knows", "fail"), ("🤷", "fail")],
)
async def test_a_judge_says_pass_or_fail_and_nothing_else_passes(
    tenant, run_jobs, mario, model_of, verdict, status
):
    judge = Model(verdict)
    messages = [{"role": "system", "content": "Polite? {{messages[-1]}}"}]
    plan = {"type": "ai", "model": {**await model_of(judge), "messages": messages}}
    run = await ran(
        tenant,
        run_jobs,
        eval_of(user("Bonjour"), {"role": "assistant", "judgePlan": plan}),
        {"assistantId": mario},
    )
    assert run.results[0].status == status
    assert "Polite?" in judge.asked[0]["messages"][0]["content"]


async def test_a_pattern_that_runs_away_fails_its_checkpoint_alone(tenant, run_jobs, model_of):
    assistant = {"firstMessage": "x", "model": await model_of(Model("a" * 5000 + "b"))}
    run = await ran(
        tenant,
        run_jobs,
        eval_of(user("Go"), regex("(a+)+$"), user("Again"), regex("b")),
        {"assistant": assistant},
    )
    judged = [one.judge for one in run.results[0].messages if one.role == "assistant"]
    assert judged[0]["failureReason"] == "the pattern takes too long to match"
    assert judged[1]["status"] == "pass"


async def test_a_model_that_is_down_is_an_error_and_not_a_verdict(tenant, run_jobs):
    gone = {"provider": "custom-llm", "model": "m", "url": "http://127.0.0.1:9/v1"}
    run = await ran(
        tenant, run_jobs, eval_of(user("Hello"), regex(".")), {"assistant": {"model": gone}}
    )
    assert run.ended_reason == "error"
    assert "model failed" in run.ended_message
    assert run.results[0].status == "fail"


async def test_a_run_done_twice_keeps_its_first_result(tenant, run_jobs, model_of):
    model = Model("Hello")
    target = {"assistant": {"model": await model_of(model)}}
    run = await ran(tenant, run_jobs, eval_of(user("Hi"), regex("Hello")), target)
    await evals.run(org_id=str(tenant.org_id), run_id=run.id)
    again = await tenant.sdk().eval.eval_controller_get_run(run.id)
    assert again.ended_at == run.ended_at
    assert len(model.asked) == 1


async def test_a_run_deleted_before_it_starts_never_runs(tenant, run_jobs, model_of):
    model = Model("Hello")
    started = await tenant.sdk().eval.eval_controller_run(
        type="eval",
        eval=eval_of(user("Hi"), regex(".")),
        target={"type": "assistant", "assistant": {"model": await model_of(model)}},
    )
    run_id = started["id"] if isinstance(started, dict) else started.id
    deleted = await tenant.sdk().eval.eval_controller_remove_run(run_id)
    assert deleted.id == run_id
    await run_jobs()
    assert model.asked == []


async def test_runs_are_listed_page_by_page_and_stay_within_their_organization(
    tenant, make_tenant, http, mario
):
    stored = await tenant.sdk().eval.eval_controller_create(
        type="chat.mockConversation", messages=[user("Hi"), regex(".")], name="Hello"
    )
    body = {
        "type": "eval",
        "evalId": stored.id,
        "target": {"type": "assistant", "assistantId": mario},
    }
    first = (await http.post("/eval/run", json=body)).json()
    assert (await http.post("/eval/run", json=body)).status_code == 201
    page = await tenant.sdk().eval.eval_controller_get_runs_paginated(limit=1)
    assert page.metadata.total_items == 2
    stranger = await make_tenant()
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=stranger.headers) as theirs:
        assert (await theirs.get(f"/eval/run/{first['id']}")).status_code == 404
        assert (await theirs.delete(f"/eval/run/{first['id']}")).status_code == 404
        refused = await theirs.post("/eval/run", json=body)
    assert refused.status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"target": None},
        {"target": {"type": "assistant"}},
        {"target": {"type": "robot", "assistantId": "x"}},
        {"eval": None},
        {"evalId": "3f0f8b0e-0f0f-4f0f-8f0f-0f0f0f0f0f0f"},
        {"eval": eval_of(*[user("x")] * 201)},
        {"eval": {"type": "chat.mockConversation", "messages": "hello"}},
        {"surprise": True},
    ],
)  # fmt: skip
async def test_what_is_no_run_is_refused(http, change):
    body = {
        "type": "eval",
        "eval": eval_of(user("Hi"), regex(".")),
        "target": {"type": "assistant", "assistant": {"firstMessage": "Hi"}},
        **change,
    }
    answer = await http.post("/eval/run", json={k: v for k, v in body.items() if v is not None})
    assert answer.status_code == 400, answer.text
