"""Versions, drafts and traffic of assistants and tools; checks of background sounds."""

from uuid import uuid4

import pytest
from entity_bodies import make
from serving import on_a_port
from starlette.responses import RedirectResponse, Response

from allokoli.core.database import session
from allokoli.engine.api import resources, versions
from allokoli.engine.api.kinds import ASSISTANT


async def _patched(http, path: str, **changes) -> dict:
    response = await http.patch(path, json=changes)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize(
    ("path", "body", "change"),
    [
        ("/assistant", {"name": "Un"}, {"name": "Deux"}),
        (
            "/tool",
            {"type": "function", "function": {"name": "un"}},
            {"function": {"name": "deux"}},
        ),
    ],
)
async def test_each_change_is_a_version_that_can_be_restored(http, path, body, change) -> None:
    made = await make(http, path, body)
    one = f"{path}/{made['id']}"
    assert made["latestVersion"] == "v1"
    assert (await _patched(http, one, **change))["latestVersion"] == "v2"
    assert (await _patched(http, one, **change))["latestVersion"] == "v2", "nothing changed"
    page = (await http.get(f"{one}/versions")).json()
    assert [one["version"] for one in page["results"]] == ["v2", "v1"]
    assert page["metadata"] == {"limit": 100, "hasNextPage": False}
    first = (await http.get(f"{one}/versions/v1")).json()
    assert body.items() <= first.items()
    assert first["parentVersion"] is None
    restored = await http.post(f"{one}/restore/v1")
    assert restored.status_code == 201
    assert body.items() <= restored.json().items()
    assert restored.json()["latestVersion"] == "v3"
    assert (await http.get(f"{one}/versions/v3")).json()["restoredFromVersion"] == "v1"
    named = await http.patch(f"{one}/versions/v1", json={"versionName": "Le premier"})
    assert named.json()["versionName"] == "Le premier"
    newest = await http.delete(f"{one}/versions/v3")
    assert newest.status_code == 409
    assert (await http.delete(f"{one}/versions/v2")).status_code == 200
    assert (await http.get(f"{one}/versions/v2")).status_code == 404
    limited = (await http.get(f"{one}/versions?limit=1")).json()
    assert limited["metadata"]["nextCursor"] == "v3"
    after = (await http.get(f"{one}/versions?limit=1&cursor=v3")).json()
    assert [one["version"] for one in after["results"]] == ["v1"]
    for wrong in ("v0", "v999", "vX", "%00"):
        assert (await http.get(f"{one}/versions/{wrong}")).status_code == 404, wrong
    assert (await http.get(f"{one}/versions?limit=0")).status_code == 400


async def test_old_versions_are_forgotten_unless_they_are_pinned(http, tenant, monkeypatch) -> None:
    monkeypatch.setattr(versions, "MAX_KEPT", 3)
    made = await make(http, "/assistant", {"name": "0"})
    one = f"/assistant/{made['id']}"
    pinned = {"assistantId": made["id"], "assistantVersion": "v1"}
    await make(http, "/squad", {"members": [pinned]})
    for name in "12345":
        await _patched(http, one, name=name)
    kept = [one["version"] for one in (await http.get(f"{one}/versions")).json()["results"]]
    assert kept == ["v6", "v5", "v4", "v1"]
    async with session(tenant.identity) as opened:
        row = await resources.row(opened, ASSISTANT, made["id"])
        assert await versions.body_at(opened, row, "v1") == {"name": "0"}
        assert await versions.body_at(opened, row, "v2") is None


