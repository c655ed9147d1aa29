"""A vital emergency is told the number to call, in any words; what only sounds like one is not."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from allokoli.blueprint.catalog import template
from allokoli.blueprint.guided import conversation

NOW = datetime(2026, 11, 18, 10, tzinfo=ZoneInfo("Europe/Paris"))
ASSISTANTS = ("doctor", "restaurant", "garage")
VITAL = {
    "fr": [
        "mon père a de fortes douleurs à la poitrine, il n'arrive pas à respirer",
        "ma fille s'étouffe, elle devient bleue",
        "il y a un incendie dans la cuisine",
        "mon mari vient de faire un malaise, il ne répond plus",
        "elle a perdu connaissance",
        "je crois que je fais un infarctus",
        "ma mère a la bouche de travers et ne peut plus parler",
        "il saigne énormément, ça n'arrête pas",
        "mon fils a avalé de la javel",
        "je veux mourir, j'ai pris tous mes cachets",
        "mon bébé convulse",
        "il est tombé du toit et il ne bouge plus",
        "venez vite il ne respire plus",
        "mon collègue s'est électrocuté",
        "j'ai une douleur qui serre dans le bras gauche et la poitrine",
        "elle fait une réaction allergique, sa gorge gonfle",
        "on s'est fait agresser, il a un couteau",
        "ma grand-mère est par terre inconsciente",
        "j'ai du mal à respirer depuis dix minutes, ça empire",
    ],
    "en": [
        "my dad's got bad chest pains and he can't breathe",
        "my little girl's choking, she's going blue",
        "there's a fire in the kitchen",
        "my husband's collapsed, he's not responding",
        "she's passed out and won't wake up",
        "I think I'm having a heart attack",
        "my mum's face has dropped on one side and she can't talk",
        "he's bleeding really badly and it won't stop",
        "my son's swallowed bleach",
        "I want to die, I've taken all my tablets",
        "my baby's having a fit",
        "he fell off the roof and isn't moving",
        "come quick he's stopped breathing",
        "my mate's been electrocuted",
        "I've a crushing pain in my left arm and chest",
        "she's having an allergic reaction, her throat's swelling",
        "someone's got a knife",
        "my gran's on the floor unconscious",
        "I can hardly breathe and it's getting worse",
    ],
    "he": [
        "אבא שלי עם כאבים חזקים בחזה, הוא לא מצליח לנשום",
        "הבת שלי נחנקת, היא מכחילה",
        "יש שריפה במטבח",
        "בעלי התמוטט והוא לא מגיב",
        "היא איבדה הכרה",
        "אני חושב שיש לי התקף לב",
        "לאמא שלי הפה עקום והיא לא מצליחה לדבר",
        "הוא מדמם המון וזה לא נפסק",
        "הבן שלי בלע אקונומיקה",
        "אני רוצה למות, בלעתי את כל הכדורים",
        "לתינוק שלי יש פרכוסים",
        "הוא נפל מהגג והוא לא זז",
        "בואו מהר הוא לא נושם",
        "חבר שלי התחשמל",
        "יש לי לחץ חזק בחזה וביד שמאל",
        "יש לה תגובה אלרגית, הגרון שלה מתנפח",
        "מישהו תקף אותנו עם סכין",
        "סבתא שלי שוכבת על הרצפה מחוסרת הכרה",
        "קשה לי לנשום וזה מחמיר",
    ],
}
HARMLESS = {
    "fr": [
        "j'ai mal au dos depuis lundi",
        "mon fils a de la fièvre, 38 et demi",
        "je suis en panne sur le parking",
        "j'ai une grosse fuite d'eau dans la cuisine",
        "j'ai une rage de dents c'est insupportable",
        "vous êtes pompiers ?",
        "mon ordinateur est mort",
        "j'ai un resto à réserver d'urgence pour ce soir",
        "ma fille est allergique aux arachides",
        "mon mari est mort l'an dernier, je vends la maison",
        "c'est à mourir de rire",
        "je meurs de faim",
    ],
    "en": [
        "my back's been bad since Monday",
        "my son has a temperature",
        "I've broken down in the car park",
        "there's a leak under the sink",
        "terrible toothache",
        "my laptop died",
        "my husband died last year, I'm selling the house",
        "I'm dying for a curry",
        "she's allergic to peanuts",
        "it's urgent, I need a table tonight",
    ],
    "he": [
        "כואב לי הגב מיום שני",
        "לבן שלי יש חום",
        "נתקעתי עם האוטו בחניה",
        "יש נזילה במטבח",
        "המחשב מת",
        "אני מתה על השניצל שלכם",
        "היא אלרגית לבוטנים",
        "בעלי נפטר לפני שנה ואני מוכרת את הבית",
    ],
}


def cases(written):
    return [(language, said) for language, sentences in written.items() for said in sentences]


def is_urgent(language, said):
    """By assistant, whether a caller who begins so is sent to the emergency number."""
    states = (conversation(template(key, language).blueprint, [said], NOW)[0] for key in ASSISTANTS)
    return [state.notes.get("intent") == "urgent" for state in states]


@pytest.mark.parametrize(("language", "said"), cases(VITAL))
def test_a_vital_emergency_is_sent_to_the_number_whatever_the_business(language, said):
    assert all(is_urgent(language, said))


@pytest.mark.parametrize(("language", "said"), cases(HARMLESS))
def test_what_only_sounds_like_an_emergency_goes_on(language, said):
    assert not any(is_urgent(language, said))
