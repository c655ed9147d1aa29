"""A caller whose name the line garbles: it is asked for otherwise, and put right."""

import pytest

from allokoli.blueprint.catalog import template

BEFORE = ["Une table pour 4 vendredi à 20 h au nom de Marchant, 06 12 34 56 78", "pas d'allergies"]
TWICE = ["non, ce n'est pas le bon nom, Marchane", "non, ce n'est pas le bon nom, Merchant"]


def test_a_name_denied_once_is_taken_from_what_follows(call, mario):
    said = call(mario).say(*BEFORE, "non, ce n'est pas le bon nom, Dupont")
    assert "au nom de Dupont" in said


def test_a_name_denied_twice_is_asked_to_be_spelled_with_words(call, mario):
    said = call(mario).say(*BEFORE, *TWICE)
    assert "l'épeler avec des prénoms" in said


@pytest.mark.parametrize(
    "spelled",
    [
        "Marcel, Anatole, Raoul, Célestin, Henri, Anatole, Nicolas, Désiré",
        "Marcel, Anatol, Roule, Celestin, Henri, Anatol, Nicolas, désirer.",
        "M, A, R, C, H, A, N, D",
        "c'est Marchand",
    ],
)
def test_the_name_is_then_as_it_was_spelled_or_said(call, mario, spelled):
    assert "au nom de Marchand," in call(mario).say(*BEFORE, *TWICE, spelled)


def test_a_spelling_with_a_breath_in_it_is_waited_for(call, mario):
    one = call(mario)
    assert "prénoms" in one.say(*BEFORE, *TWICE)
    assert "récapitule" not in one.say("Marcel, Anatole.")
    assert "au nom de Marchand," in one.say("Raoul, Célestin, Henri, Anatole, Nicolas, Désiré")


def test_a_name_of_two_letters_is_one(call, mario):
    assert "au nom de Xu," in call(mario).say(*BEFORE, *TWICE, "Xavier, Ursule", "c'est tout")


def test_the_word_of_the_name_that_was_misheard_is_put_right(call, mario):
    said = call(mario).say(
        "Une table pour 4 vendredi à 20 h, 06 12 34 56 78, pas d'allergies",
        "Yanis Houmard",
        "non, ce n'est pas le bon nom, Yanis Oumare",
        "non, ce n'est pas le bon nom, Yanis Houmar",
        "Oscar, Ursule, Marcel, Anatol, Roul",
    )
    assert "au nom de Yanis Oumar," in said


def test_a_name_denied_and_heard_the_same_again_is_asked_to_be_spelled_at_once(call, mario):
    said = call(mario).say(*BEFORE, "non, ce n'est pas le bon nom, je suis Marchant")
    assert "l'épeler avec des prénoms" in said


def test_a_denied_name_heard_the_same_again_confirms_nothing(call, mario):
    one = call(mario)
    one.say(*BEFORE, "non, ce n'est pas le bon nom, Marchane", "je suis Marchane")
    assert one.state.outcome is None


def test_a_name_said_again_at_the_recap_is_still_a_yes(call, mario):
    one = call(mario)
    one.say(*BEFORE, "Marchant, 06 12 34 56 78")
    assert one.state.outcome == "done"


@pytest.mark.parametrize(
    ("language", "first", "thanks"),
    [
        ("fr", "Une table pour 2 vendredi à 20 h", "Merci beaucoup."),
        ("en", "A table for 2 on Friday at 8 pm", "Thank you very much."),
        ("he", "שולחן לשניים ביום חמישי בשעה 20:00", "תודה רבה"),
    ],
)
def test_thanks_are_nobody_s_name(call, language, first, thanks):
    one = call(template("restaurant", language).blueprint)
    one.say(first, thanks)
    assert "name" not in one.state.values


def test_words_garbled_beside_another_question_are_no_new_name(call, mario):
    one = call(mario)
    one.say("Une table pour 2 vendredi à 20 h", "Je suis Sophie Martin", "C'est remplià.")
    assert one.state.values["name"] == "Sophie Martin"
    one.say("C'est Martine, pas d'allergies")
    assert "Martine" in one.state.values["name"]


