"""The engine held against Vapi's own OpenAPI document by Schemathesis.

Each operation the engine serves gets requests generated from the document, on entities that exist:
none may be answered with a 5xx, nor with a success outside its documented shape.
"""

import asyncio
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
import vapi_document
from hypothesis import HealthCheck, Phase, given, seed, settings
from known_entities import Known, known
from schemathesis import Case
from schemathesis.core.failures import Failure, FailureGroup

_EXAMPLES = 6
_TIMEOUT_S = 60
_OK = 300
_BROKEN = 500


@dataclass
class Tally:
    """What became of an operation's requests."""

    answers: dict[int, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(self, status: int) -> None:
        self.answers[status] = self.answers.get(status, 0) + 1

    @property
    def succeeded(self) -> bool:
        return any(status < _OK for status in self.answers)


@pytest.fixture
def document() -> Path:
    path = vapi_document.find()
    if path is None:
        pytest.skip("Vapi's OpenAPI document is not on this machine (ALLOKOLI_VAPI_OPENAPI)")
    return path


@pytest.mark.timeout(600)
async def test_no_answer_is_outside_vapi_s_document(document, engine_app, tenant, capsys) -> None:
    served = [
        (method, re.compile(re.sub(r"{[^}]*}", "[^/]+", path)))
        for path, methods in engine_app.openapi()["paths"].items()
        for method in methods
    ]
    operations = _operations(vapi_document.strict(document))
    answers = {_label(one): one for one in _operations(vapi_document.read(document))}
    covered = [
        operation
        for operation in operations
        if any(
            method == operation.method.lower() and path.fullmatch(operation.path)
            for method, path in served
        )
    ]
    tallies: dict[str, Tally] = {}
    async with httpx.AsyncClient(
        base_url=tenant.base_url, headers=tenant.headers, timeout=_TIMEOUT_S
    ) as http:
        for operation in covered:
            ready = await known(http, operation.path)
            label = _label(operation)
            tallies[label] = await asyncio.to_thread(
                _drive, operation, answers[label], tenant, ready
            )
    with capsys.disabled():
        _print(operations, tallies)
    failures = [f"{label}: {one}" for label, tally in tallies.items() for one in tally.failures]
    assert not failures, "\n\n".join(failures)


def _operations(document: dict[str, Any]) -> list[Any]:
    schema = schemathesis.openapi.from_dict(document)
    # The engine refuses null characters, as the database does: nothing is learnt from more of them.
    schema.config.generation.update(allow_x00=False)
    return [found.ok() for found in schema.get_all_operations()]


def _label(operation: Any) -> str:
    return f"{operation.method.upper()} {operation.path}"


def _drive(operation: Any, answered: Any, tenant: Any, ready: Known) -> Tally:
    """Send an operation's requests, and hold the answers against its documented ones."""
    tally = Tally()
    with requests.Session() as session:

        @seed(20260818)
        @settings(
            max_examples=_EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def run(case: Case) -> None:
            # `DELETE /call/{id}` does not declare its own parameter.
            if "{id}" in operation.path:
                case.path_parameters["id"] = ready.entity_id
            if (operation.method, operation.path) == ("delete", "/call/{id}"):
                # With `ids` it deletes many, and the document does not say what it answers then.
                case.body = {}
            _send(case, answered, session, tenant, tally)

        run()
        if _takes_body(operation) and ready.body is not None:
            path = {"id": ready.entity_id} if "{id}" in operation.path else {}
            query = {"schemaOverride": "true"} if "structured-output/{id}" in operation.path else {}
            case = operation.Case(
                body=ready.body,
                path_parameters=path,
                query=query,
                media_type="application/json",
            )
            _send(case, answered, session, tenant, tally)
    return tally


def _takes_body(operation: Any) -> bool:
    """Whether a known body can be sent: JSON, to a path with no further identifier."""
    further = operation.path.replace("{id}", "")
    return (
        operation.method.upper() in {"POST", "PATCH"}
        and "{" not in further
        and operation.path != "/file"
    )


def _send(case: Case, answered: Any, session: requests.Session, tenant: Any, tally: Tally) -> None:
    response = case.call(
        base_url=tenant.base_url,
        session=session,
        headers=tenant.headers,
        timeout=_TIMEOUT_S,
        allow_redirects=False,
    )
    tally.add(response.status_code)
    if response.status_code >= _BROKEN:
        tally.failures.append(f"{response.status_code} for {case.as_curl_command()[:1_000]}")
        return
    try:
        answered.validate_response(response)
    except (Failure, FailureGroup) as failure:
        found = failure.exceptions if isinstance(failure, FailureGroup) else [failure]
        tally.failures.extend(f"{one.title}: {one.message}"[:1_500] for one in found)


def _print(operations: list[Any], tallies: dict[str, Tally]) -> None:
    succeeded = sum(tally.succeeded for tally in tallies.values())
    requests_made = sum(sum(tally.answers.values()) for tally in tallies.values())
    print(  # noqa: T201 - the count is what this test is asked for
        f"\nVapi's document: {len(tallies)} of {len(operations)} operations covered, "
        f"{requests_made} requests, {succeeded} operations answered with success"
    )
