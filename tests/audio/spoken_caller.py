"""A written conversation had aloud: the person's sentences spoken over a line to the engine."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from bench.conversations.agenda import AgendaInMemory
from bench.conversations.playing import Played
from bench.conversations.written import Conversation
from calling import seen
from rectifying import Rectifying, sounds
from scripted import letters
from socket_caller import SocketCaller
from spoken_lines import Line, over
from starlette.requests import Request
from starlette.responses import JSONResponse

from allokoli.blueprint.agenda_tools import AGENDA_TOOLS, books
from allokoli.blueprint.analysis import structured_data
from allokoli.blueprint.compiler import compile_assistant
from allokoli.blueprint.guided import conversation
from allokoli.dialogue import Reply, State

NOW = datetime(2026, 11, 18, 15, tzinfo=ZoneInfo("Europe/Paris"))
"""When every call is had: a Wednesday afternoon."""
_MOST_TURNS = 20
_SAID_AGAIN, _EXPLAINED_AGAIN = 2, 1
"""How often a sentence is said again when nothing came of it, when it was not understood."""
_ANSWERED_WITHIN_S = 12
_WAITED_FOR_THE_REST, _LAST_WORDS = 5, 12
"""How many pauses a sentence may have in its middle; characters that tell it was said whole."""
_PAUSE_S = 1.8
Say = Callable[[str], Awaitable[bytes]]


def at_that_time(written: Conversation) -> Conversation:
    """The conversation as it goes at `NOW`."""
    return written.model_copy(update={"now": NOW.replace(tzinfo=None)})


class Desk:
    """The server of every assistant: answers what calls ask of each one's agenda."""

    def __init__(self) -> None:
        self.url = ""
        self.agendas: dict[str, AgendaInMemory] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        message = (await request.json())["message"]
        agenda = self.agendas[request.url.path.rpartition("/")[2]]
        results = [
            {
                "toolCallId": call["id"],
                "name": call["function"]["name"],
                "result": json.dumps(
                    agenda.answer(
                        call["function"]["name"], _arguments(call["function"]["arguments"])
                    )
                ),
            }
            for call in message.get("toolCallList", ())
        ]
        await JSONResponse({"results": results} if results else {})(scope, receive, send)


