"""Models of every provider, and what answers when they do not."""

import asyncio
import contextlib
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from serving import free_port, serve
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from allokoli.core.settings import get_settings
from allokoli.engine import servers
from allokoli.engine.conversation.chat_model import ModelFailed, TextDelta, ToolCall, Usage
from allokoli.engine.models import choose, network, providers, resting
from allokoli.engine.models.choose import choose_model, model_warnings

_ORG = str(uuid4())
_NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
_TOOL = {"type": "function", "function": {"name": "book", "parameters": {"type": "object"}}}
_BLUEPRINT = {"name": "Chez Ada", "greeting": "Bonjour, que puis-je pour vous ?"}


class Provider:
    """Serves chat completions as its mood says, keeping what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.moods: list[str] = []
        self.asked: list[SimpleNamespace] = []
        self.released = asyncio.Event()

    async def __call__(self, scope, receive, send) -> None:
        request = Request(scope, receive)
        if scope["path"] == "/token":
            self.moods.remove("token")
            await JSONResponse({"access_token": "from-oauth"})(scope, receive, send)
            return
        body = await request.json()
        self.asked.append(
            SimpleNamespace(path=scope["path"], headers=dict(request.headers), **body)
        )
        mood = self.moods.pop(0) if self.moods else "fine"
        await getattr(self, f"_{mood}")(body)(scope, receive, send)

    def _fine(self, body) -> Response:
        pieces = [{"content": f"{body['model']} "}, {"content": "says hello"}]
        return _stream(*map(_chunk, pieces), _usage(7, 3))

    def _down(self, _body) -> Response:
        return JSONResponse({"error": {"message": "down"}}, 500)

    def _forbidden(self, _body) -> Response:
        return JSONResponse({"error": {"message": "key sk-123 is wrong"}}, 401)

    def _html(self, _body) -> Response:
        return Response("<html>" * 100, media_type="text/html")

    def _moving(self, _body) -> Response:
        return Response(status_code=307, headers={"location": "http://169.254.169.254/"})

    def _slow(self, _body) -> Response:
        return StreamingResponse(self._wait(b""), media_type="text/event-stream")

    def _chatty(self, _body) -> Response:
        return StreamingResponse(self._wait(b": ping\n\n"), media_type="text/event-stream")

    def _long(self, _body) -> Response:
        return StreamingResponse(self._flood(b"data: "), media_type="text/event-stream")

    def _heavy(self, _body) -> Response:
        return StreamingResponse(self._flood(b""), 500)

    def _breaking(self, _body) -> Response:
        return StreamingResponse(self._break(), media_type="text/event-stream")

    def _garbled(self, _body) -> Response:
        return _stream(_chunk(_calls((0, "c1", "book", '{"when": '))))

    def _unknown(self, _body) -> Response:
        return _stream(_chunk(_calls((0, "c1", "format_disk", "{}"))))

    def _calling(self, _body) -> Response:
        pieces = [(0, "c1", "bo", ""), (0, None, "ok", '{"when":'), (0, None, None, ' "8pm"}')]
        return _stream(*(_chunk(_calls(piece)) for piece in pieces))

    def _twice(self, _body) -> Response:
        """Two whole calls, both numbered 0 and one without arguments."""
        pieces = [(0, "c1", "book", '{"a": 1}'), (0, "c2", "book", "")]
        return _stream(*(_chunk(_calls(piece)) for piece in pieces))

    def _odd(self, _body) -> Response:
        return _stream({"choices": [{"index": 0, "delta": None}]}, {"choices": 5}, {"usage": "?"})

    def _mute(self, _body) -> Response:
        return _stream(_chunk({}))

    async def _wait(self, piece):
        while not self.released.is_set():
            yield piece
            if not piece:
                await self.released.wait()
            await asyncio.sleep(0.01)

    async def _flood(self, start):
        yield start
        for _ in range(5_000):
            if self.released.is_set():
                return
            yield b"x" * 100_000
            await asyncio.sleep(0)

    @staticmethod
    async def _break():
        yield f"data: {json.dumps(_chunk({'content': 'Let me'}))}\n\n"
        raise ConnectionError


def _stream(*chunks) -> Response:
    lines = [f"data: {json.dumps(one)}\n\n" for one in chunks]
    return Response("".join([*lines, "data: [DONE]\n\n"]), media_type="text/event-stream")


def _chunk(delta) -> dict:
    return {"id": "x", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}


def _usage(prompt, completion) -> dict:
    return {"choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": completion}}


def _calls(piece) -> dict:
    index, id_, name, arguments = piece
    return {
        "tool_calls": [
            {"index": index, "id": id_, "function": {"name": name, "arguments": arguments}}
        ]
    }


@contextlib.asynccontextmanager
async def _running():
    made = Provider()
    port = free_port()
    made.url = f"http://127.0.0.1:{port}/v1"
    async with serve(made, port, lifespan="off") as server:
        yield made
        made.released.set()
        server.force_exit = True


@pytest.fixture
async def provider(monkeypatch):
    """OpenAI, Groq and the rest, all at a local address."""
    async with _running() as made:
        for name in providers.BASE_URLS:
            monkeypatch.setitem(providers.BASE_URLS, name, made.url)
        yield made


@pytest.fixture
async def default(monkeypatch):
    """The operator's own model."""
    async with _running() as made:
        monkeypatch.setattr(get_settings(), "model_url", made.url)
        monkeypatch.setattr(get_settings(), "model_name", "house")
        monkeypatch.setattr(get_settings(), "model_key", "house-key")
        yield made


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(choose, "_HURRIED_TIMEOUT_S", 2.0)