async def test_what_is_pinned_cannot_be_deleted(http) -> None:
    assistant = await make(http, "/assistant", {"name": "A"})
    free = await make(http, "/squad", {"members": [{"assistantId": assistant["id"]}]})
    member = {"assistantId": assistant["id"], "assistantVersion": "v1"}
    squad = await make(http, "/squad", {"members": [member]})
    refused = await http.delete(f"/assistant/{assistant['id']}")
    assert refused.status_code == 409
    assert refused.json()["error"] == "assistant_pinned"
    await _patched(http, f"/assistant/{assistant['id']}", name="B")
    version = await http.delete(f"/assistant/{assistant['id']}/versions/v1")
    assert version.status_code == 409
    assert version.json()["error"] == "version_pinned"
    assert version.json()["pinnedBy"] == [{"sourceType": "squad", "sourceId": squad["id"]}]
    await http.delete(f"/squad/{squad['id']}")
    assert (await http.delete(f"/assistant/{assistant['id']}")).status_code == 200
    assert (await http.get(f"/squad/{free['id']}")).status_code == 200

    tool = await make(http, "/tool", {"type": "endCall"})
    ref = {"toolId": tool["id"], "version": "v1"}
    model = {"provider": "openai", "model": "gpt-4o", "toolRefs": [ref]}
    user = await make(http, "/assistant", {"name": "A", "model": model})
    refused = await http.delete(f"/tool/{tool['id']}")
    assert (refused.status_code, refused.json()["error"]) == (409, "tool_pinned")
    await http.delete(f"/assistant/{user['id']}")
    assert (await http.delete(f"/tool/{tool['id']}")).status_code == 200


async def test_a_draft_changes_nothing_until_it_is_published(http, make_tenant) -> None:
    made = await make(http, "/assistant", {"name": "Un", "firstMessage": "Bonjour"})
    one = f"/assistant/{made['id']}"
    drafted = await http.post(f"{one}/draft", json={"name": "Deux"})
    assert drafted.status_code == 201, drafted.text
    draft = drafted.json()
    assert (draft["name"], draft["firstMessage"]) == ("Deux", "Bonjour")
    assert (draft["baseVersion"], draft["assistantId"]) == ("v1", made["id"])
    second = await http.post(f"{one}/draft", json={})
    assert second.status_code == 409
    assert second.json()["existingDraftId"] == draft["id"]
    unset = await _patched(http, f"{one}/draft/{draft['id']}", firstMessage=None)
    assert "firstMessage" not in unset
    assert (await http.patch(f"{one}/draft/{draft['id']}", json={"nmae": 1})).status_code == 400
    assert (await http.get(one)).json() == made
    assert [each["id"] for each in (await http.get(f"{one}/draft")).json()["results"]] == [
        draft["id"]
    ]
    other = await make(http, "/assistant", {"name": "Autre"})
    assert (await http.get(f"/assistant/{other['id']}/draft/{draft['id']}")).status_code == 404
    published = await http.post(
        f"{one}/version", json={"draftId": draft["id"], "versionName": "Refonte"}
    )
    assert published.status_code == 201, published.text
    assert (published.json()["version"], published.json()["versionName"]) == ("v2", "Refonte")
    now = (await http.get(one)).json()
    assert (now["name"], now["latestVersion"]) == ("Deux", "v2")
    assert "firstMessage" not in now
    assert "baseVersion" not in now
    assert (await http.get(f"{one}/draft/{draft['id']}")).status_code == 404
    stranger = await make_tenant()
    for path in (f"{one}/versions", f"{one}/draft", f"{one}/versions/v1"):
        assert (await http.get(path, headers=stranger.headers)).status_code == 404


async def test_the_newest_allocation_of_an_assistant_is_in_effect(http) -> None:
    made = await make(http, "/assistant", {"name": "A"})
    await _patched(http, f"/assistant/{made['id']}", name="B")
    latest = f"/traffic-allocations/latest?assistantId={made['id']}"
    assert (await http.get(latest)).json() == {}
    split = {
        "assistantId": made["id"],
        "targets": [
            {"assistantVersion": "v1", "percentage": 33.333},
            {"assistantVersion": "v2", "percentage": 66.667},
        ],
    }
    first = await make(http, "/traffic-allocations", split)
    assert first["allocationIntent"] == "explicit"
    assert [one["position"] for one in first["targets"]] == [0, 1]
    assert (await http.get(latest)).json() == {"allocation": first}
    assert (await http.get(f"/traffic-allocations/{first['id']}")).json() == first
    pinned = await http.delete(f"/assistant/{made['id']}")
    assert (pinned.status_code, pinned.json()["error"]) == (409, "assistant_pinned")
    version = await http.delete(f"/assistant/{made['id']}/versions/v1")
    assert version.json()["error"] == "version_in_governing_allocation"
    assert version.json()["governingAllocationId"] == first["id"]
    stop = {"assistantId": made["id"], "allocationIntent": "follow-latest"}
    stale = await http.post(
        "/traffic-allocations", json={**stop, "expectedCurrentAllocationId": str(uuid4())}
    )
    assert stale.status_code == 409
    assert stale.json()["currentAllocationId"] == first["id"]
    second = await make(
        http, "/traffic-allocations", {**stop, "expectedCurrentAllocationId": first["id"]}
    )
    assert second["targets"] == []
    page = (await http.get(f"/traffic-allocations?assistantId={made['id']}&limit=1")).json()
    assert page["results"] == [second]
    assert page["metadata"]["totalItems"] == 2
    assert (await http.delete(f"/assistant/{made['id']}")).status_code == 200


