"""AlloKoliConfig makes a restaurant's assistant with its owner, word for word as promised."""

from itertools import pairwise

import pytest
from conversing import SEED, SEED_TURNS, talk

from allokoli.blueprint import Blueprint


def test_the_dialogue_of_the_seed_word_for_word():
    state, said = talk(*SEED_TURNS)
    assert said == [SEED["welcome"], *(turn["guide"] for turn in SEED["turn"])]
    assert state.status == "confirmed"
    blueprint = Blueprint.model_validate(state.blueprint)
    assert blueprint.sector == "restaurant"
    assert blueprint.name == "Assistant Chez Mario"
    assert blueprint.tone == "friendly"
    assert blueprint.services[0] == "reservation"
    keys = [field.key for field in blueprint.fields]
    assert keys == ["name", "party_size", "date", "time", "phone", "allergies"]


def test_progress_asking_and_status_follow():
    seen = []
    for count in range(len(SEED_TURNS) + 1):
        state, _ = talk(*SEED_TURNS[:count])
        seen.append((state.asking, state.status, state.progress))
    assert [item[0] for item in seen] == [
        "name", "name", "tone", "greeting", "services", "fields", None, None,
    ]  # fmt: skip
    assert [item[1] for item in seen][-2:] == ["confirming", "confirmed"]
    progress = [item[2] for item in seen]
    assert progress == sorted(progress)
    assert progress[-1] == 1.0


def test_several_answers_in_one_sentence():
    state, said = talk(
        "Bonjour, je voudrais un assistant pour mon restaurant, il s'appelle Assistant Chez Mario, "
        "avec un ton convivial"
    )
    assert state.asking == "greeting"
    assert "Restaurant Chez Mario, bonjour" in said[-1]


@pytest.mark.parametrize(
    ("said", "key", "value"),
    [
        ("non, le ton plutôt formel", "tone", "formal"),
        ("le nom c'est plutôt Chez Luigi", "name", "Chez Luigi"),
        ("Non, appelez-le Léo", "name", "Léo"),
        (
            "non, le message d'accueil c'est Bonjour, ici Mario !",
            "greeting",
            "Bonjour, ici Mario !",
        ),
        ("changez le ton pour quelque chose de dynamique", "tone", "energetic"),
    ],
)
def test_a_correction_at_the_recap(said, key, value):
    state, sentences = talk(*SEED_TURNS[:-1], said)
    assert state.status == "confirming"
    assert state.blueprint[key] == value
    assert "Récapitulons" in sentences[-1]


def test_fields_change_at_the_recap():
    state, _ = talk(*SEED_TURNS[:-1], "demandez aussi l'adresse e-mail", "enlevez les allergies")
    keys = [field["key"] for field in state.blueprint["fields"]]
    assert keys == ["name", "party_size", "date", "time", "phone", "email"]


def test_a_plain_no_asks_what_to_change():
    state, said = talk(*SEED_TURNS[:-1], "non", "le nom", "Chez Paulo", "oui")
    assert "que souhaitez-vous changer" in said[-4]
    assert state.blueprint["name"] == "Chez Paulo"
    assert state.status == "confirmed"


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Combien ça coûte ?", "gratuit|coûte rien"),
        ("Quelles langues ça parle ?", "hébreu"),
        ("Ça prend combien de temps ?", "cinq minutes"),
        ("Et mes données ?", "données"),
        ("Vous êtes un robot ?", "automatique"),
        ("C'est quoi la différence ?", "formel"),
    ],
)
def test_the_owner_asks_back_and_the_conversation_resumes(question, word):
    state, said = talk(*SEED_TURNS[:2], question)
    assert any(part in said[-1] for part in word.split("|"))
    assert state.asking == "tone"
    assert "style" in said[-1]


def test_as_you_like_takes_the_proposal_every_time():
    state, said = talk("pour mon restaurant", *["comme vous voulez"] * 5, "oui")
    assert state.status == "confirmed"
    blueprint = Blueprint.model_validate(state.blueprint)
    assert blueprint.greeting == "Service Réservation, bonjour ! Comment puis-je vous aider ?"
    assert "Je vous propose" in said[2]


def test_silence_never_ends_the_conversation_nor_repeats_itself():
    state, said = talk("", "", "", "", "pour mon restaurant")
    assert state.asking == "name"
    assert all(first != second for first, second in pairwise(said))


def test_restart():
    state, said = talk(*SEED_TURNS[:4], "on recommence")
    assert state.blueprint == {"languages": ["fr"]}
    assert state.asking == "name"
    assert "on recommence" in said[-1]


def test_a_question_is_no_field_even_when_fields_are_asked():
    state, said = talk(*SEED_TURNS[:5], "combien ça coûte ?")
    assert "sans carte bancaire" in said[-1]
    assert (state.asking, state.status) == ("fields", "collecting")


