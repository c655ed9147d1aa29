"""What an owner sees of what is theirs, and nothing of anybody else's."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from allokoli.core import clock, mail, storage
from allokoli.core.database import session
from allokoli.core.identity import Identity
from allokoli.platform.accounts import login_sessions
from allokoli.platform.assistants.models import Assistant
from allokoli.platform.calls.models import Call
from allokoli.platform.messages.models import Message

SCRIPT = "<script>alert(1)</script>"
BLUEPRINT = {
    "sector": "restaurant",
    "tone": "friendly",
    "greeting": f"Bonsoir {SCRIPT}",
    "services": ["reservation"],
    "fields": [{"key": "party_size", "label": "couverts"}, {"key": "pets", "label": SCRIPT}],
    "hours": {
        "tue": [["12:00", "14:30"]],
        "wed": [["12:00", "14:30"]],
        "sat": [["19:00", "23:00"]],
    },
    "notify": {"email": "mario@example.com"},
}


@dataclass
class Kept:
    """What the owner has: one assistant, one call, one mail."""

    identity: Identity
    assistant_id: UUID
    call_id: UUID
    mail_id: UUID

    def pages(self) -> list[str]:
        """Every page that shows one of them."""
        return [
            f"/fr/assistants/{self.assistant_id}",
            f"/fr/test/{self.assistant_id}",
            f"/fr/calls/{self.call_id}",
            f"/fr/calls/{self.call_id}/recording",
            f"/fr/calls/{self.call_id}/written",
            f"/fr/outbox/{self.mail_id}",
        ]


async def signed_up(browser, email: str) -> Identity:
    await browser.post("/fr/signup", data={"email": email, "password": "une phrase assez longue"})
    return await login_sessions.identify(browser.cookies["access"])


@pytest.fixture
async def kept(browser) -> Kept:
    identity = await signed_up(browser, "mario@example.com")
    return await keep(identity, SCRIPT)


async def keep(identity: Identity, name: str) -> Kept:
    org_id, now = identity.organization, clock.now()
    assistant = Assistant(
        id=uuid4(), org_id=org_id, name=name, config={}, blueprint={**BLUEPRINT, "name": name},
        platform_id="platform-1", sync="synced", sync_at=now,
    )  # fmt: skip
    call = Call(
        id=uuid4(), org_id=org_id, platform_id="call-1", assistant_id=assistant.id,
        assistant_name=name, type="webCall", transport="webrtc", status="ended",
        ended_reason="customer-ended-call", started_at=now - timedelta(seconds=83), ended_at=now,
        summary=f"Table pour quatre {SCRIPT}", intent="book", outcome="success",
        structured_data={
            "intent": "book", "party_size": 4, "time": "20:30", "date": "2026-11-28",
            "phone": "+33612345678", "pets": SCRIPT,
        },
        recording="stored", recording_key=f"recordings/{org_id}/call.wav",
        created_at=now, updated_at=now,
    )  # fmt: skip
    said = Message(
        id=uuid4(), org_id=org_id, call_id=call.id, position=0, role="user", content=SCRIPT,
        created_at=now,
    )  # fmt: skip
    await storage.put(str(call.recording_key), b"RIFF" + bytes(range(96)))
    async with session(identity) as opened:
        for row in (assistant, call, said):
            opened.add(row)
            await opened.flush()
        sent = await mail.queue(
            opened, org_id=org_id, to="mario@example.com", subject=SCRIPT,
            text=f"{SCRIPT} : http://allokoli.test/test/1.",
        )  # fmt: skip
    return Kept(identity, assistant.id, call.id, sent.id)


async def test_a_script_as_a_name_is_shown_and_never_run(browser, kept):
    for path in [*kept.pages(), "/fr/dashboard", "/fr/assistants", "/fr/calls", "/fr/outbox"]:
        page = await browser.get(path)
        assert page.status_code in {200, 206}, path
        assert "<script>alert" not in page.text, path
    shown = (await browser.get("/fr/assistants")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


async def test_the_call_page_tells_the_call(browser, kept):
    page = (await browser.get(f"/fr/calls/{kept.call_id}")).text.replace("\u00a0", " ")
    for words in (
        "Réservation", "Personnes", "samedi 28 novembre 2026", "20 h 30", "+33 6 12 34 56 78",
        "L’appelant a raccroché.", "1 min 23 s", "Abouti",
    ):  # fmt: skip
        assert words in page


async def test_a_written_call_that_has_ended_cannot_be_hung_up(browser, kept):
    page = (await browser.get(f"/fr/calls/{kept.call_id}/written")).text
    assert "L’appelant a raccroché." in page
    assert 'id="hang-up"' not in page


async def test_the_recording_is_played_by_parts(browser, kept):
    whole = await browser.get(f"/fr/calls/{kept.call_id}/recording")
    assert len(whole.content) == 100
    part = await browser.get(f"/fr/calls/{kept.call_id}/recording", headers={"range": "bytes=4-7"})
    assert part.status_code == 206
    assert part.content == bytes(range(4))


async def test_the_dashboard_counts_today(browser, kept):
    page = (await browser.get("/fr/dashboard/live")).text
    assert 'data-figure="calls_today">1<' in page
    assert 'data-figure="live">0<' in page


async def test_the_history_is_filtered(browser, kept):
    today = clock.now().date().isoformat()
    for query, found in (
        (f"from={today}", True),
        ("to=2020-01-01", False),
        ("type=webCall&outcome=success", True),
        ("type=text", False),
        ("outcome=failure", False),
        (f"assistant_id={kept.assistant_id}", True),
        (f"assistant_id={uuid4()}", False),
    ):
        page = await browser.get(f"/fr/calls?{query}")
        assert (str(kept.call_id) in page.text) is found, query
    assert (await browser.get("/fr/calls?from=yesterday")).status_code == 422
    assert (await browser.get("/fr/calls?type=nonsense")).status_code == 422


async def test_the_recap_reads_like_a_shop_window(browser, kept):
    page = (await browser.get(f"/fr/assistants/{kept.assistant_id}")).text.replace("\u00a0", " ")
    assert "mar.–mer. 12 h–14 h 30, sam. 19 h–23 h" in page
    assert "Convivial et chaleureux" in page


async def test_the_test_page_carries_a_token_for_this_assistant_only(browser, kept):
    page = await browser.get(f"/fr/test/{kept.assistant_id}")
    assert page.headers["cache-control"] == "no-store"
    assert 'data-platform-id="platform-1"' in page.text
    for hook in ("start-call", "hang-up", "transcript", "call-state"):
        assert f'id="{hook}"' in page.text


async def test_a_mails_links_can_be_followed(browser, kept):
    page = (await browser.get(f"/fr/outbox/{kept.mail_id}")).text
    assert 'href="http://allokoli.test/test/1"' in page


async def test_another_organization_sees_nothing_of_it(browser, kept):
    await browser.post("/fr/logout")
    await signed_up(browser, "lea@example.com")
    for path in kept.pages():
        assert (await browser.get(path)).status_code == 404, path
    for path in ("/fr/dashboard", "/fr/assistants", "/fr/calls", "/fr/outbox"):
        page = await browser.get(path)
        assert "alert(1)" not in page.text
    for path in (
        f"/fr/assistants/{kept.assistant_id}/plan/name",
        f"/fr/assistants/{kept.assistant_id}/delete",
        f"/fr/calls/{kept.call_id}/end",
        f"/fr/test/{kept.assistant_id}/written",
    ):
        refused = await browser.post(path, data={"name": "A", "greeting": "B", "tone": "calm"})
        assert refused.status_code == 404, path


async def test_a_key_is_shown_once_then_only_its_end(browser, kept):
    made = await browser.post("/fr/settings/keys", data={"name": "site", "kind": "public"})
    key = made.text.partition('value="pk_')[2].partition('"')[0]
    assert key
    after = (await browser.get("/fr/settings")).text
    assert key not in after
    assert f"****{key[-4:]}" in after
    key_id = after.partition('data-key="')[2].partition('"')[0]
    await browser.post(f"/fr/settings/keys/{key_id}/revoke")
    assert "Aucune clé pour l’instant." in (await browser.get("/fr/settings")).text
