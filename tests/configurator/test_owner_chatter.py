"""What owners really say: names amid chatter, lists of fields, greetings and their yes."""

from datetime import UTC, datetime

import pytest

from allokoli.configurator.conversation import OwnerState, hear
from allokoli.configurator.conversation import open as open_conversation

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
START = ["c'est pour mon restaurant", "Léa"]
TONE = [*START, "chaleureux"]
GREETED = [*TONE, "Chez Léa, bonjour !"]
BOOKED = [*GREETED, "oui"]
RECAP = [*BOOKED, "le nom et le téléphone"]


def after(*turns: str) -> OwnerState:
    state, _ = open_conversation("fr")
    for turn in turns:
        state, _ = hear(state, turn, NOW)
    return state


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("euh Zoé", "Zoé"),
        ("Victor non Hector", "Hector"),
        ("Tais-toi Rex ! Pardon, le chien. Alors, appelez-la Iris", "Iris"),
        ("Alors moi je m'appelle Gérard mais l'assistant ce sera Nestor", "Nestor"),
        ("Salut, moi c'est Karim, je suis plombier à Marseille", None),
        ("Allô oui bonjour, moi j'ai une crêperie à Quimper, y a que moi en salle", None),
        ("bonjour je tiens une boutique de fleurs, pardon… oui madame, douze euros… voilà", None),
        ("Maman arrête, je suis au téléphone. Oui bonjour, je suis esthéticienne", None),
        ("Buongiorno, scusi, bonjour, trattoria à Lyon, je voudrais le robot", None),
        ("mon restaurant s'appelle La Table Ronde", None),
    ],
)
def test_the_first_turn_names_the_assistant_only_when_it_does(said, name):
    assert after(said).dialogue.values.get("name") == name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Deux secondes… oui madame, c'est au fond à droite… pardon, Capucine", "Capucine"),
        ("Comment ça un nom ? ah, pour la dame qui répond. Eh bien Marguerite", "Marguerite"),
        ("vas-y Kenza", "Kenza"),
        ("Attends, non, pas Colette, Odette", "Odette"),
        ("Perle, c'est le nom de la chienne", "Perle"),
        ("Le Refuge", "Le Refuge"),
        ("Cabinet des docteurs Ben Ali et Roche", "Cabinet des docteurs Ben Ali et Roche"),
        ("plombier je vous dis", None),
        ("ni Siri ni Alexa hein. Agathe", "Agathe"),
        ("ma fille dit Elsa, forcément, alors Elsa", "Elsa"),
        ("moi j'aime bien Capucine", "Capucine"),
        ("ben vous dites Alice et puis voilà", "Alice"),
        ("mettez Nina, N I N A", "Nina"),
        ("non pas Mario, c'est cliché. Dario", "Dario"),
        ("un prénom italien, genre Chiara", "Chiara"),
        ("bah le nom de l'hôtel, Le Grand Large", "Le Grand Large"),
    ],
)
def test_a_name_is_found_amid_chatter(said, name):
    assert after("j'ai un gîte", said).dialogue.values.get("name") == name


@pytest.mark.parametrize(
    ("said", "greeting"),
    [
        ("alors euh je dirais Garage Momo bonjour", "Garage Momo bonjour"),
        ("Garage Momo, bonjour, voilà, simple", "Garage Momo, bonjour"),
        ("oui très bien comme ça", "Léa, bonjour ! Comment puis-je vous aider ?"),
        ("c'est quoi un message d'accueil ?", None),
    ],
)
def test_a_greeting_is_kept_without_what_is_said_around_it(said, greeting):
    found = after(*TONE, said).dialogue.values.get("greeting")
    assert found == greeting


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ("le nom, le numéro, l'adresse et le motif", ["name", "phone", "address", "reason"]),
        ("nom, téléphone et le motif de l'appel", ["name", "phone", "reason"]),
        ("le nom et le téléphone, ça suffit", ["name", "phone"]),
        ("Ce que vous proposez me convient", ["name", "party_size", "date", "time", "phone"]),
    ],
)
def test_a_list_of_fields_leaves_chatter_out(said, keys):
    assert [item["key"] for item in after(*BOOKED, said).dialogue.values["fields"]] == keys


@pytest.mark.parametrize(
    "said", ["ok c'est parti", "carré", "c est ca", "oui, perfetto", "là c'est bon"]
)
def test_the_recap_hears_a_yes_in_many_words(said):
    assert after(*RECAP, said).status == "confirmed"


@pytest.mark.parametrize("said", ["ok mais changez le nom", "le chat est tombé", "bleu"])
def test_the_recap_takes_no_objection_and_no_nonsense_for_a_yes(said):
    assert after(*RECAP, said).status != "confirmed"


def test_nonsense_at_the_recap_is_said_not_to_be_understood():
    _, reply = hear(after(*RECAP), "le chat est tombé", NOW)
    assert "compris" in reply.text


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("non en fait mets Nora comme nom, pas Kenza", "Nora"),
        ("en fait pour le nom je préfère Camille", "Camille"),
    ],
)
def test_the_name_is_corrected_at_the_recap(said, name):
    assert after(*RECAP, said).dialogue.values["name"] == name


@pytest.mark.parametrize("trade", ["architecte", "toilettage pour chiens", "souffleur de verre"])
def test_any_trade_is_taken(trade):
    assert after("Léa", trade).dialogue.values.get("sector") == "other"


