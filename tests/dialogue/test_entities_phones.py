"""Phone numbers as people dictate them, hesitate over them and correct them, by country."""

import pytest

from allokoli.dialogue.entities.phones import amend_phone, find_phone, loose_digits
from allokoli.dialogue.utterance import Utterance


@pytest.mark.parametrize(
    ("said", "country", "number"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("06.12.34.56.78", "FR", "+33612345678"),
        ("0612345678", "FR", "+33612345678"),
        ("06, 12, 34, 56, 78.", "FR", "+33612345678"),
        ("6 12 34 56 78", "FR", "+33612345678"),
        ("zéro 6 12 34 56 78", "FR", "+33612345678"),
        ("Zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit.", "FR", "+33612345678"),
        ("zéro six douze trente quatre cinquante six soixante dix huit", "FR", "+33612345678"),
        ("zéro six douze trente-quatre cinquante-six septante-huit", "FR", "+33612345678"),
        ("zéro, six, un, deux, trois, quatre, cinq, six, sept, huit", "FR", "+33612345678"),
        ("0 6 1 2 3 4 5 6 7 8", "FR", "+33612345678"),
        (
            "plus trente-trois six douze trente-quatre cinquante-six soixante-dix-huit",
            "FR",
            "+33612345678",
        ),
        ("+33 6 12 34 56 78", "FR", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "FR", "+33612345678"),
        ("0033 6 12 34 56 78", "FR", "+33612345678"),
        (
            "double zéro trente-trois six douze trente-quatre cinquante-six soixante-dix-huit",
            "FR",
            "+33612345678",
        ),
        (
            "c'est le zéro six euh douze trente-quatre et puis cinquante-six et soixante-dix-huit",
            "FR",
            "+33612345678",
        ),
        ("06 12 34 euh attendez 56 78", "FR", "+33612345678"),
        ("06 euh 06 12 34 56 78", "FR", "+33612345678"),
        ("06 12 euh non 06 12 34 56 78", "FR", "+33612345678"),
        ("06 12 34 56 79 non 78", "FR", "+33612345678"),
        ("06 12 34 56 57, non 78 à la fin", "FR", "+33612345678"),
        ("06 12 34 55 pardon 56 78", "FR", "+33612345678"),
        ("06 12 34 56 79 non pardon 06 12 34 56 78", "FR", "+33612345678"),
        ("06-12-34-56-78, Martin", "FR", "+33612345678"),
        ("Martin 06 12 34 56 78 pour 4 personnes", "FR", "+33612345678"),
        ("4 personnes, 06 12 34 56 78", "FR", "+33612345678"),
        ("zéro quatre septante, douze, trente-quatre, cinquante-six", "BE", "+32470123456"),
        ("0470 12 34 56", "BE", "+32470123456"),
        (
            "zéro septante-neuf, cent vingt-trois, quarante-cinq, soixante-sept",
            "CH",
            "+41791234567",
        ),
        ("079 123 45 67", "CH", "+41791234567"),
        ("+41 79 123 45 67", "FR", "+41791234567"),
        ("le zéro un quarante deux soixante-huit cinquante-trois zéro zéro", "FR", "+33142685300"),
        ("01 42 deux fois 53 00", "FR", "+33142535300"),
        ("le 06 12 deux fois 34 56", "FR", "+33612343456"),
    ],
)
def test_a_number_dictated_in_french(said, country, number):
    found = find_phone(Utterance.of(said, "fr"), country)
    assert found is not None
    assert found.e164 == number