def _assistant(provider="openai", model="gpt-4o", *, key="sk-1", **asked) -> dict:
    credentials = [{"provider": provider, "apiKey": key}] if key else []
    return {
        "model": {"provider": provider, "model": model, **asked},
        "credentials": credentials,
        "metadata": {"blueprint": _BLUEPRINT},
    }


async def _ask(assistant, *, words="Bonjour", task=None, tools=()):
    """The answer: its words, its calls and its tokens; and the warnings."""
    warnings: list[str] = []
    chosen = choose_model(
        assistant, call={"id": "c", "orgId": _ORG}, started_at=_NOW, task=task, warn=warnings.append
    )
    try:
        deltas = [
            one
            async for one in chosen.model.stream([{"role": "user", "content": words}], list(tools))
        ]
    finally:
        await chosen.model.close()
    return SimpleNamespace(
        text="".join(one.text for one in deltas if isinstance(one, TextDelta)),
        calls=[one for one in deltas if isinstance(one, ToolCall)],
        usage=[one for one in deltas if isinstance(one, Usage)],
        warnings=warnings,
        guided=chosen.guided,
    )


@pytest.mark.parametrize("name", list(providers.BASE_URLS))
async def test_each_provider_is_asked_with_its_key(provider, name) -> None:
    assistant = _assistant(name, "m", temperature=0.3, maxTokens=99)
    answer = await _ask(assistant, tools=[_TOOL])
    assert answer.text == "m says hello"
    assert not answer.warnings
    assert not answer.guided
    assert model_warnings(assistant) == []
    asked = provider.asked[0]
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == "Bearer sk-1"
    assert asked.temperature == 0.3
    assert asked.tools == [_TOOL]
    lengths = vars(asked).get("max_tokens"), vars(asked).get("max_completion_tokens")
    assert sorted(lengths, key=str) == [99, None]
    assert "metadata" not in vars(asked)


async def test_tokens_are_counted(provider) -> None:
    answer = await _ask(_assistant())
    assert provider.asked[0].stream_options == {"include_usage": True}
    assert answer.usage == [Usage(7, 3)]


