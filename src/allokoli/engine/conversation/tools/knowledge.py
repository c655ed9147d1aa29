"""`query` and `knowledgeBase` search files; `model.knowledgeBase` asks the owner's server."""

import json
from typing import Any

from allokoli.engine.conversation.backstage import ServerFailed
from allokoli.engine.conversation.script import text_of
from allokoli.engine.conversation.tools.tool import (
    Asked,
    Outcome,
    Run,
    Scene,
    Settings,
    Tool,
    listed,
    made,
    mapping,
    refused,
    server_timeout_s,
)

_MAX_BASES = 20
_MAX_RESULT_CHARS = 20_000
_MAX_MESSAGES = 50
_PARAMETERS = {
    "type": "object",
    "properties": {"query": {"type": "string", "description": "What to look up."}},
    "required": ["query"],
}


def tool(settings: Settings, scene: Scene) -> Tool:  # noqa: ARG001 - as every kind
    """See `toolbox`."""
    if settings.get("type") == "knowledgeBase":
        bases: list[dict[str, Any]] = [settings]
    else:
        bases = [one for one in listed(settings.get("knowledgeBases")) if isinstance(one, dict)]
    bases = bases[:_MAX_BASES]
    lines = [
        f"- {one.get('name')}: {one.get('description') or ''}" for one in bases if one.get("name")
    ]
    return made(
        settings,
        "knowledge_base_search" if settings.get("type") == "knowledgeBase" else "query_tool",
        "\n".join(["Look up what the knowledge base says.", *lines]),
        _search(bases),
        _PARAMETERS,
        timeout_s=30.0,
    )


def own_tools(model: Settings, scene: Scene) -> list[Tool]:
    """The owner's own knowledge base, asked by a `knowledge-base-request` message."""
    base = mapping(model.get("knowledgeBase"))
    server = mapping(base.get("server"))
    if not base:
        return []
    if not server:
        scene.warn("The model's knowledge base has no server; it is left out.")
        return []
    return [
        made(
            {},
            "knowledge_base",
            "Look up what the knowledge base says.",
            _ask(server),
            _PARAMETERS,
            timeout_s=server_timeout_s(server),
        )
    ]


def _search(bases: list[dict[str, Any]]) -> Run:
    async def run(asked: Asked, scene: Scene) -> Outcome:
        query = str(asked.arguments.get("query") or "").strip()[:2_000]
        if not query:
            return refused("query must be given.")
        found: list[str] = []
        for base in bases:
            found += await scene.backstage.search(base, query)
        if not found:
            return Outcome("Nothing was found about this.")
        return Outcome("\n\n".join(found)[:_MAX_RESULT_CHARS])

    return run


def _ask(server: Settings) -> Run:
    async def run(asked: Asked, scene: Scene) -> Outcome:
        messages = [
            {"role": one["role"], "content": text_of(one.get("content"))}
            for one in scene.history[-_MAX_MESSAGES:]
            if one["role"] in {"user", "assistant"} and text_of(one.get("content"))
        ]
        query = str(asked.arguments.get("query") or "")[:2_000]
        if query:
            messages.append({"role": "user", "content": query})
        fields = {"messages": messages, "messagesOpenAIFormatted": messages}
        answer = await scene.backstage.ask_server("knowledge-base-request", fields, server)
        if not isinstance(answer, dict):
            raise ServerFailed("its answer is not a JSON object")
        said = mapping(answer.get("message")).get("content")
        if isinstance(said, str) and said.strip():
            return Outcome("Answered from the knowledge base.", say=said.strip(), answered=True)
        documents = [
            str(one.get("content"))
            for one in listed(answer.get("documents"))
            if isinstance(one, dict) and one.get("content")
        ]
        if not documents:
            return Outcome("Nothing was found about this.")
        return Outcome(json.dumps(documents, ensure_ascii=False)[:_MAX_RESULT_CHARS])

    return run
