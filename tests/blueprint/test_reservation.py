"""A caller books a table over the phone, in French, as people talk and Whisper hears."""

import pytest

from allokoli.blueprint.analysis import structured_data, success, summary
from allokoli.blueprint.catalog import template
from allokoli.blueprint.guided import reply
from allokoli.dialogue import plain_spaces

ALL_AT_ONCE = (
    "Je voudrais réserver une table pour quatre personnes ce soir à vingt heures au nom de "
    "Martin, mon numéro c'est le zéro six, douze, trente-quatre, cinquante-six, "
    "soixante-dix-huit et nous n'avons pas d'allergies."
)
BOOKED = {
    "name": "Martin",
    "party_size": 4,
    "date": "2026-11-18",
    "time": "20:00",
    "phone": "+33612345678",
    "allergies": "aucune",
    "intent": "book",
}


def test_the_call_of_the_seed(mario, call):
    line = call(mario)
    assert line.said[0] == "Restaurant Chez Mario, bonsoir ! Que puis-je faire pour vous ?"
    assert line.say("Bonjour, je voudrais réserver une table").startswith(
        "Je serais ravi de vous aider pour votre réservation."
    )
    assert line.say("Pour 4 personnes ce soir à 20h") == (
        "Parfait ! Pour 4 personnes ce soir à 20h. Puis-je avoir votre nom et votre numéro de "
        "téléphone ? Et avez-vous des allergies alimentaires particulières ?"
    )
    assert line.say("Martin, 06 12 34 56 78, pas d'allergies") == (
        "Merci ! Je récapitule : pour 4 personnes, mercredi 18 novembre à 20 h, au nom de Martin, "
        "téléphone 06 12 34 56 78, allergies : aucune. C'est bien cela ?"
    )
    assert line.say("Oui.").endswith("Au revoir !")
    assert line.reply.ended
    assert structured_data(mario, line.state) == BOOKED
    assert success(line.state)
    assert plain_spaces(summary(mario, line.state)).startswith("Réservation : pour 4 personnes")


@pytest.mark.parametrize(
    "turns",
    [
        [
            ALL_AT_ONCE,
            "Oui, c'est ça.",
        ],
        ["RÉSERVER", "On sera quatre.", "Ce soir.", "20h.", "Martin.", "0612345678.", "Non.",
         "oui"],
        ["une table", "4 personnes euh non 3", "en fait on sera 4, ce soir", "huit heures du soir",
         "c'est Martin", "06 12 34", "56 78", "aucune", "d'accord"],
        ["Bonjour.", "Une table pour quatre s'il vous plaît.", "ce soir vers 20 h",
         "Martin, M A R T I N, zéro six douze trente-quatre cinquante-six soixante-dix-huit. Non.",
         "c'est parfait"],
        ["table pour 5 demain 19h", "Martin 06 12 34 56 78", "non aucune",
         "non, plutôt ce soir à 20 h et pour quatre personnes", "oui"],
        ["réserver pour 4 ce soir", "20 heures", "Euh, Martin.", "06-12-34-56-78",
         "Pas que je sache", "non", "l'heure", "21h", "non, 20h", "voilà c'est ça"],
        ["Pour 4 personnes, ce soir à 20 heures.",
         "Martin, mon numéro, c'est le 06 12 34 56 78 et non pas d'allergie.",
         "C'est parfait, au revoir."],
    ],
)  # fmt: skip
def test_the_same_booking_said_in_many_ways(mario, call, turns):
    line = call(mario)
    line.say(*turns)
    assert line.reply.ended, line.said
    assert structured_data(mario, line.state) == BOOKED


def test_allergies_volunteered_and_asked(mario, call):
    first = call(mario)
    first.say("une table pour 2 demain à 20h", "Martin 06 12 34 56 78", "oui")
    assert first.said[-1] == "D'accord, lesquelles ?"
    first.say("aux noix")
    assert first.state.values["allergies"] == "noix"
    second = call(mario)
    second.say("une table pour 2 demain à 20h", "ma femme est allergique aux arachides")
    assert second.state.values["allergies"] == "arachides"
    third = call(mario)
    third.say("une table pour 2 demain à 20h", "Martin, 06 12 34 56 78", "Oui, aux fruits de mer.")
    assert third.state.values["allergies"] == "fruits de mer"


