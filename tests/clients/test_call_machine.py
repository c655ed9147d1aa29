"""Where pages load the call machine from."""

import httpx
import pytest

OVERRIDE = "/call-machine/call-machine-object-bundle.js"
PROXIED = "/px/c.daily.co/call-machine/versioned/0.87.0/static/call-machine-object-bundle.js"


@pytest.fixture
async def http(tenant):
    async with httpx.AsyncClient(base_url=tenant.base_url) as client:
        yield client


@pytest.mark.parametrize("path", [OVERRIDE, PROXIED, PROXIED.replace("0.87.0", "0.90.1")])
async def test_any_page_may_load_it_from_both_addresses(http, path) -> None:
    answer = await http.get(path, headers={"origin": "https://page.example"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "window._daily.pendings.shift()" in answer.text


async def test_it_is_sent_again_only_when_it_changed(http) -> None:
    first = await http.get(OVERRIDE)
    again = await http.get(OVERRIDE, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await http.get(OVERRIDE, headers={"if-none-match": '"another"'})
    assert other.content == first.content


async def test_nothing_else_is_proxied(http) -> None:
    for path in ("/px/c.daily.co/", "/px/example.com/x.js", PROXIED.replace("bundle", "other")):
        assert (await http.get(path)).status_code == 404


async def test_it_names_nobody_else(http) -> None:
    text = (await http.get(OVERRIDE)).text
    assert "http://" not in text
    assert "https://" not in text


async def test_a_web_call_is_started_with_what_the_package_sends(http, tenant) -> None:
    made = await tenant.sdk().assistants.create(name="Accueil")
    headers = {"authorization": f"Bearer {tenant.public}"}
    for extra in (
        {"assistantId": made.id},
        {"assistantId": made.id, "roomDeleteOnUserLeaveEnabled": True},
        {"assistantId": made.id, "assistantOverrides": {"variableValues": {"prenom": "Ada"}}},
    ):
        answer = await http.post("/call/web", json=extra, headers=headers)
        assert answer.status_code == 201, answer.text
        assert answer.json()["id"]
        assert answer.json()["webCallUrl"].startswith("http")
    refused = await http.post("/call/web", json={"assistantId": made.id}, headers={})
    assert refused.status_code == 401