@pytest.mark.parametrize(
    ("said", "country", "number"),
    [
        ("oh seven four double oh one two three four five six", "GB", "+447400123456"),
        ("07400 123456", "GB", "+447400123456"),
        ("zero seven four zero zero one two three four five six", "GB", "+447400123456"),
        (
            "plus forty-four seven four double zero one two three four five six",
            "GB",
            "+447400123456",
        ),
        ("oh two oh seven nine four six oh nine five eight", "GB", "+442079460958"),
        ("07400, uh, 123, then 456", "GB", "+447400123456"),
        ("07400 123 457 no sorry 456", "GB", "+447400123456"),
        ("two one two five five five oh one two three", "US", "+12125550123"),
        ("212-555-0123", "US", "+12125550123"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("+1 212 555 0123", "US", "+12125550123"),
        ("it's two one two, triple five, oh one two three", "US", "+12125550123"),
    ],
)
def test_a_number_dictated_in_english(said, country, number):
    found = find_phone(Utterance.of(said, "en"), country)
    assert found is not None
    assert found.e164 == number


@pytest.mark.parametrize(
    ("said", "country", "number"),
    [
        ("052-345-6789", "IL", "+972523456789"),
        ("0523456789", "IL", "+972523456789"),
        ("אפס חמש שתיים שלוש ארבע חמש שש שבע שמונה תשע", "IL", "+972523456789"),
        ("אפס חמישים, שלוש ארבע חמש, שש שבע, שמונה תשע", "IL", "+972503456789"),
        ("המספר שלי 052 אה 345 67 89", "IL", "+972523456789"),
        ("+972 52 345 6789", "IL", "+972523456789"),
        ("פלוס תשע שבע שתיים חמישים ושתיים שלוש ארבע חמש שש שבע שמונה תשע", "IL", "+972523456789"),
        ("052 345 67 88 לא סליחה 89", "IL", "+972523456789"),
        ("אפס חמישים, שבע מאות עשרים ואחת, ארבעים, שלושים ושבע", "IL", "+972507214037"),
        ("אפס חמש שלוש תשע אחת ארבע, סליחה, תשע אחת חמש, 4470", "IL", "+972539154470"),
    ],
)
def test_a_number_dictated_in_hebrew(said, country, number):
    found = find_phone(Utterance.of(said, "he"), country)
    assert found is not None
    assert found.e164 == number


@pytest.mark.parametrize(
    "said",
    [
        "99 12 34 56 78",
        "zéro six cent douze",
        "06 12 34 5",
        "samedi 21 novembre à 20 h 30",
        "12 rue de la Paix 75002 Paris",
        "on sera 12 ou 13",
        "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26",
    ],
)
def test_what_is_no_number(said):
    assert find_phone(Utterance.of(said, "fr"), "FR") is None


def test_the_words_around_a_number_are_left_for_others_to_read():
    heard = Utterance.of("Martin, 06 12, euh, 34 56 78, pour 4 personnes", "fr")
    found = find_phone(heard, "FR")
    assert found is not None
    assert heard.text[slice(*found.span)] == "06 12, euh, 34 56 78"


def test_digits_cut_short_are_kept():
    found = loose_digits(Utterance.of("zéro six, euh, double six", "fr"))
    assert found is not None
    assert found[0] == "0666"


@pytest.mark.parametrize(
    ("known", "said", "locale", "country", "number"),
    [
        ("+33612345678", "non, 57 à la fin", "fr", "FR", "+33612345657"),
        ("+33612345678", "Non cinquante-sept à la fin.", "fr", "FR", "+33612345657"),
        ("+33612345678", "ça finit par 79", "fr", "FR", "+33612345679"),
        ("+33612345678", "le dernier c'est 9", "fr", "FR", "+33612345679"),
        ("+33612345678", "c'est pas 34, c'est 35", "fr", "FR", "+33612355678"),
        (
            "+33612345678",
            "non pas soixante-dix-huit, soixante-dix-neuf",
            "fr",
            "FR",
            "+33612345679",
        ),
        ("+33612345678", "ça commence par zéro sept", "fr", "FR", "+33712345678"),
        ("+447400123456", "no, it ends with 57", "en", "GB", "+447400123457"),
        ("+447400123456", "not 56, 57", "en", "GB", "+447400123457"),
        ("+972523456789", "88 בסוף", "he", "IL", "+972523456788"),
    ],
)
def test_a_number_corrected_by_a_few_digits(known, said, locale, country, number):
    found = amend_phone(known, Utterance.of(said, locale), country)
    assert found is not None
    assert found.e164 == number


@pytest.mark.parametrize("said", ["oui", "c'est ça", "on sera 4", "non", "à 20 h", "pas 99, 98"])
def test_what_corrects_no_number(said):
    assert amend_phone("+33612345678", Utterance.of(said, "fr"), "FR") is None