@pytest.mark.parametrize(
    ("said", "name"), [("C'est rempli.", "Marchant"), ("C'est Girard.", "Girard")]
)
def test_a_word_in_place_of_a_yes_is_no_other_name(call, mario, said, name):
    one = call(mario)
    one.say(*BEFORE, said)
    assert one.state.values["name"] == name


def test_who_spelled_a_last_name_tells_the_first_one_after(call, mario):
    one = call(mario)
    one.say(*BEFORE, *TWICE, "Oscar, Ursule, Marcel, Anatole, Raoul")
    assert one.state.values["name"] == "Oumar"
    one.say("non, ce n'est pas le bon nom, Yannina")
    assert one.state.values["name"] == "Yannina Oumar"
    assert "prénoms" in one.say("non, ce n'est pas le bon nom, Yannina")
    one.say("Yvonne, Anatole, Nicolas, Irma, Suzanne")
    assert one.state.values["name"] == "Yanis Oumar"


@pytest.mark.parametrize("heard", ["1.", "Un.", "Oum.", "Oum, c'est parti !"])
def test_a_yes_that_the_telephone_garbles_confirms(call, mario, heard):
    one = call(mario)
    one.say(*BEFORE, heard)
    assert one.state.outcome == "done"


def test_a_number_of_people_at_the_recap_is_no_yes(call, mario):
    one = call(mario)
    one.say(*BEFORE, "1 personne")
    assert one.state.outcome != "done"


def test_it_is_asked_once_only(call, mario):
    said = call(mario).say(*BEFORE, *TWICE, "Marchane", "non, ce n'est pas le bon nom, Marchand")
    assert "prénoms" not in said


def test_who_changes_their_mind_about_the_name_is_not_asked_to_spell(call, mario):
    said = call(mario).say(*BEFORE, "non, mettez Dupont", "non, finalement au nom de Girard")
    assert "au nom de Girard" in said


def test_a_number_denied_twice_is_asked_for_digit_by_digit(call, mario):
    one = call(mario)
    one.say(*BEFORE, "non, ce n'est pas le bon numéro, 06 12 34 56 98")
    said = one.say("non, ce n'est pas le bon numéro, 06 12 34 56 68")
    assert "chiffre par chiffre" in said
    said = one.say("0 6 1 2 3 4 5 6 8 8")
    assert "06 12 34 56 88" in said
    assert "récapitule" in said


def test_in_hebrew_a_number_is_asked_for_digit_by_digit_though_names_are_not_spelled(call):
    one = call(template("restaurant", "he").blueprint)
    one.say("שולחן לארבעה ביום חמישי בשעה 20:00 על שם כהן, 052-345-6789", "אין אלרגיות")
    one.say("לא, השם הוא כוהן", "לא, השם הוא קוהן")
    said = one.say("לא, המספר הוא 052-345-6788", "לא, המספר הוא 052-345-6787")
    assert "ספרה אחר ספרה" in said


def test_digits_told_with_breaths_between_them_are_one_number(call, mario):
    one = call(mario)
    one.say(*BEFORE, "non, ce n'est pas le bon numéro, 06 12 34 56 98")
    one.say("non, ce n'est pas le bon numéro, 06 12 34 56 68")
    said = one.say("0 6 1 2", "3 4 5 6 8 8")
    assert "06 12 34 56 88" in said
    assert "récapitule" in said


def test_what_leads_to_a_corrected_reason_is_no_part_of_it(call):
    blueprint = template("hairdresser", "fr").blueprint
    one = call(blueprint)
    one.say(
        "un rendez-vous pour une couleur indique vendredi à 15 h, au nom de Sophie Martin",
        "06 11 22 33 44",
    )
    said = one.say("Non, plus les motifs, c'est pour une couleur.")
    assert "motif : une couleur," in said
