"""The functions a request offers to the guided model, and what they answered so far."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from allokoli.blueprint.agenda_tools import AGENDA_TOOLS
from allokoli.dialogue import Known, Lookup

_END_CALL, _TRANSFER_CALL = "endcall", "transfercall"
_QUERY = "query"
# An answer that cannot be read may come later; asked for twice, it is taken for a failure.
_ENOUGH = 2
_MOST_RESULTS = 500
_LONGEST_NAME = 64
_FAILED = {"error": "no answer"}


@dataclass(frozen=True, slots=True)
class Functions:
    """What a request offers.

    Attributes:
        lookups: names of the functions that find something out or do it: the agenda's, and one
            that is asked a question.
        end_call: the one that hangs up, under whichever name it is offered.
        transfer_call: the one that puts through, with the arguments to give it.
    """

    lookups: frozenset[str] = frozenset()
    end_call: str | None = None
    transfer_call: tuple[str, dict[str, Any]] | None = None


def offered(tools: Any) -> Functions:
    """The functions among a request's `tools` that the guided model knows how to use."""
    lookups: set[str] = set()
    end_call: str | None = None
    transfer_call: tuple[str, dict[str, Any]] | None = None
    for tool in tools if isinstance(tools, list) else ():
        function = _mapping(_mapping(tool).get("function"))
        name = function.get("name")
        if not isinstance(name, str) or not name.isascii() or len(name) > _LONGEST_NAME:
            continue
        plain = name.replace("_", "").lower()
        parameters = _mapping(function.get("parameters"))
        if plain.startswith(_END_CALL):
            end_call = end_call or name
        elif plain.startswith(_TRANSFER_CALL):
            transfer_call = transfer_call or (name, _first_destination(parameters))
        elif name in AGENDA_TOOLS or parameters.get("required") == [_QUERY]:
            lookups.add(name)
    return Functions(frozenset(lookups), end_call, transfer_call)


def known_results(messages: Any) -> Known:
    """What functions answered, by `Lookup.key`; the latest answer to the same question counts.

    Args:
        messages: in OpenAI's shape.
    """
    asked: dict[str, Lookup] = {}
    known: dict[str, Any] = {}
    unreadable: Counter[str] = Counter()
    for message in messages if isinstance(messages, list) else ():
        given = _mapping(message)
        if given.get("role") == "assistant":
            asked |= dict(_asked_in(given))
        lookup = asked.get(str(given.get("tool_call_id")))
        if given.get("role") != "tool" or lookup is None or len(known) >= _MOST_RESULTS:
            continue
        result = _read(lookup.name, given.get("content"))
        if result is None:
            unreadable[lookup.key] += 1
            if unreadable[lookup.key] >= _ENOUGH:
                known.setdefault(lookup.key, _FAILED)
        else:
            known[lookup.key] = result
    return known


def names_asked(messages: Any) -> frozenset[str]:
    """Names of the functions that were called to look something up."""
    found = [
        lookup
        for message in (messages if isinstance(messages, list) else ())
        for _, lookup in _asked_in(_mapping(message))
    ]
    return frozenset(
        one.name for one in found if one.name in AGENDA_TOOLS or set(one.arguments) == {_QUERY}
    )


def call_of(name: str, arguments: Any) -> dict[str, Any]:
    """A call of a function, in OpenAI's shape."""
    written = json.dumps(dict(arguments), ensure_ascii=False)
    function = {"name": name, "arguments": written}
    return {"id": f"call_{uuid4().hex[:24]}", "type": "function", "function": function}


def _asked_in(message: dict[str, Any]) -> Iterable[tuple[str, Lookup]]:
    calls = message.get("tool_calls")
    for one in calls if isinstance(calls, list) else ():
        function = _mapping(_mapping(one).get("function"))
        name, call_id = function.get("name"), _mapping(one).get("id")
        if not isinstance(name, str) or not isinstance(call_id, str):
            continue
        arguments = _json(function.get("arguments"))
        if isinstance(arguments, dict):
            yield call_id, Lookup(name, arguments)


def _read(name: str, content: Any) -> Any:
    """A function's answer: an object of the agenda's, text of any other; None when unreadable."""
    if isinstance(content, list):
        parts = [_mapping(one).get("text") for one in content]
        content = "".join(one for one in parts if isinstance(one, str))
    if not isinstance(content, str):
        return None
    if name not in AGENDA_TOOLS:
        return content
    found = _json(content)
    return found if isinstance(found, dict) else None


def _first_destination(parameters: dict[str, Any]) -> dict[str, Any]:
    destination = _mapping(_mapping(parameters.get("properties")).get("destination"))
    choices = destination.get("enum")
    first = choices[0] if isinstance(choices, list) and choices else None
    # Half of a surrogate pair, which JSON can write, cannot be sent.
    sendable = isinstance(first, str) and first == first.encode("utf-8", "ignore").decode()
    return {"destination": first} if sendable else {}


def _json(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return None


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
