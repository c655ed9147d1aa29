"""An organization's own language model: chosen, kept, tried, lent to its assistants."""

from uuid import uuid4

import pytest
from api import run_jobs
from blueprints import RESTAURANT
from scripted_model import scripted_model
from sqlalchemy import select

from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.core.security import vault
from allokoli.core.settings import get_settings
from allokoli.platform.language_models import service
from allokoli.platform.language_models.models import LanguageModel

PATH = "/organization/language-model"
KEY = "sk-own-secret-7788"


@pytest.fixture
async def model():
    async with scripted_model() as made:
        yield made


async def put(owner, url, **fields):
    body = {"url": url, "name": "small", "key": KEY, **fields}
    return await owner.http.put(f"/api/v1{PATH}", json=body, headers=owner.headers)


async def row_of(owner):
    async with session(owner.identity) as opened:
        return (await opened.scalars(select(LanguageModel))).one()


async def test_none_is_chosen_at_first(owner):
    answer = await owner.get(PATH)
    assert answer.status_code == 200
    assert answer.json() is None


async def test_a_model_is_kept_and_its_key_never_comes_back(owner, model):
    chosen = await put(owner, f" {model.url}/chat/completions ")
    assert chosen.status_code == 200, chosen.text
    read = await owner.get(PATH)
    assert read.json() == chosen.json()
    assert read.json()["url"] == model.url
    assert read.json()["key_preview"] == "****7788"
    assert KEY not in chosen.text + read.text
    row = await row_of(owner)
    assert KEY.encode() not in row.key_sealed
    assert vault.unseal(row.key_sealed) == KEY


async def test_a_key_stays_with_its_host(owner, model):
    await put(owner, model.url)
    kept = await put(owner, f"{model.url}/v2", key=None)
    assert kept.json()["key_preview"] == "****7788"
    moved = await put(owner, "http://localhost:9/v1", key=None)
    assert moved.json()["key_preview"] is None
    assert (await row_of(owner)).key_sealed is None
    await put(owner, model.url)
    assert (await put(owner, model.url, key="")).json()["key_preview"] is None


async def test_only_administrators_choose_and_nobody_sees_another_s(owner, stranger, model):
    await put(owner, model.url)
    assert (await stranger.get(PATH)).json() is None
    for role in ("member", "viewer"):
        identity = Identity("user", owner.org_id, uuid4(), role)
        async with session(identity) as opened:
            assert await service.get(opened, identity) is not None
    assert (await owner.http.get(f"/api/v1{PATH}")).status_code == 401


@pytest.mark.parametrize("role", ["member", "viewer"])
async def test_others_may_neither_choose_nor_try_nor_forget(owner, model, role):
    await put(owner, model.url)
    async with session(owner.identity) as opened:
        from allokoli.platform.organizations.models import Membership

        row = await opened.get(Membership, (owner.org_id, owner.identity.user_id))
        row.role = role
    await owner.sign_in_again()
    assert (await put(owner, model.url)).status_code == 403
    assert (await owner.post(f"{PATH}/try")).status_code == 403
    assert (await owner.delete(PATH)).status_code == 403
    assert not model.requests


@pytest.mark.parametrize(
    "wrong",
    [{"url": "nowhere"}, {"url": "ftp://x/v1"}, {"url": "http://"}, {"url": "http://a:b@x/v1"},
     {"url": "http://x/v1?key=1"}, {"url": "http://x/#a"}, {"url": "http://x:0/v1"},
     {"url": "http://x:99999/v1"}, {"url": "http://[::1/v1"}, {"url": "http://x/" + "a" * 500},
     {"url": "http://é/v1"}, {"url": "http://x/\nv1"}, {"name": ""}, {"name": "a" * 201},
     {"key": "a\nb: c"}, {"key": "clé"}, {"key": "a" * 2001}, {"wait_s": 0}, {"wait_s": 21},
     {"more": 1}, {"url": "http://169.254.169.254/v1"}, {"url": "http://[fd00:ec2::254]/v1"}],
)  # fmt: skip
async def test_what_cannot_be_a_model_is_refused(owner, wrong):
    answer = await put(owner, **{"url": "http://127.0.0.1:9/v1", **wrong})
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["code"] == "invalid_input"
    assert (await owner.get(PATH)).json() is None


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/v1", "https://10.0.0.8/v1", "https://2130706433/v1",
            "https://localhost/v1", "https://[::ffff:10.0.0.8]/v1", "http://93.184.216.34/v1"],
)  # fmt: skip
async def test_a_public_installation_leads_no_key_to_its_own_network(owner, monkeypatch, url):
    monkeypatch.setattr(get_settings(), "public_url", "https://voice.example.com")
    assert (await put(owner, url)).status_code == 422


