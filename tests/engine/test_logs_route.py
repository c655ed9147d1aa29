"""What the engine did, line by line, as the older official client reads it."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from allokoli.core import clock
from allokoli.core.database import session
from allokoli.engine.calls.call_log import LogEntry
from allokoli.engine.calls.models import Call
from allokoli.engine.reporting.tasks import forget_logs


@pytest.fixture
def logged():
    async def make(tenant, kind: str = "Call", age_days: float = 0, call_id=None, **body):
        async with session(tenant.identity) as opened:
            opened.add(
                LogEntry(
                    id=uuid4(),
                    org_id=tenant.org_id,
                    call_id=call_id,
                    type=kind,
                    time=clock.now() - timedelta(days=age_days),
                    body={"level": "info", "event": "something happened", **body},
                )
            )

    return make


async def test_lines_are_paged_newest_first_and_a_page_beyond_is_empty(tenant, http, logged):
    for age in range(3):
        await logged(tenant, age_days=age, event=f"e{age}")
    first = (await http.get("/logs", params={"page": 1.0, "limit": 2})).json()
    assert [one["event"] for one in first["results"]] == ["e0", "e1"]
    assert first["metadata"]["totalItems"] == 3
    assert first["metadata"]["hasNextPage"] is True
    last = (await http.get("/logs", params={"page": 3, "limit": 2})).json()
    assert last["results"] == []
    oldest = (await http.get("/logs", params={"sortOrder": "ASC", "limit": 1})).json()
    assert oldest["results"][0]["event"] == "e2"


async def test_a_line_tells_its_call_assistant_and_time(tenant, http, logged):
    assistant_id = uuid4()
    now = clock.now()
    async with session(tenant.identity) as opened:
        call = Call(
            id=uuid4(), org_id=tenant.org_id, type="webCall", status="ended", transport="daily",
            assistant_id=assistant_id, created_at=now, updated_at=now,
        )  # fmt: skip
        opened.add(call)
    await logged(tenant, "Webhook", call_id=call.id, message="tool-calls", ms=250, level="error")
    await logged(tenant, "Webhook", message="status-update")
    await logged(tenant, "Provider")
    for query in (
        {"assistantId": str(assistant_id)},
        {"callId": str(call.id)},
        {"type": "Webhook", "webhookType": "tool-calls"},
    ):
        (line,) = (await http.get("/logs", params=query)).json()["results"]
        assert line["callId"] == str(call.id)
        assert line["assistantId"] == str(assistant_id)
        assert line["webhookType"] == "tool-calls"
        assert line["requestDurationSeconds"] == 0.25
        assert line["error"]["message"]


async def test_lines_are_deleted_by_what_they_are_and_only_ones_own(
    tenant, make_tenant, http, logged
):
    stranger = await make_tenant()
    await logged(tenant, "Provider")
    await logged(tenant, "Call")
    await logged(stranger, "Call")
    assert (await http.delete("/logs", params={"type": "Call"})).json() == {"deleted": 1}
    assert (await http.get("/logs")).json()["metadata"]["totalItems"] == 1
    async with httpx.AsyncClient(base_url=tenant.base_url, headers=stranger.headers) as theirs:
        assert (await theirs.get("/logs")).json()["metadata"]["totalItems"] == 1


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "x"},
        {"limit": "1001"},
        {"page": "1000000", "limit": "1000"},
        {"type": "Secret"},
        {"callId": "x"},
        {"createdAtGt": "yesterday"},
        {"sortOrder": "up"},
        {"webhookType": "a\0b"},
        {"createdAtGt": "0001-01-01T00:00:00+14:00"},
        {"surprise": "1"},
    ],
)
async def test_what_cannot_be_listed_is_refused(http, query):
    assert (await http.get("/logs", params=query)).status_code == 400


async def test_a_page_cannot_be_deleted_by_mistake(http):
    assert (await http.delete("/logs", params={"page": "1"})).status_code == 400


async def test_lines_are_forgotten_after_two_weeks(tenant, make_tenant, logged):
    stranger = await make_tenant()
    for one in (tenant, stranger):
        await logged(one, age_days=15)
        await logged(one, age_days=1)
    await forget_logs.func(timestamp=0)
    for one in (tenant, stranger):
        async with session(one.identity) as opened:
            left = await opened.scalar(select(func.count()).select_from(LogEntry))
        assert left == 1