@pytest.mark.parametrize(
    ("extra", "status"),
    [
        ({}, 400),
        ({"targets": []}, 400),
        ({"targets": [{"assistantVersion": "v1", "percentage": 99}]}, 400),
        ({"targets": [{"assistantVersion": "v1", "percentage": 100.0001}]}, 400),
        ({"targets": [{"assistantVersion": "v7", "percentage": 100}]}, 400),
        ({"targets": [{"assistantVersion": "v1", "percentage": 50}] * 2}, 400),
        ({"allocationIntent": "follow-latest", "targets": []}, 400),
        ({"assistantId": str(uuid4()), "allocationIntent": "follow-latest"}, 404),
        ({"assistantId": "un", "allocationIntent": "follow-latest"}, 400),
    ],
)
async def test_an_allocation_that_says_nothing_sure_is_refused(http, extra, status) -> None:
    made = await make(http, "/assistant", {"name": "A"})
    body = {"assistantId": made["id"], **extra}
    refused = await http.post("/traffic-allocations", json=body)
    assert refused.status_code == status, refused.text
    page = (await http.get("/traffic-allocations")).json()
    assert page["results"] == []


async def test_a_background_sound_is_one_that_answers_with_sound(http) -> None:
    sound = b"ID3" + bytes(100)
    pages = {
        "/sound": Response(sound, media_type="audio/mpeg"),
        "/plain": Response(sound, media_type="application/octet-stream"),
        "/page": Response("<html>", media_type="text/html"),
        "/lies": Response("<html>", media_type="application/octet-stream"),
        "/gone": Response(status_code=404),
        "/moved": RedirectResponse("/sound"),
        "/loop": RedirectResponse("/loop"),
    }

    async def app(scope, receive, send) -> None:
        await pages[scope["path"]](scope, receive, send)

    async with on_a_port(app) as base:
        for path, expected in (
            ("/sound", {"valid": True, "status": 200, "contentType": "audio/mpeg"}),
            ("/plain", {"valid": True}),
            ("/moved", {"valid": True}),
            ("/page", {"valid": False, "reason": "not-audio"}),
            ("/lies", {"valid": False, "reason": "not-audio"}),
            ("/gone", {"valid": False, "reason": "http-error", "status": 404}),
            ("/loop", {"valid": False, "reason": "too-many-redirects"}),
        ):
            checked = await http.post(
                "/assistant/background-sound/validate", json={"url": base + path}
            )
            assert checked.status_code == 201, checked.text
            assert expected.items() <= checked.json().items(), (path, checked.json())
    for url, reason in (
        ("http://127.0.0.1:1/", "unreachable"),
        ("file:///etc/passwd", "invalid-url"),
        ("http://", "invalid-url"),
        ("pas une adresse", "invalid-url"),
        ("http://169.254.169.254/latest", "blocked-address"),
    ):
        checked = await http.post("/assistant/background-sound/validate", json={"url": url})
        assert checked.json() == {"valid": False, "reason": reason}, url
    for body in ({}, {"url": 1}, {"url": "x" * 3000}, {"url": "u", "more": 1}):
        refused = await http.post("/assistant/background-sound/validate", json=body)
        assert refused.status_code == 400
