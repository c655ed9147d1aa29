"""The guided model's functions on the wire: what it asks for, and what it makes of the answers."""

import json

import httpx2
import pytest

from allokoli.blueprint.agenda_tools import AGENDA_TOOLS, declaration
from allokoli.blueprint.catalog import template
from allokoli.dialogue import Lookup
from allokoli.engine.models.guided import guided_transport
from allokoli.engine.models.guided_functions import call_of, known_results, offered

NOW = "2026-11-20T09:00:00+00:00"
AGENDA = [{"type": "function", "function": declaration(name)} for name in sorted(AGENDA_TOOLS)]
END_CALL = {"type": "function", "function": {"name": "endCall", "parameters": {}}}
WISH = (
    "Bonjour, je voudrais réserver une table pour 4 personnes samedi 28 novembre à 20 heures, "
    "au nom de Dupont, mon numéro est le 06 12 34 56 78, pas d'allergie"
)


@pytest.fixture
async def ask():
    """One request to the guided model; the first choice of its answer."""
    blueprint = template("restaurant", "fr").blueprint.model_dump(mode="json", exclude_none=True)
    blueprint |= {"hours": None, "notify": None}

    async def request(messages, tools=(), **metadata):
        body = {
            "messages": messages,
            "tools": list(tools),
            "metadata": {"blueprint": blueprint, **metadata},
            "call": {"createdAt": NOW},
        }
        async with httpx2.AsyncClient(
            transport=guided_transport(), base_url="http://guided.test"
        ) as http:
            answer = await http.post("/guided/v1/chat/completions", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["choices"][0]

    return request


def user(words):
    return {"role": "user", "content": words}


def asked(choice):
    """The one function a choice calls, and its arguments."""
    (call,) = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == "tool_calls"
    return call["function"]["name"], json.loads(call["function"]["arguments"])


def result(choice, content):
    """A choice's call in the history, with its answer."""
    call = choice["message"]["tool_calls"][0]
    written = content if isinstance(content, str) else json.dumps(content)
    return [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call["id"], "content": written},
    ]


async def test_it_looks_before_it_promises_and_books_after_a_yes(ask):
    messages = [user(WISH)]
    looked = await ask(messages, [*AGENDA, END_CALL])
    name, arguments = asked(looked)
    assert name == "find_slots"
    assert arguments == {"date": "2026-11-28", "time": "20:00", "party_size": 4}
    assert looked["message"]["content"] == ""
    messages += result(looked, {"free": True, "slots": [], "reason": None})
    recap = await ask(messages, [*AGENDA, END_CALL])
    assert "tool_calls" not in recap["message"]
    assert "Dupont" in recap["message"]["content"]
    messages += [{"role": "assistant", "content": recap["message"]["content"]}, user("Oui")]
    booking = await ask(messages, [*AGENDA, END_CALL])
    name, arguments = asked(booking)
    assert name == "book_slot"
    assert (arguments["name"], arguments["phone"]) == ("Dupont", "+33612345678")
    messages += result(booking, {"booked": True, "id": "b1", "reference": "AB2345"})
    told = await ask(messages, [*AGENDA, END_CALL])
    assert told["message"]["content"]
    assert told["message"].get("tool_calls") is None or asked(told)[0] == "endCall"


async def test_a_full_hour_is_refused_with_the_near_one(ask):
    messages = [user(WISH)]
    looked = await ask(messages, AGENDA)
    near = [{"date": "2026-11-28", "time": "21:00"}]
    messages += result(looked, {"free": False, "slots": near, "reason": "full"})
    refused = await ask(messages, AGENDA)
    assert "21" in refused["message"]["content"]
    assert "tool_calls" not in refused["message"]


async def test_what_is_not_offered_is_not_asked_for(ask):
    answer = await ask([user(WISH)])
    assert "tool_calls" not in answer["message"]
    assert answer["message"]["content"]


async def test_an_agenda_that_breaks_does_not_keep_the_caller_waiting(ask):
    """However often it fails, there is a sentence in the end."""
    messages = [user(WISH)]
    for content in ("Still running; its result is not known yet.", "oops", "oops", "oops"):
        choice = await ask(messages, AGENDA)
        if "tool_calls" not in choice["message"]:
            break
        messages += result(choice, content)
    assert choice["message"]["content"]
    assert len(messages) <= 5


async def test_an_analysis_counts_with_what_the_agenda_answered(ask):
    messages = [user(WISH)]
    looked = await ask(messages, AGENDA)
    near = [{"date": "2026-11-28", "time": "21:00"}]
    messages += result(looked, {"free": False, "slots": near, "reason": "full"})
    messages += [user("Oui d'accord pour 21 heures")]
    for _ in range(4):
        choice = await ask(messages, AGENDA)
        if "tool_calls" in choice["message"]:
            free = {"free": True, "slots": [], "reason": None}
            booked = {"booked": True, "id": "b1", "reference": "AB2345"}
            messages += result(choice, free if asked(choice)[0] == "find_slots" else booked)
        else:
            messages += [user("Oui")]
    said = [one for one in messages if one["role"] == "user"]
    kept = [one for one in messages if one["role"] == "tool" or one.get("tool_calls")]
    names = [tool["function"]["name"] for tool in AGENDA]
    analysis = await ask([*said, *kept], task="analysis", tools=names)
    found = json.loads(analysis["message"]["content"])
    assert found["structuredData"]["time"] == "21:00"


def test_functions_are_known_by_name_or_by_their_one_question():
    query = {"name": "chercher", "parameters": {"required": ["query"]}}
    other = {"name": "noter", "parameters": {"required": ["text"]}}
    transfer = {
        "name": "transferCall",
        "parameters": {"properties": {"destination": {"enum": ["+33123456789"]}}},
    }
    tools = [{"function": one} for one in (query, other, transfer, {"name": "end_call_tool"}, {})]
    found = offered([*AGENDA, *tools, None, "x", {"function": {"name": 3}}])
    assert found.lookups == AGENDA_TOOLS | {"chercher"}
    assert found.end_call == "end_call_tool"
    assert found.transfer_call == ("transferCall", {"destination": "+33123456789"})
    assert offered("nothing").lookups == frozenset()


@pytest.mark.parametrize(
    "messages",
    [
        None,
        "x",
        [None, 3, {"role": "tool"}, {"role": "tool", "tool_call_id": "c", "content": "{}"}],
        [{"role": "assistant", "tool_calls": "x"}, {"role": "assistant", "tool_calls": [None]}],
        [{"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "find_slots",
          "arguments": "{"}}]}, {"role": "tool", "tool_call_id": "c", "content": "{}"}],
    ],
    ids=["none", "text", "answers-to-nothing", "no-calls", "broken-arguments"],
)  # fmt: skip
def test_nonsense_among_messages_is_no_answer(messages):
    assert known_results(messages) == {}


def test_the_latest_answer_to_the_same_question_counts():
    lookup = Lookup("find_slots", {"date": "2026-11-28"})
    messages = []
    for free in (True, False):
        call = call_of(lookup.name, lookup.arguments)
        messages += [
            {"role": "assistant", "tool_calls": [call]},
            {
                "role": "tool",
                "tool_call_id": call["id"],
                "content": [{"type": "text", "text": json.dumps({"free": free})}],
            },
        ]
    assert known_results(messages) == {lookup.key: {"free": False}}
