"""The groups that later clients have no more, through `vapi-server-sdk` 1.7.0. Run as a script.

Usage: retired.py BASE_URL TOKEN MODEL_URL. It prints `jobs` when the engine's jobs must have
run and waits for a line; then `methods N`, the methods it used.
"""

import importlib.metadata
import inspect
import sys
from typing import Any
from uuid import uuid4

import fidelity
import httpx
from vapi import Vapi
from vapi.core.api_error import ApiError

GROUPS = (
    "workflow",
    "knowledge_bases",
    "test_suites",
    "test_suite_tests",
    "test_suite_runs",
    "logs",
)


class Checked:
    """The client; each answer is compared with what it made of it."""

    def __init__(self, base_url: str, token: str) -> None:
        self.used: set[str] = set()
        self.last: httpx.Response | None = None
        self.http = httpx.Client(
            timeout=60,
            follow_redirects=True,
            event_hooks={"response": [self._keep]},
        )
        self.sdk = Vapi(token=token, base_url=base_url, httpx_client=self.http)

    def _keep(self, response: httpx.Response) -> None:
        response.read()
        self.last = response

    def methods(self) -> set[str]:
        """Every method of the retired groups."""
        return {
            f"{group}.{name}"
            for group in GROUPS
            for name, _ in inspect.getmembers(type(getattr(self.sdk, group)), inspect.isfunction)
            if not name.startswith("_") and name != "with_raw_response"
        }

    def use(self, method: str, *arguments: Any, **named: Any) -> Any:
        """Use a method, by `group.method`."""
        group, name = method.split(".")
        called = getattr(getattr(self.sdk, group), name)
        parsed = called(*arguments, **named)
        declared = inspect.signature(called).return_annotation
        if self.last is not None and declared is not None and method != "logs.get":
            fidelity.check(self.last, parsed, declared, typed=False)
        self.used.add(method)
        return parsed


def main(base_url: str, token: str, model_url: str) -> None:
    """Use every method of the groups."""
    assert importlib.metadata.version("vapi-server-sdk") == "1.7.0"
    client = Checked(base_url, token)
    model = {"provider": "custom-llm", "model": "local", "url": model_url}
    workflows(client, base_url, token, model)
    knowledge(client)
    test_suites(client, base_url, token, model)
    logs(client)
    missing = client.methods() - client.used
    assert not missing, missing
    say(f"methods {len(client.used)}")


def workflows(client: Checked, base_url: str, token: str, model: dict[str, Any]) -> None:
    """A workflow is kept, changed, and runs."""
    nodes = [
        {"type": "conversation", "name": "accueil", "isStart": True, "prompt": "Accueille."},
        {"type": "tool", "name": "fin", "tool": {"type": "endCall"}},
    ]
    edges = [{"from": "accueil", "to": "fin", "condition": {"type": "ai", "prompt": "Au revoir"}}]
    made = client.use(
        "workflow.workflow_controller_create", name="Accueil", nodes=nodes, edges=edges
    )
    read = client.use("workflow.workflow_controller_find_one", made.id)
    assert fidelity.same(read, made)
    everything = client.use("workflow.workflow_controller_find_all")
    assert [one.id for one in everything] == [made.id]
    changed = client.use("workflow.workflow_controller_update", made.id, name="L'accueil")
    assert changed.name == "L'accueil"
    assert len(changed.nodes) == 2
    headers = {"authorization": f"Bearer {token}"}
    stored = {**client.http.get(f"{base_url}/workflow/{made.id}", headers=headers).json()}
    inline = {name: stored[name] for name in ("name", "nodes", "edges")}
    call = client.http.post(
        f"{base_url}/call",
        headers=headers,
        json={"workflow": {**inline, "model": model}, "transport": {"provider": "text"}},
    )
    assert call.status_code == 201, call.text
    assert call.json()["status"] == "in-progress"
    gone = client.use("workflow.workflow_controller_delete", made.id)
    assert gone.id == made.id
    refused(404, client, "workflow.workflow_controller_find_one", made.id)


