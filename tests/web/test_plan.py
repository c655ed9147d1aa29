"""The blueprint beside the conversation: changed by hand, with and without scripts."""

import re
from html import unescape

import pytest

HTMX = {"hx-request": "true"}


def read(page) -> str:
    """What a person reads: one kind of space, no markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page.text)))


async def say(browser, text: str):
    return await browser.post("/fr/create/messages", data={"text": text}, headers=HTMX)


async def change(browser, part: str, headers=HTMX, **sent):
    return await browser.post(f"/fr/create/plan/{part}", data=sent, headers=headers)


@pytest.fixture
async def started(browser):
    await browser.get("/fr/create")
    await browser.get("/fr/create")
    await say(browser, "Je voudrais créer un assistant pour mon restaurant")
    return browser


async def test_what_is_edited_is_never_asked(started):
    page = await change(started, "name", name="Chez Luigi")
    assert "Quel style de conversation" in read(page)
    await change(started, "greeting", greeting="Chez Luigi, bonsoir !")
    page = read(await say(started, "chaleureux"))
    assert "prendre les réservations de table" in page


async def test_an_edit_that_answers_nothing_says_nothing(started):
    before = read(await started.get("/fr/create"))
    await change(started, "tone", tone="calm")
    after = read(await started.get("/fr/create"))
    assert before.count("Quel nom aimeriez-vous lui donner") == 1
    assert after.count("Quel nom aimeriez-vous lui donner") == 1
    assert "Quel style" not in read(await say(started, "Chez Luigi"))


async def test_the_forms_work_without_scripts(started):
    answer = await change(started, "name", headers={}, name="Chez Luigi")
    assert answer.status_code == 303
    assert "Chez Luigi" in read(await started.get("/fr/create"))


async def test_hours_questions_and_contacts_are_kept_as_the_forms_send_them(started):
    await change(
        started,
        "hours",
        tue="12h-14h, 19h-22h30",
        sun="9:00-12:00",
        exceptions="25/12/2030\n2030-12-24 09:00-12:00",
    )
    await change(started, "faqs", question=["Un parking ?", ""], answer=["Oui, en face.", ""])
    await change(started, "notify", email="Paul@Chez-Paul.fr", phone="06 12 34 56 78", webhook="")
    await change(started, "escalation", phone="+33 6 12 34 56 78", when="en cas d’urgence")
    await change(started, "must_not_say", lines="les prix\n\nla politique")
    await change(started, "languages", languages=["fr", "en"])
    page = await started.get("/fr/create")
    assert 'value="12:00-14:00, 19:00-22:30"' in page.text
    assert "2030-12-24 09:00-12:00" in page.text
    assert "2030-12-25" in page.text
    words = read(page)
    for kept in ("Un parking ?", "paul@chez-paul.fr", "06 12 34 56 78", "les prix · la politique"):
        assert kept in words
    assert "Français, Anglais" in words


async def test_fields_get_types_choices_and_are_taken_away(started):
    await change(
        started,
        "fields",
        key=["name", "", ""],
        label=["Nom", "Terrasse ou salle", ""],
        type=["name", "choice", "text"],
        required=["yes", "no", "yes"],
        choices=["", "terrasse, salle", ""],
    )
    page = await started.get("/fr/create")
    assert 'value="terrasse, salle"' in page.text
    await change(
        started,
        "fields",
        key=["name"],
        label=["Nom"],
        type=["name"],
        required=["yes"],
        choices=[""],
    )
    assert "terrasse" not in (await started.get("/fr/create")).text


@pytest.mark.parametrize(
    ("part", "sent", "said"),
    [
        ("hours", {"mon": "de 9h à 25h"}, "Vérifiez les horaires"),
        ("hours", {"mon": "18h-9h"}, "Vérifiez les horaires"),
        ("hours", {"exceptions": "bientôt"}, "Vérifiez les dates"),
        ("notify", {"email": "paul@"}, "adresse e-mail"),
        ("notify", {"phone": "06 12"}, "numéro"),
        ("notify", {"webhook": "javascript:alert(1)"}, "https"),
        ("escalation", {"phone": "12"}, "numéro"),
        ("name", {"name": " "}, "quarante caractères"),
        ("name", {"name": "a" * 41}, "quarante caractères"),
        ("tone", {"tone": "rude"}, "ne peuvent pas être gardés"),
        ("faqs", {"question": ["Un parking ?"], "answer": [""]}, "sa réponse"),
    ],
    ids=range(11),
)
async def test_what_makes_no_sense_is_refused_and_told(started, part, sent, said):
    before = read(await started.get("/fr/create"))
    page = await change(started, part, **sent)
    assert said in read(page)
    assert read(await started.get("/fr/create")) == before


async def test_hostile_values_are_kept_as_words_or_refused(started):
    page = await change(started, "greeting", greeting="<script>alert(1)</script> bonjour")
    assert "<script>alert" not in page.text
    assert (await change(started, "state", state="{}")).status_code == 404
    many = await change(started, "faqs", question=["q"] * 500, answer=["r"] * 500)
    assert many.status_code in {200, 400, 422}
    assert (await started.get("/fr/create")).status_code == 200


async def test_the_hebrew_week_begins_on_sunday(browser):
    await browser.get("/he/create")
    page = await browser.get("/he/create")
    assert page.text.index('name="sun"') < page.text.index('name="mon"')
    hours = dict.fromkeys(("sun", "mon", "tue", "wed", "thu"), "09:00-18:00")
    await browser.post("/he/create/plan/hours", data=hours, headers=HTMX)
    assert "יום א׳–יום ה׳ 9:00–18:00" in read(await browser.get("/he/create"))
