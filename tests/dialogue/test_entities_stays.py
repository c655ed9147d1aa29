"""How long a stay is, told by the day one arrives and the day one leaves."""

from datetime import date

import pytest

from allokoli.dialogue.entities.dates import find_date
from allokoli.dialogue.entities.stays import find_nights
from allokoli.dialogue.utterance import Utterance

TODAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("locale", "said", "nights"),
    [
        ("fr", "du 20 au 22", 2),
        ("fr", "une chambre pour deux du 20 au 22 pour mes parents", 2),
        ("fr", "une chambre du vendredi 27 au dimanche 29", 2),
        ("fr", "du quatre au six décembre", 2),
        ("fr", "du 30 novembre au 2 décembre", 2),
        ("fr", "du 30 au 2", 2),
        ("fr", "de vendredi à lundi", 3),
        ("fr", "du 20 jusqu'au 23", 3),
        ("fr", "j'arrive vendredi et je repars dimanche", 2),
        ("fr", "on arrive vendredi, on repart lundi matin", 3),
        ("en", "from the 20th to the 23rd", 3),
        ("en", "Friday to Sunday", 2),
        ("en", "arriving Friday, leaving Monday", 3),
        ("en", "checking in on the 5th of December and out on the 8th", 3),
        ("he", "מיום חמישי עד שבת", 2),
        ("he", "מה-20 בנובמבר עד ה-22 בנובמבר", 2),
        ("fr", "vendredi, j'habite au 22 rue des Lilas", None),
        ("fr", "vendredi à deux personnes", None),
        ("fr", "vendredi à 20 h", None),
        ("fr", "vendredi", None),
        ("en", "Friday, we are two to four people", None),
        ("en", "on Friday, close to 22 Baker Street", None),
        ("he", "יום שישי עד 4 אנשים", None),
    ],
)
def test_nights_are_counted_between_two_days(locale, said, nights):
    heard = Utterance.of(said, locale)
    day, _ = find_date(heard, TODAY, locale)
    found = find_nights(heard, day, locale)
    assert (found[0] if found else None) == nights
