"""From the confirmation to an assistant that lives at the voice platform, or to nothing at all."""

import asyncio
from datetime import timedelta

import pytest
from api import run_jobs
from conversations import YES, plain, until_recap

from allokoli.configurator import creation
from allokoli.configurator.models import ConfiguratorSession
from allokoli.configurator.tasks import resume_creations
from allokoli.core import clock
from allokoli.core.mail import Mail
from allokoli.platform.assistants.models import Assistant
from allokoli.platform.assistants.tasks import settle_assistants


@pytest.fixture
async def about_to_confirm(owner, voice):
    """A session of a signed-in owner at its recap; returns its path."""
    made = await owner.post("/configurator/sessions", {"locale": "fr"})
    await until_recap(owner.post, made.json()["id"])
    return f"/configurator/sessions/{made.json()['id']}"


async def confirm(owner, path):
    answer = await owner.post(f"{path}/messages", {"text": YES})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_confirming_creates_the_assistant_through_mcp_and_completes_it_over_rest(
    owner, voice, about_to_confirm
):
    confirmed = await confirm(owner, about_to_confirm)
    assert confirmed["status"] == "creating"
    assert confirmed["assistant_id"] is None
    assert {step["status"] for step in confirmed["steps"]} == {"waiting"}
    await run_jobs()
    created = (await owner.get(about_to_confirm)).json()
    assert created["status"] == "created"
    assert plain(created["reply"]) == (
        "Parfait ! Votre assistant vocal est maintenant configuré et sera déployé sous peu."
        " Vous recevrez un email avec tous les détails. Merci d'avoir utilisé AlloKoli !"
    )
    assert {step["status"] for step in created["steps"]} == {"done"}
    assert ("POST", "/mcp") in voice.requests
    (at_platform,) = voice.assistants.values()
    assert at_platform["name"] == "Assistant Chez Mario"
    assert at_platform["model"]["provider"] == "custom-llm"
    assert at_platform["server"]["headers"]["X-Vapi-Secret"] == await owner.server_secret()
    assert created["assistant_id"] not in at_platform["model"]["messages"][0]["content"]
    shown = (await owner.get(f"/assistants/{created['assistant_id']}")).json()
    assert shown["platform_id"] == at_platform["id"]
    assert shown["status"] == "synced"
    assert shown["blueprint"]["name"] == "Assistant Chez Mario"
    assert "X-Vapi-Secret" not in str(shown)


async def test_the_mail_of_the_seed_is_sent(owner, voice, about_to_confirm, settings):
    voice.add_number("+33187000001")
    await confirm(owner, about_to_confirm)
    await run_jobs()
    created = (await owner.get(about_to_confirm)).json()
    (mail,) = await owner.rows(Mail)
    assert mail.to == owner.tokens["user"]["email"]
    assert plain(mail.subject) == 'Votre assistant vocal "Assistant Chez Mario" est prêt !'
    lines = [plain(line) for line in mail.text.splitlines() if line]
    assert lines == [
        "Bonjour,",
        "Votre assistant vocal a été créé avec succès :",
        "🤖 Nom : Assistant Chez Mario",
        "📞 Numéro : +33187000001",
        "🎯 Spécialisé : Restaurant",
        lines[5],
        f"🔗 Accéder au dashboard : {settings.public_url}/dashboard",
        f"🧪 Tester votre assistant : {settings.public_url}/test/{created['assistant_id']}",
        "Cordialement,",
        "L’équipe AlloKoli",
    ]
    assert lines[5].startswith("✅ Fonctionnalités : Prise de réservations avec allergies")


async def test_a_free_number_is_attached_and_a_taken_one_is_left_alone(
    owner, voice, about_to_confirm
):
    taken = voice.add_number("+33187000001", assistantId="somebody-elses")
    free = voice.add_number("+33187000002")
    await confirm(owner, about_to_confirm)
    await run_jobs()
    (at_platform,) = voice.assistants.values()
    assert taken["assistantId"] == "somebody-elses"
    assert free["assistantId"] == at_platform["id"]
    (shown,) = (await owner.get("/assistants")).json()["data"]
    assert shown["phone_number"] == "+33187000002"


async def test_two_tabs_confirming_at_once_make_one_assistant(owner, voice, about_to_confirm):
    answers = await asyncio.gather(*(confirm(owner, about_to_confirm) for _ in range(4)))
    assert {answer["status"] for answer in answers} == {"creating"}
    await run_jobs()
    assert len(voice.assistants) == 1
    assert len(await owner.rows(Assistant)) == 1
    again = await confirm(owner, about_to_confirm)
    assert again["status"] == "created"
    await run_jobs()
    assert len(voice.assistants) == 1


