"""What stands around the engine in these tests: a model, a sound, somebody's server."""

import contextlib
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from engines import Tenant
from sdk import CheckedSdk
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from vapi.types import CreateAssistantDto

from allokoli.core import storage
from allokoli.core.database import session
from allokoli.engine.calls.models import Call
from allokoli.engine.wav import header

ANSWER = "Très bien, c'est noté."
FAREWELL = "Merci, au revoir."
# One second of stereo.
RECORDED_BYTES = 64_000
DONE = {
    "structuredOutput": {"name": "Fait", "schema": {"type": "boolean"}},
    "comparator": "=",
    "value": True,
}


def next_month() -> str:
    """A moment that calls may be placed at, and that no test reaches."""
    moment = datetime.now(UTC) + timedelta(days=30)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Played:
    """Ids of a simulation and of its parts."""

    simulation: str
    scenario: str
    personality: str


@dataclass
class World:
    """One tenant's surroundings.

    Attributes:
        tenant: whose keys are used.
        url: of the server that plays every part outside.
        run_jobs: runs what the engine has queued.
        asked: bodies that reached the model.
        farewell: whether the model now ends the conversation.
    """

    tenant: Tenant
    run_jobs: Callable[[], Awaitable[None]]
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    farewell: bool = False

    @property
    def org_id(self) -> UUID:
        return self.tenant.org_id

    @property
    def sound_url(self) -> str:
        return f"{self.url}/sound.wav"

    def model(self) -> dict[str, Any]:
        """A model that answers `ANSWER`."""
        return {
            "provider": "custom-llm",
            "model": "local",
            "url": f"{self.url}/v1",
            "messages": [{"role": "system", "content": "Sois bref."}],
        }

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask the engine for something the client has no method for."""
        async with httpx.AsyncClient(
            base_url=self.tenant.base_url, headers=self.tenant.headers, timeout=60
        ) as http:
            answer = await http.post(path, json=body)
        assert answer.status_code == 201, answer.text
        whole: dict[str, Any] = answer.json()
        return whole

    async def written_call(self, sdk: CheckedSdk) -> Any:
        """A call held in writing to its end; as the client reads it."""
        assistant = await sdk.assistants.create(
            name="Accueil",
            first_message="Bonjour !",
            model=self.model(),
            end_call_phrases=["au revoir"],
        )
        made = await sdk.calls.create(assistant_id=assistant.id, transport={"provider": "text"})
        await self.post(f"/call/{made.id}/message", {"content": "Une table, je suis Claire"})
        self.farewell = True
        await self.post(f"/call/{made.id}/message", {"content": "Merci"})
        self.farewell = False
        await self.run_jobs()
        return await sdk.calls.get(made.id)

    async def record(self, call_id: str) -> None:
        """Give a written call the recording that a spoken one leaves."""
        key = f"recordings/{self.org_id}/{call_id}.wav"
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            file.write(header(RECORDED_BYTES) + bytes(RECORDED_BYTES))
            file.flush()
            await storage.put(key, Path(file.name))
        async with session(self.tenant.identity) as opened:
            call = await opened.get(Call, UUID(call_id))
            assert call is not None
            call.recording_key = key

    async def telephone(self, sdk: CheckedSdk) -> Any:
        """A number that calls can be placed from."""
        return await sdk.phone_numbers.create(
            request={
                "provider": "twilio",
                "number": "+14155550100",
                "twilioAccountSid": "AC" + "0" * 32,
                "twilioAuthToken": "a-token",
            }
        )

    async def publish(self, assistant_id: str) -> str:
        """Publish an assistant; returns the version's label."""
        published = await self.post(f"/assistant/{assistant_id}/versions", {})
        return str(published["version"])

    async def simulated(self, sdk: CheckedSdk) -> Played:
        """A simulation, with the scenario and the personality it is made of."""
        personality = await sdk.simulation_personalities.personality_controller_create(
            name="Pressé", assistant=CreateAssistantDto(name="Pressé", model=self.model())
        )
        scenario = await sdk.simulation_scenarios.scenario_controller_create(
            name="Annuler", instructions="Annule le rendez-vous de demain.", evaluations=[DONE]
        )
        simulation = await sdk.simulations.simulation_controller_create(
            scenario_id=scenario.id, personality_id=personality.id
        )
        return Played(simulation.id, scenario.id, personality.id)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        match request.url.path:
            case "/v1/chat/completions":
                response = self._complete(await request.json())
            case "/sound.wav":
                response = Response(header(320, channels=1) + bytes(320), media_type="audio/wav")
            case _:
                response = JSONResponse({"results": []})
        await response(scope, receive, send)

    def _complete(self, body: dict[str, Any]) -> Response:
        self.asked.append(body)
        text = _json_asked(body) or (FAREWELL if self.farewell else ANSWER)
        whole = {"id": "c1", "created": int(time.time()), "model": body["model"]}
        usage = {"prompt_tokens": 12, "completion_tokens": 6, "total_tokens": 18}
        if not body.get("stream"):
            message = {"role": "assistant", "content": text}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            return JSONResponse(
                {**whole, "object": "chat.completion", "choices": [choice], "usage": usage}
            )

        def pieces() -> Iterator[str]:
            for delta, reason in (({"role": "assistant", "content": text}, None), ({}, "stop")):
                choice = {"index": 0, "delta": delta, "finish_reason": reason}
                piece = {**whole, "object": "chat.completion.chunk", "choices": [choice]}
                piece |= {"usage": usage} if reason else {}
                yield f"data: {json.dumps(piece)}\n\n"
            yield "data: [DONE]\n\n"

        return StreamingResponse(pieces(), media_type="text/event-stream")


def _json_asked(body: dict[str, Any]) -> str | None:
    """An answer that follows the schema asked for, in words or by `response_format`."""
    wanted = body.get("response_format")
    if isinstance(wanted, dict) and wanted.get("type") != "text":
        return json.dumps(_example(wanted.get("json_schema", {}).get("schema", {"type": "object"})))
    instructions = "".join(
        str(one["content"]) for one in body["messages"] if one["role"] == "system"
    )
    if "JSON" not in instructions:
        return None
    for start in (place for place, sign in enumerate(instructions) if sign == "{"):
        with contextlib.suppress(ValueError):
            found, _ = json.JSONDecoder().raw_decode(instructions, start)
            if "type" in found:
                return json.dumps(_example(found))
    return None


def _example(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: _example(one) for name, one in schema.get("properties", {}).items()}
        case "array":
            return [_example(schema["items"])] if "items" in schema else []
        case "boolean":
            return True
        case "number" | "integer":
            return 4
        case _:
            return "Claire"
