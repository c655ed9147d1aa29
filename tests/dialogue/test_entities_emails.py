"""E-mail addresses as people dictate them and as a recognizer writes them down."""

import pytest

from allokoli.dialogue.entities.emails import find_email
from allokoli.dialogue.utterance import Utterance


@pytest.mark.parametrize(
    ("locale", "said", "address"),
    [
        ("fr", "marie.dupont@exemple.fr", "marie.dupont@exemple.fr"),
        ("fr", "Mon adresse est Paul@Chez-Paul.FR.", "paul@chez-paul.fr"),
        ("fr", "jean point dupont arobase gmail point com", "jean.dupont@gmail.com"),
        ("fr", "Jean point Dupont, arobase, gmail point com.", "jean.dupont@gmail.com"),
        ("fr", "jean.dupont arobase gmail.com", "jean.dupont@gmail.com"),
        ("fr", "o, r, e, n, a, u, d, arobase, free point fr", "orenaud@free.fr"),
        ("fr", "keller, k, e, deux l, e, r, arobase free point fr", "keller@free.fr"),
        ("en", "k, e, double l, y, at free dot com", "kelly@free.com"),
        ("fr", "jean.dupont @gmail.com", "jean.dupont@gmail.com"),
        ("fr", "jean.dupont@ gmail.com", "jean.dupont@gmail.com"),
        ("fr", "jean point dupont@gmail.com", "jean.dupont@gmail.com"),
        ("fr", "jean point dupont a robase g mail point com", "jean.dupont@gmail.com"),
        ("fr", "Jean point Dupont, arobase de maille point con.", "jean.dupont@gmail.com"),
        ("fr", "Jean, point Dupont et Robas de Maille.com", "jean.dupont@gmail.com"),
        ("fr", "jean point dupont à robuste d'mail.com", "jean.dupont@gmail.com"),
        ("fr", "jean point dupont arobase gmail point compte", "jean.dupont@gmail.com"),
        ("fr", "c'est jean dupont tout attaché arobase orange point fr", "jeandupont@orange.fr"),
        ("fr", "jean dupont en un seul mot arobase orange point fr", "jeandupont@orange.fr"),
        ("fr", "jean tiret dupont arobase free point fr", "jean-dupont@free.fr"),
        ("fr", "jean tiret du bas dupont arobase free point fr", "jean_dupont@free.fr"),
        ("fr", "jean tiret du huit dupont arobase free point fr", "jean_dupont@free.fr"),
        ("fr", "jean underscore dupont arobase free point fr", "jean_dupont@free.fr"),
        ("fr", "jean trait d'union dupont arobase free point fr", "jean-dupont@free.fr"),
        ("fr", "jean tiret du six dupont arobase free point fr", "jean-dupont@free.fr"),
        ("fr", "dupont J P arobase gmail point com", "dupontjp@gmail.com"),
        ("fr", "J P martin arobase orange point fr", "jpmartin@orange.fr"),
        ("fr", "j p point martin arobase orange point fr", "jp.martin@orange.fr"),
        ("fr", "M A R T I N arobase orange point fr", "martin@orange.fr"),
        ("fr", "M-A-R-T-I-N arobase orange point fr", "martin@orange.fr"),
        ("fr", "martin soixante-quinze arobase gmail point com", "martin75@gmail.com"),
        ("fr", "martin point 75 arobase hotmail point fr", "martin.75@hotmail.fr"),
        (
            "fr",
            "alors mon mail c'est contact arobase chez tiret mario point com",
            "contact@chez-mario.com",
        ),
        (
            "fr",
            "c'est contact tiret nord arobase chez-mario point com",
            "contact-nord@chez-mario.com",
        ),
        ("fr", "euh oui alors claire arobase la poste point net", "claire@laposte.net"),
        ("fr", "claire arobase la poste", "claire@laposte.net"),
        ("fr", "claire arobase gmail", "claire@gmail.com"),
        ("fr", "hélène point lefèvre arobase gmail point com", "helene.lefevre@gmail.com"),
        (
            "fr",
            "mon adresse mail est sophie dot martin at outlook dot fr",
            "sophie.martin@outlook.fr",
        ),
        ("fr", "sophie martin arobase s f r point fr", "sophiemartin@sfr.fr"),
        ("fr", "envoyez à accueil@cabinet-morel.fr merci", "accueil@cabinet-morel.fr"),
        (
            "fr",
            "contact arobase mairie point ville tiret neuve point fr",
            "contact@mairie.ville-neuve.fr",
        ),
        (
            "fr",
            "claire point dubois arobase gmail point com et mon téléphone c'est le 06 12 34 56 78",
            "claire.dubois@gmail.com",
        ),
        ("fr", "j'ai deux adresses, a point b arobase c point fr", "a.b@c.fr"),
        ("en", "john.smith@example.com", "john.smith@example.com"),
        ("en", "john dot smith at gmail dot com", "john.smith@gmail.com"),
        ("en", "John dot Smith at Gmail dot com.", "john.smith@gmail.com"),
        ("en", "it's john smith all one word at gmail dot com", "johnsmith@gmail.com"),
        ("en", "my email is info at the dash garage dot co dot uk", "info@the-garage.co.uk"),
        ("en", "info at garage dot co dot uk please", "info@garage.co.uk"),
        ("en", "j underscore smith at hot mail dot com", "j_smith@hotmail.com"),
        ("en", "j smith forty two at yahoo dot com", "jsmith42@yahoo.com"),
        ("en", "J O H N at example dot com", "john@example.com"),
        ("en", "you can reach me at john at example dot com", "john@example.com"),
        ("he", "dana@example.co.il", "dana@example.co.il"),
        ("he", "dana שטרודל gmail נקודה com", "dana@gmail.com"),
        ("he", "dana נקודה levi שטרודל ג'ימייל נקודה קום", "dana.levi@gmail.com"),
        (
            "he",
            "המייל שלי dana קו תחתון levi שטרודל וואלה נקודה קו נקודה איל",
            "dana_levi@walla.co.il",
        ),
    ],
)
def test_an_address_as_it_is_said(locale, said, address):
    found = find_email(Utterance.of(said, locale), locale)
    assert found is not None
    assert found[0] == address


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("fr", "non merci"),
        ("fr", "un point c'est tout"),
        ("fr", "arobase"),
        ("fr", "jean arobase"),
        ("fr", "arobase gmail point com"),
        ("fr", "jean point dupont"),
        ("fr", "a@b"),
        ("fr", "@@@@ point point"),
        ("en", "call me at eight"),
        ("en", "I am at home"),
        ("he", "דנה שטרודל ג'ימייל נקודה קום"),
    ],
)
def test_what_is_no_address(locale, said):
    assert find_email(Utterance.of(said, locale), locale) is None


def test_the_words_around_an_address_are_left_for_others_to_read():
    heard = Utterance.of("mon mail c'est claire point dubois arobase gmail point com, merci", "fr")
    found = find_email(heard, "fr")
    assert found is not None
    assert heard.text[slice(*found[1])] == "claire point dubois arobase gmail point com"
