"""The settings page's language model: chosen, tried, forgotten; its key never shown."""

import pytest
from scripted_model import scripted_model
from sqlalchemy import select
from test_owner_pages import signed_up

from allokoli.core.database import session
from allokoli.platform.language_models.models import LanguageModel
from allokoli.platform.organizations.models import Membership

KEY = "sk-own-secret-7788"
PATH = "/fr/settings/language-model"


@pytest.fixture
async def model():
    async with scripted_model() as made:
        yield made


@pytest.fixture
async def mario(browser):
    return await signed_up(browser, "mario@example.com")


async def kept(mario):
    async with session(mario) as opened:
        return (await opened.scalars(select(LanguageModel))).first()


def form(model, **changes):
    return {"url": model.url, "name": "small", "key": KEY, "wait_s": "6"} | changes


async def test_it_is_kept_tried_and_forgotten(browser, mario, model):
    assert "Modèle guidé intégré" in (await browser.get("/fr/settings")).text
    model.script = ["Bonjour <script>alert(1)</script>"]
    page = await browser.post(PATH, data=form(model))
    assert page.status_code == 200
    assert 'data-trial="fine"' in page.text
    assert "<script>alert" not in page.text
    assert KEY not in page.text
    assert "****7788" in page.text
    assert (await kept(mario)).wait_s == 6
    model.script = [{"status": 500}]
    again = await browser.post(f"{PATH}/try")
    assert 'data-trial="refused"' in again.text
    kept_key = await browser.post(PATH, data=form(model, key="", name="other"))
    assert kept_key.status_code == 200
    assert model.headers[-1]["authorization"] == f"Bearer {KEY}"
    assert model.requests[-1]["model"] == "other"
    gone = await browser.post(f"{PATH}/forget")
    assert gone.status_code == 303
    assert await kept(mario) is None


@pytest.mark.parametrize(
    "wrong",
    [{"url": "nowhere"}, {"url": ""}, {"name": ""}, {"wait_s": "99"}, {"wait_s": "x"},
     {"key": "a\nb"}, {"url": "http://169.254.169.254/v1"}],
)  # fmt: skip
async def test_what_cannot_be_a_model_is_refused_with_a_sentence(browser, mario, model, wrong):
    page = await browser.post(PATH, data=form(model, **wrong))
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert await kept(mario) is None
    assert KEY not in page.text


@pytest.mark.parametrize("locale", ["fr", "en", "he"])
async def test_the_page_speaks_each_language(browser, mario, locale):
    page = (await browser.get(f"/{locale}/settings")).text
    word = {"fr": "Modèle de langage", "en": "Language model", "he": "מודל שפה"}[locale]
    assert word in page


async def test_a_member_sees_it_and_changes_nothing(browser, mario, model):
    async with session(mario) as opened:
        row = await opened.get(Membership, (mario.organization, mario.user_id))
        row.role = "member"
    await browser.post(
        "/fr/login", data={"email": "mario@example.com", "password": "une phrase assez longue"}
    )
    page = await browser.get("/fr/settings")
    assert "language-model" in page.text
    assert 'name="wait_s"' not in page.text
    for path in (PATH, f"{PATH}/try", f"{PATH}/forget"):
        assert (await browser.post(path, data=form(model))).status_code == 403
    assert await kept(mario) is None