async def test_openai_s_models_are_asked_for_at_azure_when_a_credential_says_so(provider) -> None:
    azure = {
        "provider": "azure-openai",
        "models": ["gpt-4o"],
        "openAIEndpoint": provider.url.removesuffix("/v1") + "/",
        "openAIKey": "az",
    }
    assistant = {**_assistant(key=None), "credentials": [azure]}
    assert (await _ask(assistant)).text == "gpt-4o says hello"
    assert provider.asked[0].path == "/openai/v1/chat/completions"
    assert provider.asked[0].headers["api-key"] == "az"
    other = {**assistant, "model": {"provider": "openai", "model": "gpt-3"}}
    assert "No credential" in model_warnings(other)[0]


async def test_a_custom_server_is_sent_its_credential_and_what_the_mode_says(provider) -> None:
    model = {"url": provider.url, "headers": {"x-own": "1"}}
    assistant = {**_assistant("custom-llm", "m", **model), "metadata": {"table": 7}}
    await _ask(assistant)
    await _ask({**assistant, "model": {**assistant["model"], "metadataSendMode": "destructured"}})
    await _ask({**assistant, "model": {**assistant["model"], "metadataSendMode": "off"}})
    whole, split, none = (vars(one) for one in provider.asked)
    assert whole["headers"]["authorization"] == "Bearer sk-1"
    assert whole["headers"]["x-own"] == "1"
    assert whole["metadata"] == {"table": 7}
    assert whole["call"]["id"] == split["call"]["id"] == "c"
    assert split["table"] == 7
    assert not {"metadata", "call", "table"} & none.keys()


async def test_a_custom_server_is_sent_the_token_its_credential_leads_to(provider) -> None:
    provider.moods = ["token", "fine"]
    plan = {
        "type": "oauth2",
        "url": provider.url.replace("/v1", "/token"),
        "clientId": "me",
        "clientSecret": "s3cret",
    }
    assistant = _assistant("custom-llm", "m", key=None, url=provider.url)
    credential = {"id": "c", "provider": "custom-llm", "apiKey": "unused"}
    assistant["credentials"] = [{**credential, "authenticationPlan": plan}]
    assert (await _ask(assistant)).text == "m says hello"
    assert provider.asked[0].headers["authorization"] == "Bearer from-oauth"
    await servers.close()


@pytest.mark.parametrize(
    "mood",
    ["down", "forbidden", "html", "moving", "slow", "chatty", "long", "garbled", "unknown",
     "odd", "mute", "heavy"],
)  # fmt: skip
async def test_whatever_fails_the_next_one_answers_within_the_turn(
    provider, hurried, monkeypatch, mood
) -> None:
    monkeypatch.setattr(network, "_MAX_ANSWER_BYTES", 1_000_000)
    provider.moods = [mood]
    assistant = _assistant(fallbackModels=["gpt-4o-mini"])
    answer = await _ask(assistant, tools=[_TOOL])
    assert answer.text == "gpt-4o-mini says hello"
    assert not answer.calls
    assert len(answer.warnings) == 1
    assert "openai's gpt-4o did not answer" in answer.warnings[0]
    assert "sk-1" not in answer.warnings[0]


async def test_the_chain_ends_with_the_operator_s_model_then_the_guided_one(
    provider, default, settings
) -> None:
    provider.moods = ["down", "down", "down"]
    assert (await _ask(_assistant(fallbackModels=["mini"]))).text == "house says hello"
    assert default.asked[0].headers["authorization"] == "Bearer house-key"
    default.moods = ["down"]
    provider.moods = ["down"]
    answer = await _ask(_assistant())
    assert answer.text
    assert "says hello" not in answer.text
    assert "the built-in guided model answered instead" in answer.warnings[-1]


async def test_an_answer_begun_is_not_begun_again_where_nothing_judges_it(provider) -> None:
    provider.moods = ["breaking"]
    with pytest.raises(ModelFailed) as failed:
        await _ask(_assistant(fallbackModels=["mini"]), task="judgement")
    assert failed.value.ended_reason == "pipeline-error-openai-llm-failed"
    assert len(provider.asked) == 1


