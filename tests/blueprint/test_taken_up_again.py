"""A wish given up for one answer that was not understood is taken up again with that answer."""

TABLE = "Une table pour 4 vendredi à 20 h au nom de Marchand, pas d'allergies"
GARBLED = ["Pai !", "Pouvez-en.", "Y a honte là."]


def test_the_number_told_in_place_of_a_message_completes_the_booking(call, mario):
    one = call(mario)
    assert "message" in one.say(TABLE, *GARBLED)
    said = one.say("06 12 34 56 78")
    assert "pour 4 personnes" in said
    assert "06 12 34 56 78" in said
    one.say("oui")
    assert one.state.outcome == "done"
    assert one.state.goal == "book"


def test_the_number_told_after_a_message_completes_it_too(call, mario):
    one = call(mario)
    one.say(TABLE, *GARBLED, "dites-leur que je rappellerai demain")
    assert "pour 4 personnes" in one.say("06 12 34 56 78")
    assert one.state.values["message"] == "je rappellerai demain"


def test_so_does_an_answer_that_messages_have_no_use_for(call, mario):
    one = call(mario)
    said = one.say("Bonsoir, une table pour samedi soir à 20h30", "Non.", "Bon.", "Non.")
    assert "message" in said
    said = one.say("nous serons quatre personnes")
    assert "nom" in said
    assert one.state.goal == "book"


def test_a_message_wanted_after_all_stays_one(call, mario):
    one = call(mario)
    one.say(TABLE, *GARBLED, "je rappellerai plus tard", "mon numéro, laissez tomber")
    assert one.state.goal == "message"


def test_thanks_and_what_is_known_already_are_no_failure(call, mario):
    one = call(mario)
    table = "Une table pour 2 vendredi à 20 h"
    said = one.say(table, "Merci beaucoup.", table, "Merci beaucoup.", "Merci.", table)
    assert one.state.goal == "book"
    assert one.state.misses == 0
    assert "nom" in said


def test_thanks_alone_are_not_asked_back_for_ever(call, mario):
    one = call(mario)
    one.say("Une table pour 2 vendredi à 20 h", *["Merci beaucoup."] * 20)
    assert one.state.outcome == "left"
    assert max(one.state.tries.values()) == 5
    assert not {"name", "message", "allergies"} & one.state.values.keys()