async def test_two_workers_running_the_same_job_make_one_assistant(owner, voice, about_to_confirm):
    await confirm(owner, about_to_confirm)
    (row,) = await owner.rows(ConfiguratorSession)
    await asyncio.gather(*(creation.create(owner.identity, row.id) for _ in range(3)))
    await run_jobs()
    assert len(voice.assistants) == 1
    assert len(await owner.rows(Mail)) == 1


@pytest.mark.parametrize(
    ("method", "path", "how"),
    [
        ("POST", "/mcp", "refuse"),
        ("POST", "/mcp", "garbage"),
        ("TOOL", "create_assistant", "refuse"),
        ("TOOL", "create_assistant", "break"),
        ("PATCH", "/assistant/.*", "refuse"),
        ("PATCH", "/assistant/.*", "break"),
        ("TOOL", "list_phone_numbers", "refuse"),
        ("PATCH", "/phone-number/.*", "refuse"),
    ],
)
async def test_a_failure_in_the_middle_leaves_nothing_and_yes_tries_again(
    owner, voice, about_to_confirm, method, path, how
):
    number = voice.add_number("+33187000001")
    fault = voice.fails(method, path, how)
    await confirm(owner, about_to_confirm)
    await run_jobs()
    failed = (await owner.get(about_to_confirm)).json()
    assert failed["status"] == "confirming"
    assert failed["assistant_id"] is None
    assert "oui" in failed["reply"]
    assert voice.assistants == {}
    assert await owner.rows(Assistant) == []
    assert not number.get("assistantId")
    assert await owner.rows(Mail) == []
    fault.times = 0
    await owner.post(f"{about_to_confirm}/messages", {"text": "oui"})
    await run_jobs()
    assert (await owner.get(about_to_confirm)).json()["status"] == "created"
    assert len(voice.assistants) == 1


async def test_a_dead_voice_platform_is_told_in_plain_french(
    owner, voice, about_to_confirm, settings, monkeypatch
):
    monkeypatch.setattr(settings, "engine_internal_url", "http://127.0.0.1:9")
    await confirm(owner, about_to_confirm)
    await run_jobs()
    failed = (await owner.get(about_to_confirm)).json()
    assert failed["status"] == "confirming"
    assert "La plateforme vocale est injoignable" in failed["reply"]
    assert failed["steps"][0]["status"] == "failed"
    assert await owner.rows(Assistant) == []
    assert failed["messages"][-1]["text"] == failed["reply"]


async def test_what_cannot_be_undone_at_once_is_undone_later(owner, voice, about_to_confirm, at):
    voice.fails("TOOL", "create_assistant", "break")
    unlisted = voice.fails("GET", "/assistant", "refuse")
    await confirm(owner, about_to_confirm)
    await run_jobs()
    assert len(voice.assistants) == 1
    assert [row.sync for row in await owner.rows(Assistant)] == ["discarding"]
    assert (await owner.get("/assistants")).json()["data"] == []
    unlisted.times = 0
    later = clock.now() + timedelta(minutes=5)
    at(later)
    await settle_assistants(0)
    assert voice.assistants == {}
    assert await owner.rows(Assistant) == []


@pytest.mark.parametrize("reached", ["_make", "_complete", "_attach_number", "deliver"])
async def test_a_worker_that_dies_is_carried_on_by_the_next(
    owner, voice, about_to_confirm, monkeypatch, at, reached
):
    await confirm(owner, about_to_confirm)
    (row,) = await owner.rows(ConfiguratorSession)

    class Killed(BaseException):
        pass

    async def dies(*_):
        raise Killed

    with monkeypatch.context() as dying:
        where = creation.delivery if reached == "deliver" else creation
        dying.setattr(where, reached, dies)
        with pytest.raises(Killed):
            await creation.create(owner.identity, row.id)
    at(clock.now() + timedelta(minutes=5))
    await resume_creations(0)
    assert (await owner.get(about_to_confirm)).json()["status"] == "created"
    assert len(voice.assistants) == 1
    assert len(await owner.rows(Assistant)) == 1


async def test_an_assistant_made_just_before_the_worker_died_is_adopted(
    owner, voice, about_to_confirm, monkeypatch, at
):
    await confirm(owner, about_to_confirm)
    (row,) = await owner.rows(ConfiguratorSession)

    class Killed(BaseException):
        pass

    async def dies(*_):
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(creation.saga, "note_platform_id", dies)
        with pytest.raises(Killed):
            await creation.create(owner.identity, row.id)
    (orphan,) = voice.assistants
    at(clock.now() + timedelta(minutes=5))
    await resume_creations(0)
    assert list(voice.assistants) == [orphan]
    assert [one.platform_id for one in await owner.rows(Assistant)] == [orphan]
