import asyncio
import contextlib

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import StreamingResponse

from allokoli.core.settings import get_settings
from allokoli.web.app import create_app


class Engine:
    """An engine of three routes, telling what reached it."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.released = asyncio.Event()
        self.app.add_api_route("/echo/{path:path}", self.echo, methods=["GET", "POST", "DELETE"])
        self.app.add_api_route("/file", self.upload, methods=["POST"])
        self.app.add_api_route("/events", self.events, methods=["GET"])

    async def echo(self, request: Request, path: str):
        body = await request.body()
        return {
            "method": request.method,
            "path": path,
            "query": str(request.url.query),
            "body": body.decode(),
            "headers": dict(request.headers),
        }

    async def upload(self, request: Request):
        return {"bytes": len(await request.body())}

    async def events(self):
        async def told():
            yield "data: first\n\n"
            await self.released.wait()
            yield "data: second\n\n"

        return StreamingResponse(told(), media_type="text/event-stream")


@pytest.fixture
async def engine(serve, monkeypatch):
    made = Engine()
    async with serve(made.app) as address:
        monkeypatch.setattr(get_settings(), "engine_internal_url", address)
        yield made


@pytest.fixture
async def web(engine, serve):
    async with serve(create_app()) as address, httpx.AsyncClient(base_url=address) as client:
        yield client


async def test_a_request_reaches_the_engine_whole(web):
    answer = await web.post("/engine/echo/a%20b/c?x=1&x=2", content=b"hello")
    told = answer.json()
    assert told["method"] == "POST"
    assert told["path"] == "a b/c"
    assert told["query"] == "x=1&x=2"
    assert told["body"] == "hello"


@pytest.mark.parametrize("odd", ["%00", "%1B", "a%2Fb", "%C3%A9", "%FF", "%E2%80%AE"])
async def test_a_path_of_any_bytes_reaches_the_engine_as_it_was_sent(web, odd):
    answer = await web.get(f"/engine/echo/{odd}?q={odd}")
    assert answer.status_code == 200
    assert answer.json()["query"] == f"q={odd}"


async def test_an_address_that_cannot_be_passed_on_is_refused_in_the_engines_shape(web):
    answer = await web.get("/engine//elsewhere.example/x")
    assert answer.status_code == 400
    assert answer.json()["statusCode"] == 400


async def test_credentials_pass_and_cookies_do_not(web):
    answer = await web.get(
        "/engine/echo/", headers={"authorization": "Bearer sk_1", "cookie": "access=secret"}
    )
    headers = answer.json()["headers"]
    assert headers["authorization"] == "Bearer sk_1"
    assert "cookie" not in headers


async def test_the_engine_learns_who_called_from_where(web):
    plain = (await web.get("/engine/echo/")).json()["headers"]
    assert plain["x-forwarded-for"] == "127.0.0.1"
    # From a balancer on this machine, which the server trusts.
    balanced = await web.get("/engine/echo/", headers={"x-forwarded-for": "203.0.113.7"})
    headers = balanced.json()["headers"]
    assert headers["x-forwarded-for"] == "203.0.113.7"
    assert headers["x-forwarded-prefix"] == "/engine"
    assert headers["x-forwarded-host"].startswith("127.0.0.1:")


async def test_headers_of_one_hop_stay_on_their_hop(web):
    answer = await web.get(
        "/engine/echo/",
        headers={"connection": "keep-alive, x-mine", "x-mine": "1", "te": "trailers"},
    )
    headers = answer.json()["headers"]
    assert "x-mine" not in headers
    assert "te" not in headers


async def test_events_arrive_as_they_are_sent(web, engine):
    async with web.stream("GET", "/engine/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        pieces = answer.aiter_text()
        # The engine is still holding the second event when the first arrives.
        assert await anext(pieces) == "data: first\n\n"
        engine.released.set()
        assert await anext(pieces) == "data: second\n\n"


async def test_an_engine_that_is_down_is_told_in_its_own_shape(serve, monkeypatch):
    monkeypatch.setattr(get_settings(), "engine_internal_url", "http://127.0.0.1:9")
    async with serve(create_app()) as address, httpx.AsyncClient(base_url=address) as client:
        answer = await client.get("/engine/assistant")
    assert answer.status_code == 502
    assert answer.json() == {
        "message": "The voice engine is not running",
        "error": "Bad Gateway",
        "statusCode": 502,
    }


async def test_a_body_too_large_is_refused_whether_announced_or_not(web):
    ten_megabytes = b"x" * 10_000_000

    async def pieces():
        for start in range(0, len(ten_megabytes), 500_000):
            yield ten_megabytes[start : start + 500_000]

    for body in (ten_megabytes, pieces()):
        try:
            answer = await web.post("/engine/echo/", content=body)
        except httpx.HTTPError:
            continue  # The server closed the connection on us while we were still sending.
        assert answer.status_code == 413
        assert answer.json()["statusCode"] == 413


async def test_a_file_may_be_as_large_as_what_is_stored(web):
    settings = get_settings()
    larger_than_json = bytes(settings.max_body_bytes * 3)
    answer = await web.post("/engine/file", content=larger_than_json)
    assert answer.json() == {"bytes": len(larger_than_json)}

    async def pieces():
        for _ in range(settings.max_file_bytes // 500_000 + 4):
            yield bytes(500_000)

    # Refused, or the connection closed on us while we were still sending.
    with contextlib.suppress(httpx.HTTPError):
        answer = await web.post("/engine/file", content=pieces())
        assert answer.status_code == 413