def test_a_language_added_is_spoken_and_no_field():
    state, _ = talk(*SEED_TURNS[:6], "ajoutez l'anglais")
    assert state.blueprint["languages"] == ["fr", "en"]
    assert [field["key"] for field in state.blueprint["fields"]][-1] == "allergies"


def test_as_you_like_is_heard_in_hebrew_whoever_is_spoken_to():
    state, _ = talk("המסעדה של מריו", "מסעדה", "חם וידידותי", "מה שאתה רוצה", locale="he")
    assert state.asking == "services"


def test_a_name_too_long_is_asked_again():
    state, said = talk("pour mon restaurant", "Il s'appelle " + "Mario " * 12)
    assert "quarante caractères" in said[-1]
    assert state.asking == "name"


@pytest.mark.parametrize(
    ("said", "sector", "service", "keys"),
    [
        ("je suis médecin", "medical", "appointment",
         ["name", "birth_date", "reason", "date", "time", "phone"]),
        ("c'est pour mon cabinet d'avocats", "legal", "appointment",
         ["name", "reason", "date", "time", "phone"]),
        ("j'ai un hôtel", "hospitality", "reservation",
         ["name", "date", "nights", "guests", "phone"]),
        ("une boutique de fleurs", "retail", "order", ["name", "reason", "date", "phone"]),
        ("mon salon de coiffure", "beauty", "appointment",
         ["name", "reason", "date", "time", "phone"]),
        ("je suis plombier", "trades", "appointment",
         ["name", "address", "reason", "date", "phone"]),
        ("un service client", "support", "support",
         ["name", "company", "reason", "urgency", "phone"]),
        ("mon équipe de vente", "sales", "qualification",
         ["name", "company", "reason", "email", "phone"]),
        ("une agence immobilière", "real_estate", "appointment",
         ["name", "reason", "date", "time", "phone"]),
        ("une association", "other", "appointment", ["name", "reason", "date", "time", "phone"]),
    ],
)  # fmt: skip
def test_every_sector_has_its_own_conversation(said, sector, service, keys):
    state, _ = talk(
        "Accueil Nova", said, "comme vous voulez", "comme vous voulez", "oui", "oui", "oui"
    )
    assert state.status == "confirmed"
    blueprint = Blueprint.model_validate(state.blueprint)
    assert blueprint.sector == sector
    assert blueprint.services[0] == service
    assert [field.key for field in blueprint.fields] == keys


def test_no_booking_takes_messages_instead():
    state, said = talk(*SEED_TURNS[:4], "non", "prendre des messages", "oui", "oui")
    assert "Prise de réservations : NON" in said[-2]
    assert state.blueprint["services"] == ["message"]


def test_hours_address_and_questions_are_taken_when_offered():
    state, said = talk(
        *SEED_TURNS[:-1],
        "On est ouvert du mardi au samedi de 12h à 14h et de 19h à 22h30, fermé le lundi",
        "prévenez-moi à paul@chez-paul.fr",
        "si on demande le parking, répondez qu'il y a un parking gratuit en face",
        "transférez les urgences au 06 12 34 56 78",
    )
    blueprint = Blueprint.model_validate(state.blueprint)
    assert blueprint.hours is not None
    assert blueprint.hours.tue == [("12:00", "14:00"), ("19:00", "22:30")]
    assert blueprint.hours.mon == []
    assert blueprint.notify is not None
    assert blueprint.notify.email == "paul@chez-paul.fr"
    assert blueprint.faqs[0].answer == "Il y a un parking gratuit en face"
    assert blueprint.escalation is not None
    assert blueprint.escalation.phone == "+33612345678"
    assert blueprint.greeting == SEED_TURNS[3]
    assert "Horaires : du mardi au samedi" in said[-1]


def test_an_owner_adds_a_field_of_their_own():
    state, said = talk(*SEED_TURNS[:5], "Oui, et aussi le numéro de chambre.")
    assert state.blueprint["fields"][-1]["label"] == "numéro de chambre"
    assert "numéro de chambre" in said[-1]


def test_a_template_answers_what_it_knows():
    state, _ = talk("Chez Mario", template="restaurant")
    assert state.asking == "greeting"
    assert state.blueprint["sector"] == "restaurant"
    unknown, _ = talk(template="no_such_template")
    assert unknown.asking == "name"


def test_suggestions_go_with_each_question():
    for count in range(len(SEED_TURNS)):
        state, _ = talk(*SEED_TURNS[:count])
        assert state.suggestions


def test_a_confirmed_conversation_stays_confirmed():
    state, said = talk(*SEED_TURNS, "encore", "")
    assert state.status == "confirmed"
    assert said[-1] == said[-2]
