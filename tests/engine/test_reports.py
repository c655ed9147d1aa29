"""The report of an ended call: what is in it, and how long it is offered."""

import pytest
from calling import ended, said, started
from scripted_model import scripted_model

from allokoli.core.database import session
from allokoli.engine.calls import repository, tasks
from allokoli.engine.calls.models import Call


@pytest.fixture
async def model():
    async with scripted_model() as made:
        yield made


async def _status(tenant, call_id: str) -> str:
    from uuid import UUID

    async with session(tenant.identity) as opened:
        call: Call = await repository.find(opened, UUID(call_id))
        return call.report_status


async def test_the_report_holds_the_whole_call(http, tenant, model, receiver, run_jobs) -> None:
    tool = {"type": "function", "function": {"name": "meteo"}, "server": {"url": receiver.url}}
    assistant = model.assistant(
        firstMessage="Bonjour", server={"url": receiver.url},
        serverMessages=["end-of-call-report"], model={"tools": [tool]},
        artifactPlan={"transcriptPlan": {"assistantName": "Mario", "userName": "Client"}},
    )  # fmt: skip
    overrides = {"variableValues": {"dossier": 7}}
    call = await started(http, {"assistant": assistant, "assistantOverrides": overrides})
    model.script = [{"tool": "meteo"}, "Il fait beau.", "Une météo.", "true"]
    await said(http, call["id"], "Quel temps ?")
    await ended(http, call["id"])
    await run_jobs()
    [report] = receiver.of("end-of-call-report")
    artifact = report["artifact"]
    assert artifact["transcript"] == "Mario: Bonjour\nClient: Quel temps ?\nMario: Il fait beau.\n"
    assert [one["role"] for one in artifact["messages"]] == [
        "bot", "user", "tool_calls", "tool_call_result", "bot",
    ]  # fmt: skip
    assert [one["role"] for one in artifact["messagesOpenAIFormatted"]] == [
        "assistant", "user", "assistant", "tool", "assistant",
    ]  # fmt: skip
    assert artifact["variableValues"]["dossier"] == 7
    assert artifact["assistantActivations"] == [{"assistantName": "Essai"}]
    assert artifact["performanceMetrics"]["turnLatencyAverage"] > 0
    assert artifact["logUrl"]
    assert report["analysis"] == {"summary": "Une météo.", "successEvaluation": "true"}
    assert report["cost"] == 0
    assert {one["type"] for one in report["costs"]} == {"model", "analysis", "vapi"}
    assert await _status(tenant, call["id"]) == "sent"


async def test_a_report_nobody_takes_is_given_up_and_marked(http, tenant, model, receiver) -> None:
    receiver.refuses("end-of-call-report", times=1_000)
    assistant = model.assistant(server={"url": receiver.url}, serverMessages=["end-of-call-report"])
    call = await started(http, {"assistant": assistant})
    await ended(http, call["id"])
    for _ in range(10):
        with pytest.raises(tasks.ReportNotTaken):
            await tasks.deliver_report(org_id=call["orgId"], call_id=call["id"])
    assert await _status(tenant, call["id"]) == "pending"
    for _ in range(2):
        await tasks.deliver_report(org_id=call["orgId"], call_id=call["id"])
    assert await _status(tenant, call["id"]) == "failed"
    assert receiver.refused == 11


async def test_the_number_s_server_is_told_where_the_assistant_has_none(
    http, tenant, model, receiver
) -> None:
    from allokoli.engine.calls import starting
    from allokoli.engine.calls.ending import conclude, end
    from allokoli.engine.calls.stored import one

    number = {
        "provider": "vapi",
        "sipUri": "sip:chezmario@sip.test",
        "server": {"url": receiver.url},
    }
    made = (await http.post("/phone-number", json=number)).json()
    async with session(tenant.identity) as opened:
        row = await one(opened, "phone-number", made["id"], "phoneNumberId")
        body = {"assistant": {"name": "Essai"}, "customer": {"number": "+33612345678"}}
        call = await starting.create_row(
            opened, tenant.identity, body, "vapi", kind="inboundPhoneCall", number=row
        )
    await end(tenant.identity, call.id, "customer-did-not-answer")
    await conclude(tenant.identity, call.id)
    await tasks.deliver_report(org_id=str(call.org_id), call_id=str(call.id))
    [report] = receiver.of("end-of-call-report")
    assert report["phoneNumber"]["sipUri"] == number["sipUri"]
    assert report["call"]["phoneNumberId"] == made["id"]
    assert report["customer"] == {"number": "+33612345678"}
