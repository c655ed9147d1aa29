"""What every server of the product does with a request, kind or hostile."""

import httpx
import pytest
from fastapi import Request
from pydantic import BaseModel
from structlog.testing import capture_logs

from allokoli.core.errors import Conflict
from allokoli.core.http import create_app


class Body(BaseModel):
    number: int


@pytest.fixture
async def client():
    app = create_app("test")

    @app.post("/double")
    async def double(body: Body) -> int:
        return body.number * 2

    @app.get("/taken")
    async def taken() -> None:
        raise Conflict("Ce nom est déjà pris.")

    @app.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError("sk_secret")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


async def test_a_known_error_keeps_its_status_code_and_sentence(client):
    answer = await client.get("/taken")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "conflict")
    assert error["message"] == "Ce nom est déjà pris."
    assert error["request_id"] == answer.headers["x-request-id"]


async def test_an_unforeseen_error_tells_nothing_of_the_inside(client):
    answer = await client.get("/broken")
    assert answer.status_code == 500
    assert "secret" not in answer.text


async def test_a_wrong_type_names_the_field(client):
    answer = await client.post("/double", json={"number": "many"})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["field"] == "number"


@pytest.mark.parametrize("announced", [True, False])
async def test_a_huge_body_is_refused(client, announced):
    huge = b'{"number": 1' + b" " * 10_000_000 + b"}"

    async def pieces():
        for start in range(0, len(huge), 100_000):
            yield huge[start : start + 100_000]

    answer = await client.post(
        "/double",
        content=huge if announced else pieces(),
        headers={"content-type": "application/json"},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


async def test_malformed_json_is_a_clear_refusal(client):
    answer = await client.post(
        "/double", content=b"{", headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422


async def test_an_unknown_page_is_not_found(client):
    answer = await client.get("/nowhere")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_a_client_that_leaves_midway_is_no_error_of_ours():
    app = create_app("test")

    @app.post("/read")
    async def read(request: Request) -> int:
        return len(await request.body())

    received = iter([{"type": "http.request", "body": b"half", "more_body": True}])
    scope = {"type": "http", "method": "POST", "path": "/read", "query_string": b"", "headers": []}
    told = []

    async def receive():
        return next(received, {"type": "http.disconnect"})

    async def send(message):
        told.append(message)

    with capture_logs() as logs:
        await app(scope, receive, send)
    assert told[0]["status"] == 400
    assert [one["event"] for one in logs] == ["request"]