@pytest.mark.parametrize(
    ("said", "key", "value"),
    [
        ("non, le nom de l'assistant : Max", "name", "Max"),
        ("non, le nom de l'assistant : on aimerait l'appeler Rosalie", "name", "Rosalie"),
        ("euh le nom c'est pas Léa c'est Lia", "name", "Lia"),
        ("pas Léa, Lia", "name", "Lia"),
        ("remplacez Léa par Basile", "name", "Basile"),
        ("Léa ça va pas, on dit Basile", "name", "Basile"),
        ("le nom il faut mettre Oscar", "name", "Oscar"),
        ("le ton n'est pas bon, je voulais énergique", "tone", "energetic"),
        ("non, pour le ton : amical... enfin non, formel", "tone", "formal"),
        ("changez l'accueil en Bienvenue chez Léa", "greeting", "Bienvenue chez Léa"),
        ("pour l'accueil mettez plutôt Bonsoir, ici Léa", "greeting", "Bonsoir, ici Léa"),
        ("non, notre métier : un salon de coiffure", "sector", "beauty"),
        ("le type c'est pas restaurant, c'est un hôtel", "sector", "hospitality"),
    ],
)
def test_whatever_the_recap_says_wrong_is_corrected_in_one_sentence(said, key, value):
    found = after(*RECAP, said)
    assert (found.dialogue.values[key], found.status) == (value, "confirming")


def test_a_list_at_the_recap_changes_the_fields_and_not_the_name():
    found = after(*RECAP, "non, les informations à demander : nom, date, heure").dialogue.values
    assert ([item["key"] for item in found["fields"]], found["name"]) == (
        ["name", "date", "time"],
        "Léa",
    )


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Bonjour, Michel, je suis plombier", None),
        ("Salut, garage Pernot, mécanique auto, je veux un truc qui réponde à ma place", None),
        ("Bonjour, docteur Lemoine, je suis dermatologue, je n'ai plus de secrétaire", None),
        ("Allô ? Oui c'est Nadia, du salon Nadia Coiffure, je voudrais un assistant", None),
        ("Salut, c'est Fred, couvreur, je voudrais appeler l'assistant Oscar", "Oscar"),
        ("Bonjour, Hôtel Bellevue à Nice. Pour le nom je voudrais Victoria", "Victoria"),
        ("Mon cabinet s'appelle Juris Conseil, mais l'assistante ce sera Clara", "Clara"),
        ("Zoé. C'est pour mon restaurant", "Zoé"),
        ("c'est pour le restaurant de mon fils, il s'appelle Antoine", None),
        ("notre agence s'appelle Horizon et l'assistante s'appellera Maya", "Maya"),
        ("syndic de copropriété", None),
        ("C'est pour un hôtel. Près de la gare", None),
    ],
)
def test_who_is_calling_is_not_the_name_that_is_wished(said, name):
    assert after(said).dialogue.values.get("name") == name


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ("prénom et nom, le soin voulu donc le motif, et le numéro", ["name", "reason", "phone"]),
        ("si c'est urgent ou pas, le nom et le numéro", ["urgency", "name", "phone"]),
        ("nom, téléphone et ce qu'a la voiture", ["name", "phone", "reason"]),
        ("le nom, l'adresse du bien et de quoi il s'agit", ["name", "address", "reason"]),
        ("oui et les allergies", ["name", "party_size", "date", "time", "phone", "allergies"]),
    ],
)
def test_a_list_of_fields_is_heard_in_the_words_of_the_trade(said, keys):
    assert [item["key"] for item in after(*BOOKED, said).dialogue.values["fields"]] == keys


@pytest.mark.parametrize(
    "said",
    [
        "mon père et moi on n'entend jamais le téléphone dans l'atelier, c'est un garage",
        "je ne réponds jamais pendant les soins, je suis infirmière",
        "les clients ne laissent jamais de message, j'ai un garage",
        "il ne faut pas qu'on rate les appels, on est dépanneurs",
    ],
)
def test_what_an_owner_only_tells_of_their_days_is_no_rule(said):
    assert "must_not_say" not in after(said).dialogue.values


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("si quelqu'un insiste, transférez-le au 06 74 20 91 35", "si quelqu'un insiste"),
        ("si c'est une vraie urgence faut me passer l'appel au 06 74 20 91 35", None),
        ("transférez au 06 74 20 91 35 si je suis pas là", "si je suis pas là"),
    ],
)
def test_when_a_call_is_passed_on_is_kept_wherever_it_is_said(said, when):
    assert after(*RECAP, said).dialogue.values["escalation"] == {
        "phone": "+33674209135",
        "when": when or "si c'est une vraie urgence",
    }


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ("et l'adresse aussi", ["name", "phone", "address"]),
        ("pas le téléphone, juste le nom", ["name"]),
        ("supprimez le téléphone et mettez l'e-mail", ["name", "email"]),
        ("vous avez oublié le motif", ["name", "phone", "reason"]),
    ],
)
def test_fields_are_added_and_taken_away_at_the_recap(said, keys):
    assert [item["key"] for item in after(*RECAP, said).dialogue.values["fields"]] == keys


def test_a_topic_is_taken_away_at_the_recap():
    told = [*RECAP, "en cas d'urgence transférez au 06 12 34 56 78"]
    found = after(*told, "non, enlevez le transfert")
    assert ("escalation" in after(*told).dialogue.values, found.status) == (True, "confirming")
    assert "escalation" not in found.dialogue.values


def test_a_day_alone_closes_at_the_recap():
    found = after(*RECAP, "du mardi au samedi de 9 h à 19 h", "pas le samedi")
    assert set(found.dialogue.values["hours"]) == {"tue", "wed", "thu", "fri"}