async def test_a_model_that_failed_rests_for_a_while(provider, monkeypatch) -> None:
    now = [1_000.0]
    monkeypatch.setattr(resting, "monotonic", lambda: now[0])
    warnings: list[str] = []
    assistant = _assistant(fallbackModels=["mini"])
    chosen = choose_model(assistant, call={}, started_at=_NOW, warn=warnings.append)

    async def ask() -> str:
        stream = chosen.model.stream([{"role": "user", "content": "x"}], [])
        return "".join([one.text async for one in stream if isinstance(one, TextDelta)])

    provider.moods = ["down"]
    answers = [await ask(), await ask()]
    now[0] += 31
    answers.append(await ask())
    await chosen.model.close()
    assert answers == ["mini says hello", "mini says hello", "gpt-4o says hello"]
    assert [one.model for one in provider.asked] == ["gpt-4o", "mini", "mini", "gpt-4o"]
    assert len(warnings) == 1


async def test_functions_are_asked_for_whole(provider) -> None:
    provider.moods = ["calling", "twice"]
    assert (await _ask(_assistant(), tools=[_TOOL])).calls == [
        ToolCall("c1", "book", '{"when": "8pm"}')
    ]
    assert (await _ask(_assistant(), tools=[_TOOL])).calls == [
        ToolCall("c1", "book", '{"a": 1}'),
        ToolCall("c2", "book", "{}"),
    ]


@pytest.mark.parametrize("name", ["openai", "anthropic-bedrock", "vapi", "nobody"])
async def test_without_a_credential_another_answers_and_it_is_said(settings, name) -> None:
    assistant = _assistant(name, key=None)
    answer = await _ask(assistant)
    assert answer.guided
    assert answer.text
    (warning,) = model_warnings(assistant)
    assert "the built-in guided model answers instead" in warning


async def test_without_a_credential_the_operator_s_model_comes_first(default) -> None:
    assistant = _assistant(key=None)
    answer = await _ask(assistant)
    assert answer.text == "house says hello"
    assert not answer.guided
    assert "the operator's model answers instead" in model_warnings(assistant)[0]
    assert (await _ask({"model": {}, "name": "No model"})).text == "house says hello"
    assert (await _ask({"metadata": {"blueprint": _BLUEPRINT}})).guided


async def test_an_analysis_is_never_left_to_a_conversation(provider) -> None:
    provider.moods = ["down"]
    with pytest.raises(ModelFailed):
        await _ask(_assistant(), task="analysis")
    assert json.loads((await _ask(_assistant(key=None), task="analysis")).text)["summary"]


async def test_an_owner_s_server_that_fails_ends_the_call_honestly(provider) -> None:
    provider.moods = ["down"]
    assistant = {**_assistant("custom-llm", "m", url=provider.url), "metadata": {}}
    with pytest.raises(ModelFailed) as failed:
        await _ask(assistant)
    assert failed.value.ended_reason == "pipeline-error-custom-llm-llm-failed"


@pytest.mark.parametrize(
    "wrong",
    [{"url": "http://["}, {"url": "nowhere"}, {"url": ""}, {"url": "http://127.0.0.1:9/v1"},
     {"headers": {"x": "a\r\nb: c"}}, {"headers": {"é": "à"}}],
)  # fmt: skip
async def test_an_address_or_header_that_cannot_be_used_is_a_model_that_failed(
    provider, wrong
) -> None:
    asked = {"url": provider.url, **wrong}
    with pytest.raises(ModelFailed):
        await _ask({**_assistant("custom-llm", "m", **asked), "metadata": {}})
    assert not provider.asked


async def test_a_public_installation_asks_no_model_on_its_own_machine(
    provider, monkeypatch
) -> None:
    monkeypatch.setattr(get_settings(), "public_url", "https://voice.example.com")
    for url in (provider.url, "http://169.254.169.254/v1"):
        with pytest.raises(ModelFailed):
            await _ask({**_assistant("custom-llm", "m", url=url), "metadata": {}})
    assert not provider.asked


async def test_a_public_installation_may_have_its_own_model_beside_it(default, monkeypatch) -> None:
    monkeypatch.setattr(get_settings(), "public_url", "https://voice.example.com")
    assert (await _ask(_assistant(key=None))).text == "house says hello"
