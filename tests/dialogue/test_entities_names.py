"""Names as people give and spell them, and as a recognizer writes them down."""

import pytest

from allokoli.dialogue.entities.names import find_name
from allokoli.dialogue.utterance import Utterance


def name_of(said, locale, *, asked=True):
    found = find_name(Utterance.of(said, locale), locale, asked=asked)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("martin", "Martin"),
        ("MARTIN", "Martin"),
        ("Martin.", "Martin"),
        ("euh martin", "Martin"),
        ("c'est martin", "Martin"),
        ("C'est Madame Lefèvre.", "Lefèvre"),
        ("c'est madame lefèvre", "Lefèvre"),
        ("madame lefevre", "Lefevre"),
        ("Au nom de Nguyen", "Nguyen"),
        ("au nom de nguyen s'il vous plaît", "Nguyen"),
        ("ce sera au nom de Dupont", "Dupont"),
        ("Mettez ça au nom de Dupont", "Dupont"),
        ("Je m'appelle Claire Dubois", "Claire Dubois"),
        ("je m'appelle claire dubois", "Claire Dubois"),
        ("moi c'est Karim", "Karim"),
        ("mon nom c'est Ben Salah", "Ben Salah"),
        ("Monsieur et Madame Girard", "Girard"),
        ("docteur Morel", "Morel"),
        ("maître Rousseau", "Rousseau"),
        ("mon nom de famille est De La Tour", "De La Tour"),
        ("Madame de la Tour", "de la Tour"),
        ("de la tour", "De La Tour"),
        ("du Bellay", "du Bellay"),
        ("Le Goff", "Le Goff"),
        ("le goff", "Le Goff"),
        ("Monsieur le Goff", "le Goff"),
        ("Le Gall, Yann Le Gall", "Yann Le Gall"),
        ("Ben David", "Ben David"),
        ("ben david", "Ben David"),
        ("El Khoury", "El Khoury"),
        ("Van den Berg", "Van den Berg"),
        ("O'Connor", "O'Connor"),
        ("L'Huillier", "L'Huillier"),
        ("D'Almeida", "D'Almeida"),
        ("Jean-Pierre Martin", "Jean-Pierre Martin"),
        ("jean-pierre martin", "Jean-Pierre Martin"),
        ("Marie-Claude Dupont-Durand", "Marie-Claude Dupont-Durand"),
        ("Martin, M A R T I N", "Martin"),
        ("Martin M.A.R.T.I.N.", "Martin"),
        ("M-A-R-T-I-N", "Martin"),
        ("m a r t i n", "Martin"),
        ("Rossi, Marco Rossi. R, O, deux S, I", "Marco Rossi"),
        ("Manon Leclercq, avec c, q, à la fin", "Manon Leclercq"),
        ("Anna Petit, A N N A, P E T I T", "Anna Petit"),
        ("alors M A R T I N", "Martin"),
        ("Dupond, D U P O N T", "Dupont"),
        ("D comme Denis, U, P, O, N, T", "Dupont"),
        ("D comme Denis U comme Ursule P comme Pierre O N T", "Dupont"),
        ("Dupon, D comme Denis, U, P, O, N, T", "Dupont"),
        ("B O U double L O N", "Boullon"),
        ("Bouillon, B O U I deux L O N", "Bouillon"),
        ("Alain avec deux L", "Allain"),
        ("Halloin avec deux L", "Halloin"),
        ("Philipe avec deux P", "Philippe"),
        ("Cohen, avec un C", "Cohen"),
        ("Kohen avec un C", "Cohen"),
        ("Dupond avec un T à la fin", "Dupont"),
        ("Lhuillier, L apostrophe H U I L L I E R", "L'Huillier"),
        ("L apostrophe H U I double L I E R", "L'Huillier"),
        ("L'Huillier l apostrophe H U I L L I E R", "L'Huillier"),
        ("Claire Dubois, D U B O I S", "Claire Dubois"),
        ("Claire Duboi, D U B O I S", "Claire Dubois"),
        ("C'est Cohen C O H E N", "Cohen"),
        ("Martin comme le prénom", "Martin"),
        ("Martin tout simplement", "Martin"),
        ("oui c'est Durand", "Durand"),
        ("Oui, Durand.", "Durand"),
        ("Durand merci", "Durand"),
        ("Sofia Ben Ali", "Sofia Ben Ali"),
        ("Nom : Garnier", "Garnier"),
        ("famille Petit", "Petit"),
        ("réservé par Leroy", "Leroy"),
        ("c'est pour Leroy", "Leroy"),
        ("Mon nom est Leroy et mon prénom Paul", "Paul Leroy"),
        ("Je n'appelle Julien Moreau.", "Julien Moreau"),
    ],
)
def test_a_name_given_in_french(said, name):
    assert name_of(said, "fr") == name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Smith", "Smith"),
        ("smith", "Smith"),
        ("it's john smith", "John Smith"),
        ("My name is John Smith.", "John Smith"),
        ("my name's Sarah O'Connor", "Sarah O'Connor"),
        ("O'Connor", "O'Connor"),
        ("Under the name of McDonald", "McDonald"),
        ("Under Johnson please", "Johnson"),
        ("Mrs Taylor", "Taylor"),
        ("this is Peter van der Berg", "Peter van der Berg"),
        ("Smith, S M I T H", "Smith"),
        ("Smyth, S M Y T H", "Smyth"),
        ("S as in Sam, M, I, T, H", "Smith"),
        ("S for sugar M I T H", "Smith"),
        ("P H I double L I P S", "Phillips"),
        ("Philips with two Ls", "Phillips"),
        ("Katherine with a C", "Catherine"),
        ("Ben David", "Ben David"),
        ("Uh, Williams.", "Williams"),
        ("Yes, it's Williams", "Williams"),
        ("the name is De La Cruz", "De La Cruz"),
        ("name's Okafor", "Okafor"),
        ("Harrison, Tom Harrison", "Tom Harrison"),
        ("Anna Kowalczyk, that's K O W A L C Z Y K", "Anna Kowalczyk"),
    ],
)
def test_a_name_given_in_english(said, name):
    assert name_of(said, "en") == name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("כהן", "כהן"),
        ("קוראים לי דוד כהן", "דוד כהן"),
        ("שמי דנה לוי", "דנה לוי"),
        ("על שם לוי", "לוי"),
        ("על שם בן דוד", "בן דוד"),
        ("בן דוד", "בן דוד"),
        ("זה משה מזרחי", "משה מזרחי"),
        ("השם שלי הוא רחל", "רחל"),
        ("כהן, כ ה ן", "כהן"),
        ("כ ה ן", "כהן"),
        ("ל ו י", "לוי"),
        ("גברת אברהם", "אברהם"),
        ("עדי שלום", "עדי שלום"),
        ("אה, ביטון", "ביטון"),
        ("תמר אזולאי, זה השם של הילדה", "תמר אזולאי"),
        ("השם דמיטרי וולקוב, הטלפון בסוף", "דמיטרי וולקוב"),
        ("ויקטור, ויקטור מזרחי", "ויקטור מזרחי"),
        ("תרשום בבקשה אברהם שטיין", "אברהם שטיין"),
        ("שם משפחה נחמיאס, שם פרטי אורית", "אורית נחמיאס"),
        ("סמיר חורי והטלפון בסוף", "סמיר חורי"),
        ('ד"ר מיכל ארד', "מיכל ארד"),
        ("כהן, כ ה נ", "כהן"),
        ("אז אני אתן את השם של בעלי, משה אוחיון", "משה אוחיון"),
    ],
)
def test_a_name_given_in_hebrew(said, name):
    assert name_of(said, "he") == name


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("fr", "oui"),
        ("fr", "non merci"),
        ("fr", "bonjour"),
        ("fr", "quatre personnes"),
        ("fr", "à vingt heures"),
        ("fr", "samedi soir"),
        ("fr", "je voudrais réserver"),
        ("fr", "je sais pas"),
        ("fr", "ma femme est allergique aux arachides"),
        ("fr", "c'est quoi vos horaires"),
        ("fr", "euh"),
        ("fr", "attendez je cherche"),
        ("fr", "06 12 34 56 78"),
        ("fr", "c'est pour demain"),
        ("fr", "pourquoi vous voulez mon nom ?"),
        ("en", "yes please"),
        ("en", "call me back then"),
        ("en", "no thanks"),
        ("en", "four people"),
        ("en", "I would like to book"),
        ("en", "what time do you close"),
        ("en", "tomorrow evening"),
        ("en", "why do you need it"),
        ("he", "כן"),
        ("he", "לא תודה"),
        ("he", "ארבעה אנשים"),
        ("he", "אני רוצה להזמין"),
        ("fr", "oui c'est correct"),
        ("fr", "oui c'est noté"),
        ("fr", "c'est très bien"),
        ("fr", "c'est très aimable"),
        ("fr", "c'est gentil merci"),
        ("en", "that's lovely"),
        ("en", "that's all correct"),
        ("en", "This is ridiculous"),
        ("en", "I missed one yesterday"),
        ("he", "אני לקוח פרטי"),
        ("he", "מחר בערב"),
    ],
)
def test_what_is_no_name(locale, said):
    assert name_of(said, locale) is None


@pytest.mark.parametrize(
    "said",
    ["une table pour quatre", "Samedi soir vers 20 h", "c'est complet ?", "Bonjour madame"],
)
def test_no_name_is_read_where_none_was_asked(said):
    assert name_of(said, "fr", asked=False) is None


def test_the_letters_spelled_belong_to_the_name():
    heard = Utterance.of("Dupond, D U P O N T, au 06 12 34 56 78", "fr")
    found = find_name(heard, "fr", asked=True)
    assert found is not None
    assert heard.text[slice(*found[1])] == "Dupond, D U P O N T"