class SpokenCaller:
    """Has one conversation aloud.

    Args:
        http: the engine, with an organization's key.
        say: a sentence in the caller's voice: 16-bit mono at 16 kHz.
        desk: the assistant's server.
        guided_url: the guided model's.
    """

    def __init__(self, http: httpx.AsyncClient, say: Say, desk: Desk, guided_url: str) -> None:
        self._http, self._say, self._desk, self._guided_url = http, say, desk, guided_url

    async def have(self, written: Conversation, line: Line) -> Played:
        """What came of it: what the assistant noted, and what its agenda holds."""
        written = at_that_time(written)
        blueprint = written.made()
        self._desk.agendas[written.id] = AgendaInMemory(blueprint, written.agenda, written.now)
        call_id, caller = await self._dial(written, line)
        person, sentence, repeated, before = Rectifying(written), "", 0, -1
        await caller.silence_after(0, lasting_s=_PAUSE_S)
        for _ in range(_MOST_TURNS):
            turns, state, reply = await self._heard_out(written, call_id, caller)
            if caller.ended.is_set() or reply.ended:
                break
            heard = len(turns) > before
            nothing = state.goal is None and not state.notes.get("asides")
            understood = heard and not state.misses and not nothing
            if (
                not sentence
                or understood
                or repeated >= (_EXPLAINED_AGAIN if heard else _SAID_AGAIN)
            ):
                noted = structured_data(blueprint, state)
                sentence, repeated, before = person.next(state, noted), 0, len(turns)
            else:
                repeated += 1
            await self._speak(caller, line, sentence, seed=len(turns))
        with contextlib.suppress(TimeoutError):
            await caller.over(15)
        await caller.hang_up()
        return await self._played(written, call_id)

    async def _dial(self, written: Conversation, line: Line) -> tuple[str, SocketCaller]:
        encoding, rate = ("mulaw", 8_000) if line == "telephone" else ("pcm_s16le", 16_000)
        assistant = compile_assistant(
            written.made(),
            guided_url=self._guided_url,
            server_url=f"{self._desk.url}/{written.id}",
            disclose=False,
        )
        audio = {"format": encoding, "container": "raw", "sampleRate": rate}
        transport = {"provider": "vapi.websocket", "audioFormat": audio}
        made = await self._http.post("/call", json={"assistant": assistant, "transport": transport})
        assert made.status_code == 201, made.text
        call = made.json()
        url = call["transport"]["websocketCallUrl"]
        path = url[url.index(f"/{call['id']}/") :]
        base = self._http.base_url
        caller = SocketCaller(f"ws://{base.host}:{base.port}{path}", encoding, rate)
        return call["id"], await caller.connect()

    async def _speak(self, caller: SocketCaller, line: Line, sentence: str, seed: int) -> None:
        """Say a sentence, and hear the answer out, or the line being closed."""
        pcm = await self._say(sentence)
        spoke_s = await caller.speak(over(line, pcm, seed) if line == "noisy" else pcm)
        with contextlib.suppress(TimeoutError):
            answered_s = await caller.sound_after(spoke_s, _ANSWERED_WITHIN_S)
            heard_out = asyncio.create_task(caller.silence_after(answered_s, lasting_s=_PAUSE_S))
            closed = asyncio.create_task(caller.ended.wait())
            await asyncio.wait({heard_out, closed}, return_when=asyncio.FIRST_COMPLETED)
            for task in (heard_out, closed):
                task.cancel()
            await asyncio.gather(heard_out, closed, return_exceptions=True)

    async def _heard_out(
        self, written: Conversation, call_id: str, caller: SocketCaller
    ) -> tuple[list[str], State, Reply]:
        """What the engine made of all that was said, once its answer was heard to its last word.

        A silence in the middle of a sentence is a busy machine's: people wait for the rest.
        """
        ended = asyncio.create_task(caller.ended.wait())
        for _ in range(_WAITED_FOR_THE_REST):
            messages = (await seen(self._http, call_id)).get("messages", ())
            turns = [one["message"] for one in messages if one["role"] == "user"]
            state, reply = await asyncio.to_thread(_replayed, written, turns)
            last = " ".join(one["message"] for one in messages if one["role"] == "bot")
            if caller.ended.is_set() or letters(last).endswith(letters(reply.text)[-_LAST_WORDS:]):
                break
            await asyncio.wait({ended}, timeout=_PAUSE_S)
        ended.cancel()
        return turns, state, reply

    async def _played(self, written: Conversation, call_id: str) -> Played:
        call = await seen(self._http, call_id)
        turns = [one["message"] for one in call["messages"] if one["role"] == "user"]
        state, _ = await asyncio.to_thread(_replayed, written, turns)
        fields = structured_data(written.made(), state)
        name = written.expect.fields.get("name")
        if isinstance(name, str) and sounds(name) == sounds(str(fields.get("name"))):
            fields["name"] = name  # nobody hears whether it is Durand or Durant
        who = {"user": "person", "bot": "assistant"}
        return Played(
            written,
            lines=[
                (who[one["role"]], one["message"]) for one in call["messages"] if one["role"] in who
            ],
            fields=fields,
            outcome=state.outcome or "unfinished",
            turns=len(turns),
            agenda=self._desk.agendas[written.id].moments,
        )


def _replayed(written: Conversation, turns: list[str]) -> tuple[State, Reply]:
    """Where the guided model stands after these turns, with an agenda of its own to ask."""
    blueprint = written.made()
    agenda = AgendaInMemory(blueprint, written.agenda, written.now)
    tools = AGENDA_TOOLS if books(blueprint) else frozenset()
    known: dict[str, Any] = {}
    while True:
        state, reply = conversation(blueprint, turns, NOW, tools=tools, known=known)
        if reply.lookup is None:
            return state, reply
        known[reply.lookup.key] = agenda.answer(reply.lookup.name, reply.lookup.arguments)


def _arguments(given: Any) -> dict[str, Any]:
    return dict(json.loads(given) if isinstance(given, str) else given)