async def test_one_kept_before_is_not_asked_either(owner, model, monkeypatch):
    await put(owner, model.url)
    monkeypatch.setattr(get_settings(), "public_url", "https://voice.example.com")
    assert (await owner.post(f"{PATH}/try")).json()["problem"] == "unreachable"
    assert not model.requests


async def test_trying_asks_one_word_with_the_key(owner, model):
    await put(owner, model.url)
    model.script = ["Bonjour <b>" + "a" * 200]
    tried = (await owner.post(f"{PATH}/try")).json()
    assert tried["problem"] is None
    assert tried["words"].startswith("Bonjour <b>a")
    assert len(tried["words"]) == 80
    assert model.requests[0]["model"] == "small"
    assert model.headers[0]["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("step", "problem", "status"),
    [({"status": 500}, "refused", 500), ({"status": 401}, "refused", 401),
     ("", "nonsense", None), ("hold", "slow", None)],
    ids=["down", "wrong-key", "empty", "slow"],
)  # fmt: skip
async def test_trying_tells_what_went_wrong(owner, model, monkeypatch, step, problem, status):
    monkeypatch.setattr(service, "_TRIAL_S", 0.5)
    await put(owner, model.url)
    model.script = [step]
    answer = await owner.post(f"{PATH}/try")
    assert answer.json()["problem"] == problem
    assert answer.json()["status"] == status
    assert KEY not in answer.text


async def test_trying_is_bounded_and_needs_a_model(owner, model):
    assert (await owner.post(f"{PATH}/try")).status_code == 404
    await put(owner, model.url)
    answers = [(await owner.post(f"{PATH}/try")).status_code for _ in range(10)]
    assert answers == [200] * 9 + [429]


async def test_assistants_follow_the_choice_and_come_back(owner, voice, model):
    made = (await owner.post("/assistants", {"blueprint": RESTAURANT})).json()
    guided = voice.assistants[made["platform_id"]]["model"]
    assert guided["model"] == "guided"
    await put(owner, model.url, wait_s=6)
    await run_jobs()
    there = voice.assistants[made["platform_id"]]
    wanted = {"url": model.url, "model": "small", "metadataSendMode": "off", "timeoutSeconds": 6}
    assert there["model"].items() >= {"provider": "custom-llm", **wanted}.items()
    assert there["model"]["messages"] == guided["messages"]
    assert there["model"]["tools"] == guided["tools"]
    assert there["credentials"] == [{"provider": "custom-llm", "apiKey": KEY}]
    read = await owner.get(f"/assistants/{made['id']}")
    assert KEY not in read.text
    later = (await owner.post("/assistants", {"blueprint": RESTAURANT})).json()
    assert voice.assistants[later["platform_id"]]["credentials"] == there["credentials"]
    assert (await owner.delete(PATH)).status_code == 204
    await run_jobs()
    for one in (made, later):
        at_platform = voice.assistants[one["platform_id"]]
        assert at_platform["model"] == guided
        assert at_platform["credentials"] == []


async def test_a_change_by_hand_keeps_the_choice_and_takes_no_key_along(owner, voice, model):
    await put(owner, model.url)
    made = (await owner.post("/assistants", {"blueprint": RESTAURANT})).json()
    path = f"/assistants/{made['id']}"
    await owner.patch(path, {"model": {"temperature": 0.4}})
    there = voice.assistants[made["platform_id"]]
    assert there["model"]["temperature"] == 0.4
    assert there["model"]["url"] == model.url
    own = (
        await owner.patch(path, {"model": {"url": "https://own.example/v1", "model": "x"}})
    ).json()
    there = voice.assistants[made["platform_id"]]
    assert there["model"]["url"] == own["config"]["model"]["url"] == "https://own.example/v1"
    assert there["credentials"] == []
    await put(owner, model.url, name="other")
    await run_jobs()
    assert voice.assistants[made["platform_id"]]["model"]["url"] == "https://own.example/v1"


async def test_a_platform_that_is_down_is_told_later(owner, voice, model):
    made = (await owner.post("/assistants", {"blueprint": RESTAURANT})).json()
    fault = voice.fails("PATCH", "/assistant", "refuse", status=503)
    await put(owner, model.url)
    await run_jobs()
    voice.faults.remove(fault)
    from allokoli.platform.language_models.tasks import apply_language_model

    await apply_language_model(str(owner.org_id))
    await apply_language_model(str(owner.org_id))
    assert voice.assistants[made["platform_id"]]["model"]["url"] == model.url