def knowledge(client: Checked) -> None:
    """A knowledge base at somebody's own server."""
    made = client.use(
        "knowledge_bases.create",
        request={
            "provider": "custom-knowledge-base",
            "server": {"url": "https://savoir.test/kb"},
        },
    )
    assert made.provider == "custom-knowledge-base"
    assert fidelity.same(client.use("knowledge_bases.get", made.id), made)
    assert [one.id for one in client.use("knowledge_bases.list", limit=10)] == [made.id]
    changed = client.use(
        "knowledge_bases.update", made.id, request={"server": {"url": "https://savoir.test/2"}}
    )
    assert changed.server.url == "https://savoir.test/2"
    assert client.use("knowledge_bases.delete", made.id).id == made.id
    refused(404, client, "knowledge_bases.get", made.id)


def test_suites(client: Checked, base_url: str, token: str, model: dict[str, Any]) -> None:
    """A suite, its tests, and a run of them."""
    assistant = client.http.post(
        f"{base_url}/assistant",
        headers={"authorization": f"Bearer {token}"},
        json={"name": "Accueil", "model": model, "firstMessage": "Bonjour !"},
    ).json()
    suite = client.use(
        "test_suites.test_suite_controller_create",
        name="Suite",
        target_plan={"assistantId": assistant["id"]},
    )
    suites = "test_suites.test_suite_controller_"
    assert fidelity.same(client.use(suites + "find_one", suite.id), suite)
    page = client.use(suites + "find_all_paginated", limit=10)
    assert [one.id for one in page.results] == [suite.id]
    assert client.use(suites + "update", suite.id, name="La suite").name == "La suite"

    tests = "test_suite_tests.test_suite_test_controller_"
    test = client.use(
        tests + "create",
        suite.id,
        request={
            "type": "voice",
            "name": "Politesse",
            "script": "Dis bonjour, puis au revoir.",
            "scorers": [{"type": "ai", "rubric": "L'assistant est poli."}],
        },
    )
    assert (test.type, test.test_suite_id) == ("voice", suite.id)
    assert fidelity.same(client.use(tests + "find_one", suite.id, test.id), test)
    page = client.use(tests + "find_all_paginated", suite.id)
    assert [one.id for one in page.results] == [test.id]
    changed = client.use(
        tests + "update", suite.id, test.id, request={"type": "voice", "name": "La politesse"}
    )
    assert changed.name == "La politesse"

    runs = "test_suite_runs.test_suite_run_controller_"
    run = client.use(runs + "create", suite.id, name="Essai")
    assert run.status == "queued"
    wait_for_jobs()
    done = client.use(runs + "find_one", suite.id, run.id)
    assert done.status in {"completed", "failed"}, done.status
    assert len(done.test_results) == 1
    page = client.use(runs + "find_all_paginated", suite.id)
    assert [one.id for one in page.results] == [run.id]
    renamed = client.use(runs + "update", suite.id, run.id, name="Premier essai")
    assert renamed.name == "Premier essai"
    assert client.use(runs + "remove", suite.id, run.id).id == run.id
    refused(404, client, runs + "find_one", suite.id, run.id)
    assert client.use(tests + "remove", suite.id, test.id).id == test.id
    assert client.use(suites + "remove", suite.id).id == suite.id
    refused(404, client, suites + "find_one", str(uuid4()))


def logs(client: Checked) -> None:
    """What happened, page by page, until it is deleted."""
    pager = client.use("logs.get", limit=5)
    found = list(pager)
    assert found, "the engine logged nothing of what was done above"
    assert all(one.org_id and one.type for one in found)
    client.use("logs.logging_controller_logs_delete_query", type="Call")
    assert not [one for one in client.use("logs.get") if one.type == "Call"]


def refused(status: int, client: Checked, method: str, *arguments: Any) -> None:
    """The method answers with that status."""
    answered = None
    try:
        client.use(method, *arguments)
    except ApiError as error:
        answered = error.status_code
    assert answered == status, f"{method}: {answered}"


def wait_for_jobs() -> None:
    """Let the engine run what it has queued."""
    say("jobs")
    sys.stdin.readline()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
