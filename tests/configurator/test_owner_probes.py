"""What owners were misunderstood about at first: names, fields, tones, addresses, topics."""

from datetime import UTC, datetime

import pytest

from allokoli.configurator.conversation import hear
from allokoli.configurator.conversation import open as open_conversation
from allokoli.configurator.field_lists import listed_fields
from allokoli.configurator.fields_reader import read_fields
from allokoli.configurator.owner_data import owner_data
from allokoli.configurator.owner_reading import Moment, read_turn
from allokoli.configurator.tones_reader import read_tone
from allokoli.dialogue.entities.emails import find_email
from allokoli.dialogue.text import fold
from allokoli.dialogue.utterance import Utterance

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


def after(locale, *said):
    state, _ = open_conversation(locale)
    for one in said:
        state, _ = hear(state, one, NOW)
    return state


@pytest.mark.parametrize(
    ("locale", "said", "name"),
    [
        ("fr", "euh Claire, enfin Clarisse", "Clarisse"),
        ("fr", "attends je demande... Julie t'en penses quoi ? bon, Ludivine", "Ludivine"),
        ("en", "my partner wants Turbo but I prefer Pete", "Pete"),
        ("en", "Hang on... Tyler! Right, Amber", "Amber"),
        ("en", "Winston would amuse me", "Winston"),
        ("en", "the kids voted and it came out as Muffin", "Muffin"),
        ("en", "make it Jasper, J for Juliet", "Jasper"),
        ("fr", "marie, M de Molière", "Marie"),
        ("fr", "M Coiffure", "M Coiffure"),
        ("fr", "appelez-la M Beauté", "M Beauté"),
        ("fr", "K Auto", "K Auto"),
        ("en", "call her T Rex", "T Rex"),
        ("en", "call it O Zone", "O Zone"),
        ("en", "Will, like the name Will", "Will"),
        ("en", "it's called Bella", "Bella"),
        ("fr", "ça s'appelle Bella", "Bella"),
        ("en", "The practice, could we say Ines's Practice?", "Ines's Practice"),
        ("he", "בעלי רצה שקד, אבל אני מחליטה, אז זית", "זית"),
        ("he", "משהו ניטרלי, קבלה למשל", "קבלה"),
        ("he", "פיט, לא פיטר, פיט", "פיט"),
    ],
)
def test_the_name_settled_on_is_kept(locale, said, name):
    opening = {"fr": "j'ai un garage", "en": "I have a garage", "he": "יש לי מוסך"}[locale]
    assert after(locale, opening, said).dialogue.values["name"] == name


@pytest.mark.parametrize(
    ("locale", "said"), [("fr", "o la la"), ("en", "u choose"), ("he", "א נו")]
)
def test_a_lone_letter_amid_chatter_opens_no_name(locale, said):
    opening = {"fr": "j'ai un garage", "en": "I have a garage", "he": "יש לי מוסך"}[locale]
    assert "name" not in after(locale, opening, said).dialogue.values


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("fr", "peintre en bâtiment sur Tours"),
        ("fr", "Bonjour, c'est Sylvie de l'agence Sud Immo"),
        ("fr", "Traiteur à Rennes, mariages et entreprises"),
        ("en", "Caterers in Leeds, weddings and corporate"),
        ("en", "Fletcher, barrister. Let's be quick."),
        ("en", "I have a garage, it's called Bella"),
        ("fr", "j'ai un garage, ça s'appelle Bella"),
        ("he", "מרפאת משפחה, שלושה רופאים, המזכירה חצי משרה"),
    ],
)
def test_a_business_told_at_the_opening_names_no_assistant(locale, said):
    assert "name" not in after(locale, said).dialogue.values


@pytest.mark.parametrize(
    ("locale", "sector", "said", "keys"),
    [
        ("fr", "trades", "bof, juste le prénom et le numéro", ["first_name", "phone"]),
        ("fr", "trades", "nom, numéro au cas où", ["name", "phone"]),
        ("fr", "retail", "nom, numéro de commande, le souci", ["name", "numero_de_commande",
         "reason"]),
        ("fr", "support", "nom, panne, si c'est bloquant", ["name", "reason", "bloquant"]),
        ("fr", "restaurant", "nom, le portable du chauffeur", ["name", "phone"]),
        ("fr", "other", "nom, ville, le secteur", ["name", "ville", "secteur"]),
        ("en", "support", "I don't need much: the name, the problem and the email",
         ["name", "reason", "email"]),
        ("en", "other", "visitor's name, resident's name, day of the visit",
         ["name", "resident_s_name", "date"]),
        ("he", "beauty", "מה צריך? שם, תאריך, שעה וטלפון, בלי חפירות",
         ["name", "date", "time", "phone"]),
    ],
)  # fmt: skip
def test_a_list_of_fields_is_read_whole(locale, sector, said, keys):
    data, values = owner_data(locale), {"sector": sector}
    core = read_turn(said, locale, values, Moment(asking="fields")).core
    read = read_fields(data, Utterance.of(core, locale), True, values, locale)
    assert [item["key"] for item in read] == keys


def test_a_message_for_another_topic_in_a_list_is_no_field():
    said = (
        "le nom, la panne et le téléphone. Et les grosses fuites, vous me les passez au zéro six, "
        "quinze, quatre-vingt-trois, trente, zéro deux"
    )
    turn = read_turn(said, "fr", {"sector": "trades"}, Moment(asking="fields"))
    assert turn.offered["escalation"]["phone"] == "+33615833002"
    fields = listed_fields(owner_data("fr"), turn.core, {"sector": "trades"}, "fr", told=True)
    assert [item["key"] for item in fields] == ["name", "reason", "phone"]


@pytest.mark.parametrize(
    ("locale", "said", "address"),
    [
        ("en", "hello at riverside physio dot co dot uk, riverside physio in one word",
         "hello@riversidephysio.co.uk"),
        ("fr", "contact arobase les petits plats tout attaché point com",
         "contact@lespetitsplats.com"),
    ],
)  # fmt: skip
def test_an_address_is_read_with_what_is_said_of_its_words(locale, said, address):
    turn = read_turn(f"e-mail: {said}", locale, {}, Moment(asking="notify"))
    assert find_email(Utterance.of(said, locale), locale)[0] == address
    assert turn.offered["notify"]["email"] == address


@pytest.mark.parametrize(
    ("locale", "said", "tone"),
    [
        ("en", "formal, no wait, friendly", "friendly"),
        ("en", "formal, no, casual actually", "friendly"),
        ("en", "friendly, nothing formal", "friendly"),
        ("en", "formal, not friendly", "formal"),
        ("he", "רשמי, לא, יותר קליל", "friendly"),
    ],
)
def test_a_tone_put_right_is_told_from_one_refused(locale, said, tone):
    assert read_tone(owner_data(locale), fold(said), locale, {"sector": "trades"}) == tone


@pytest.mark.parametrize("said", ["leave the hours for now", "mumble mumble grumble"])
def test_a_topic_that_is_put_off_is_not_asked_for_ever(said):
    known = ("we want a help desk that answers out of hours", "Nova", "calm", "Hello, Nova here")
    state = after("en", "I run IT support", *known[1:], "yes", "the usual", "the hours")
    assert state.dialogue.asking == ["hours"]
    for _ in range(3):
        state, _ = hear(state, said, NOW)
    assert state.status == "confirming"