def test_one_person_with_an_allergy_is_not_a_party_of_one(mario, call):
    line = call(mario)
    line.say("une table pour 4 demain à 20h", "Martin 06 12 34 56 78")
    line.say("Oui, une personne est allergique aux fruits à coque.")
    assert line.state.values["party_size"] == 4
    assert line.state.values["allergies"] == "fruits à coque"


@pytest.mark.parametrize(
    ("said", "people"),
    [("une question, une de plus", 4), ("une personne de plus", 5), ("ah, deux de plus", 6)],
)
def test_one_more_is_a_person_unless_it_is_a_question(mario, call, said, people):
    line = call(mario)
    line.say("une table pour quatre", said)
    assert line.state.values["party_size"] == people


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("une demi-heure plus tard", "20:30"),
        ("plus tard d'une demi-heure", "20:30"),
        ("non, un quart d'heure plus tôt", "19:45"),
        ("parfait, on sera là 10 minutes avant", "20:00"),
        ("oui, je vous rappelle plus tard, dans 20 minutes, pour le vin", "20:00"),
    ],
)
def test_an_hour_is_moved_where_it_is_said_by_how_much_and_never_by_a_yes(mario, call, said, hour):
    line = call(mario)
    line.say("une table pour quatre demain à 20h", "Martin, 06 12 34 56 78, pas d'allergies", said)
    assert line.state.values["time"] == hour


def test_a_yes_is_no_allergy(mario, call):
    line = call(mario)
    line.say("une table pour 4 demain à 20h", "Martin 06 12 34 56 78", "Oui, tout est bon.")
    assert "allergies" not in line.state.values


def test_a_question_in_the_middle_is_answered_and_the_booking_goes_on(mario, call):
    line = call(mario)
    line.say("une table pour deux demain")
    assert line.say("Est-ce que vous avez une terrasse ?") == (
        "Oui, nous avons une terrasse de vingt places. Quelle heure vous conviendrait ?"
    )
    line.say("20h")
    assert "parking gratuit" in line.say("et on peut se garer où ?")
    assert structured_data(mario, line.state)["intent"] == "book"


def test_a_closed_day_is_refused_and_the_nearest_proposed(open_mario, call):
    line = call(open_mario)
    assert line.say("une table lundi à 20h pour deux").endswith(
        "Nous sommes fermés lundi 23 novembre. Je peux vous proposer mardi 24 novembre : cela vous "
        "conviendrait-il ?"
    )
    line.say("oui")
    assert line.state.values["date"] == "2026-11-24"
    assert "de 12 h à 14 h et de 19 h à 22 h 30" in line.say("plutôt à 16h")
    assert "time" not in line.state.values
    line.say("20h30")
    assert line.state.values["time"] == "20:30"


def test_a_moment_gone_by_is_refused(mario, call):
    line = call(mario)
    assert "déjà passé" in line.say("une table pour deux aujourd'hui à 14h")
    assert "time" not in line.state.values


def test_opening_hours_are_told(open_mario, call):
    line = call(open_mario)
    said = line.say("Quels sont vos horaires ?")
    assert "du mardi au samedi de 12 h à 14 h et de 19 h à 22 h 30" in said
    assert line.say("Non merci, au revoir").endswith("Au revoir !")
    assert structured_data(open_mario, line.state)["intent"] == "question"


def test_three_silences_end_politely(mario, call):
    line = call(mario)
    first, second = line.say(""), line.say("   ")
    assert first != second
    assert not line.reply.ended
    assert line.say("").endswith("Au revoir !")
    assert line.reply.ended
    assert not success(line.state)


def test_what_is_never_understood_becomes_a_message(mario, call):
    line = call(mario)
    said = [line.say(text) for text in ("glop", "tralala", "rhododendron")]
    assert len(set(said)) == 3
    assert "message" in said[-1]
    line.say("c'est pour le banquet de samedi", "Martin", "06 12 34 56 78", "oui")
    data = structured_data(mario, line.state)
    assert line.reply.ended
    assert data["intent"] == "message"
    assert data["message"] == "c'est pour le banquet de samedi"


def test_a_date_of_birth_that_is_never_understood_costs_no_appointment(call):
    line = call(template("doctor", "fr").blueprint)
    line.say("Un rendez-vous demain à 10 h pour une angine")
    line.say("Paul Martin, 06 12 34 56 78")
    heard = [line.say(said) for said in ("euh le truc là", "ben je vous dis", "le machin")]
    assert "l'équipe vous le redemandera" in heard[-1]
    assert "jeudi 19 novembre à 10 h" in heard[-1]


@pytest.mark.parametrize("said", ["bonjour", "oui"])
def test_who_only_greets_or_agrees_is_not_asked_the_same_thing_for_ever(mario, call, said):
    line = call(mario)
    heard = [line.say(said) for _ in range(6)]
    assert any("message" in one for one in heard), heard


def test_asking_for_a_person_gives_the_number_and_takes_a_message(mario, call):
    blueprint = mario.model_copy(update={"escalation": {"phone": "+33123456789", "when": None}})
    blueprint = type(mario).model_validate(blueprint.model_dump(warnings=False))
    line = call(blueprint)
    assert "01 23 45 67 89" in line.say("Je voudrais parler à quelqu'un")
    line.say("rappelez-moi pour un mariage", "Martin 06 12 34 56 78", "oui")
    assert structured_data(blueprint, line.state)["intent"] == "human"


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("je voudrais réserver", "book"),
        ("je voudrais annuler ma réservation", "cancel"),
        ("je veux déplacer ma réservation", "change"),
        ("je voudrais laisser un message", "message"),
        ("passez-moi le responsable", "human"),
        ("ne m'appelez plus", "opt_out"),
        ("pardon je me suis trompé de numéro", "wrong_number"),
        ("vous avez une terrasse ?", "question"),
        ("blabla", "other"),
        ("mon mari ne respire plus", "urgent"),
    ],
)
def test_what_the_caller_wants_is_recognized(mario, call, said, intent):
    line = call(mario)
    line.say(said)
    assert structured_data(mario, line.state)["intent"] == intent


def test_a_vital_emergency_is_sent_to_the_emergency_number(mario, call):
    line = call(mario)
    assert "le 15, ou le 112" in line.say("au secours il ne respire plus")


@pytest.mark.parametrize("said", ["D'accord, j'appelle tout de suite", "Oui oui, merci"])
def test_who_goes_to_call_for_help_is_asked_nothing_more(mario, call, said):
    line = call(mario)
    line.say("Au secours, mon mari ne respire plus !")
    line.say(said)
    assert line.reply.ended
    assert line.state.outcome == "answered"


def test_a_cancellation_is_read_back_and_recorded(mario, call):
    line = call(mario)
    line.say("Je voudrais annuler ma réservation de samedi", "Martin", "06 12 34 56 78")
    assert "samedi 21 novembre, au nom de Martin" in line.said[-1]
    line.say("oui")
    data = structured_data(mario, line.state)
    assert (data["intent"], data["date"]) == ("cancel", "2026-11-21")


def test_the_day_somebody_called_is_not_the_day_they_call_off(open_mario, call):
    line = call(open_mario)
    asked = line.say("Annulez ma réservation, j'ai appelé lundi dernier")
    assert "date" not in line.state.values
    assert "fermés" not in asked


def test_a_caller_who_keeps_their_number_is_not_pressed(mario, call):
    line = call(mario)
    line.say("une table pour 2 demain 20h", "Martin, pas d'allergies")
    assert "Je récapitule" in line.say("je préfère ne pas donner mon numéro")


def test_repeat_says_the_question_again(mario, call):
    line = call(mario)
    line.say("une table pour 2 demain")
    assert "heure" in line.say("hein ?")


def test_the_guided_model_answers_from_the_turns_alone(mario, now):
    turns = ["Bonjour, je voudrais réserver une table", "Pour 4 personnes ce soir à 20h"]
    assert reply(mario, [], now).text == reply(mario, [], now).text
    answer = plain_spaces(reply(mario, turns, now).text)
    assert answer.startswith("Parfait ! Pour 4 personnes ce soir à 20h.")
    ending = reply(mario, [*turns, "Martin 06 12 34 56 78 non", "oui"], now)
    assert ending.ended


def test_replies_have_no_markup(mario, call):
    line = call(mario)
    line.say("une table pour 4 ce soir 20h", "Martin 06 12 34 56 78 aucune allergie", "oui")
    assert all(char not in "".join(line.said) for char in "*#_<>[]")


@pytest.mark.parametrize(
    "leave",
    [
        "ah d'accord, bon ben je repasserai mardi alors, merci au revoir",
        "très bien, je vais en parler à mon mari, au revoir",
    ],
)
def test_who_only_asked_and_says_goodbye_books_nothing(mario, call, leave):
    line = call(mario)
    line.say("Bonjour, c'est juste pour savoir si vous ouvrez le lundi")
    line.say(leave)
    assert line.state.outcome == "answered"
    assert line.state.goal is None
