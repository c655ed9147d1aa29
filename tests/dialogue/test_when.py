"""Dates and times as people say them, each sentence one that called for its rule."""

from datetime import date, time, timedelta

import pytest
from moments import day_of, hour_of

from allokoli.dialogue.entities.dates import find_date, find_vague_days
from allokoli.dialogue.entities.times import find_time
from allokoli.dialogue.utterance import Utterance

WEDNESDAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("ce soir", date(2026, 11, 18)),
        ("aujourd'hui", date(2026, 11, 18)),
        ("demain midi et quart", date(2026, 11, 19)),
        ("Après-demain.", date(2026, 11, 20)),
        ("vendredi prochain", date(2026, 11, 20)),
        ("samedi", date(2026, 11, 21)),
        ("samedi en huit", date(2026, 11, 28)),
        ("mercredi", date(2026, 11, 25)),
        ("ce mercredi", date(2026, 11, 18)),
        ("lundi de la semaine prochaine", date(2026, 11, 23)),
        ("le 14", date(2026, 12, 14)),
        ("le quatorze décembre", date(2026, 12, 14)),
        ("le premier décembre", date(2026, 12, 1)),
        ("samedi 28 novembre", date(2026, 11, 28)),
        ("samedi vingt-huit", date(2026, 11, 28)),
        ("le 3 janvier", date(2027, 1, 3)),
        ("28/11", date(2026, 11, 28)),
        ("le 28/11/2026", date(2026, 11, 28)),
        ("dans quinze jours", date(2026, 12, 2)),
        ("dans une semaine", date(2026, 11, 25)),
    ],
)
def test_a_date_said_in_french(said, day):
    found = find_date(Utterance.of(said, "fr"), WEDNESDAY, "fr")
    assert found is not None
    assert found[0] == day


def test_the_thirty_first_of_a_short_month_is_the_next_one_there_is():
    found = find_date(Utterance.of("le 31", "fr"), WEDNESDAY, "fr")
    assert found is not None
    assert found[0] == date(2026, 12, 31)


def test_a_date_that_does_not_exist_is_no_date():
    assert find_date(Utterance.of("le 31 février", "fr"), WEDNESDAY, "fr") is None


def test_a_birth_date_is_in_the_past_and_a_booking_is_not():
    heard = Utterance.of("le 12 mars 1980", "fr")
    assert find_date(heard, WEDNESDAY, "fr") is None
    found = find_date(heard, WEDNESDAY, "fr", past=True)
    assert found is not None
    assert found[0] == date(1980, 3, 12)


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("20h", time(20)),
        ("20h30.", time(20, 30)),
        ("20 h 30", time(20, 30)),
        ("à 20 heures.", time(20)),
        ("vingt heures trente", time(20, 30)),
        ("20:15", time(20, 15)),
        ("huit heures et demie", time(20, 30)),
        ("huit heures moins le quart", time(19, 45)),
        ("neuf heures et quart du soir", time(21, 15)),
        ("vers 19h", time(19)),
        ("demain midi et quart", time(12, 15)),
        ("ce midi", time(12)),
        ("midi et demi", time(12, 30)),
        ("ce soir à huit heures", time(20)),
        ("onze heures et demie", time(11, 30)),
    ],
)
def test_an_hour_said_to_a_restaurant(said, hour):
    found = find_time(Utterance.of(said, "fr"), "fr", earliest_hour=11)
    assert found is not None
    assert found[0] == hour


def test_nine_in_the_morning_stays_in_the_morning_for_an_office():
    found = find_time(Utterance.of("neuf heures du matin", "fr"), "fr", earliest_hour=7)
    assert found is not None
    assert found[0] == time(9)


def test_a_phone_number_is_not_an_hour_nor_a_date():
    heard = Utterance.of("06 12 34 56 78", "fr")
    assert find_time(heard, "fr", earliest_hour=11) is None
    assert find_date(heard, WEDNESDAY, "fr") is None


@pytest.mark.parametrize(
    ("said", "day", "hour"),
    [
        ("tomorrow at 8 pm", date(2026, 11, 19), time(20)),
        ("tonight at half past seven", date(2026, 11, 18), time(19, 30)),
        ("next Friday at quarter to nine in the evening", date(2026, 11, 20), time(20, 45)),
        ("December 14th at 8:30pm", date(2026, 12, 14), time(20, 30)),
        ("the 14th of December at eight thirty", date(2026, 12, 14), time(20, 30)),
        ("Saturday at noon", date(2026, 11, 21), time(12)),
        ("on the 28th, seven o'clock", date(2026, 11, 28), time(19)),
    ],
)
def test_a_moment_said_in_english(said, day, hour):
    heard = Utterance.of(said, "en")
    found_day = find_date(heard, WEDNESDAY, "en")
    heard.use(found_day[1])
    found_hour = find_time(heard, "en", earliest_hour=11)
    assert found_day is not None
    assert found_hour is not None
    assert (found_day[0], found_hour[0]) == (day, hour)


@pytest.mark.parametrize(
    ("said", "day", "hour"),
    [
        ("מחר בשמונה בערב", date(2026, 11, 19), time(20)),
        ("הערב בשעה 20:30", date(2026, 11, 18), time(20, 30)),
        ("ביום שישי בשבע וחצי", date(2026, 11, 20), time(19, 30)),
        ("ב-14 לדצמבר בשעה 21:00", date(2026, 12, 14), time(21)),
        ("מחרתיים בצהריים", date(2026, 11, 20), time(12)),
    ],
)
def test_a_moment_said_in_hebrew(said, day, hour):
    heard = Utterance.of(said, "he")
    found_day = find_date(heard, WEDNESDAY, "he")
    heard.use(found_day[1])
    found_hour = find_time(heard, "he", earliest_hour=11)
    assert found_day is not None
    assert found_hour is not None
    assert (found_day[0], found_hour[0]) == (day, hour)


def test_a_weekday_said_inside_a_vague_week_is_of_that_week():
    monday = date(2026, 11, 16)
    found = find_vague_days(Utterance.of("la semaine prochaine", "fr"), monday, "fr")
    assert found is not None
    week = found[0]
    assert (week.at, week.not_before, week.not_after) == (
        None,
        date(2026, 11, 23),
        date(2026, 11, 29),
    )
    before = week.not_before - timedelta(days=1)
    found = find_date(Utterance.of("jeudi", "fr"), before, "fr")
    assert found is not None
    assert found[0] == date(2026, 11, 26)


@pytest.mark.parametrize(
    ("said", "locale", "hour"),
    [
        ("dans une heure", "fr", "20:20"),
        ("dans un quart d'heure", "fr", "19:35"),
        ("d'ici une demi-heure", "fr", "19:50"),
        ("dans 45 minutes", "fr", "20:05"),
        ("in half an hour", "en", "19:50"),
        ("in two hours", "en", "21:20"),
        ("בעוד שעה", "he", "20:20"),
    ],
)
def test_an_hour_counted_from_now_when_the_hour_is_known(said, locale, hour):
    assert hour_of(said, locale, now=time(19, 18)) == hour
    assert hour_of(said, locale) is None


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("neuf heures", "09:00"),
        ("neuf heures et demie", "09:30"),
        ("après 17 h", "17:00 17:00-"),
        ("après cinq heures", "17:00 17:00-"),
        ("avant midi", "12:00 -12:00"),
        ("entre 9 et 11 heures", "09:00 09:00-11:00"),
        ("entre 11 heures et 2 heures", "11:00 11:00-14:00"),
        ("deux heures et quart", "14:15"),
        ("sept heures du soir", "19:00"),
        ("six heures du matin", "06:00"),
    ],
)
def test_an_hour_said_to_an_office(said, hour):
    assert hour_of(said, "fr", earliest_hour=7) == hour


@pytest.mark.parametrize(
    ("said", "born"),
    [
        ("le 12 mars 1980", date(1980, 3, 12)),
        ("12/03/1980", date(1980, 3, 12)),
        ("12/03/80", date(1980, 3, 12)),
        ("le douze mars mille neuf cent quatre-vingts", date(1980, 3, 12)),
        ("le 12 mars 80", date(1980, 3, 12)),
        ("le premier janvier deux mille quatre", date(2004, 1, 1)),
        ("le 1er janvier 04", date(2004, 1, 1)),
    ],
)
def test_a_date_of_birth(said, born):
    found = find_date(Utterance.of(said, "fr"), WEDNESDAY, "fr", past=True)
    assert found is not None
    assert found[0] == born


def test_a_date_of_birth_in_english():
    found = find_date(Utterance.of("March 12th nineteen eighty", "en"), WEDNESDAY, "en", past=True)
    assert found is not None
    assert found[0] == date(1980, 3, 12)


@pytest.mark.parametrize(
    ("said", "locale", "day", "hour"),
    [
        ("en fin d'après-midi, genre dix-sept heures trente", "fr", None, "17:30"),
        ("demain midi, 12 h 30", "fr", "2026-11-19", "12:30"),
        ("vendredi quinze heures", "fr", "2026-11-20", "15:00"),
        ("ce week-end, on arrive vendredi et on repart dimanche", "fr", "2026-11-20", None),
        ("du 23 au 26 décembre", "fr", "2026-12-23", None),
        ("on repart le 27", "fr", None, None),
        ("le trois pièces", "fr", None, None),
        ("une heure de retard, on peut décaler à 20 h 30", "fr", None, "20:30"),
        ("C'est le zéro sept, vingt, trente, quarante, cinquante", "fr", None, None),
        ("tonight at eight", "en", "2026-11-18", "20:00"),
        ("half past eight", "en", None, "20:30"),
        ("ביום ראשון באחת עשרה", "he", "2026-11-22", "11:00"),
        ("ביום שבת בשתיים", "he", "2026-11-21", "14:00"),
    ],
)
def test_days_and_hours_that_were_taken_for_others(said, locale, day, hour):
    assert (day_of(said, locale), hour_of(said, locale)) == (day, hour)


@pytest.mark.parametrize(
    ("said", "locale", "born"),
    [
        ("vingt-deux, zéro cinq, mille neuf cent quatre-vingt", "fr", date(1980, 5, 22)),
        ("the second of May nineteen seventy-four", "en", date(1974, 5, 2)),
        ("12.3.1965", "he", date(1965, 3, 12)),
    ],
)
def test_a_date_of_birth_in_other_wordings(said, locale, born):
    found = find_date(Utterance.of(said, locale), WEDNESDAY, locale, past=True)
    assert found is not None
    assert found[0] == born


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "I can't do Tuesday, cancel"),
        ("en", "I'm away on Tuesday"),
        ("fr", "je ne peux pas mardi, il faut annuler"),
        ("he", "ביום שלישי אני לא יכול"),
        ("he", "אני לא יכול ביום שלישי, לבטל"),
    ],
)
def test_a_day_that_does_not_suit_is_meant_only_of_what_is_called_off(locale, said):
    heard = Utterance.of(said, locale)
    called_off = find_date(heard, WEDNESDAY, locale, told=True)
    assert find_date(heard, WEDNESDAY, locale) is None
    assert called_off is not None
    assert called_off[0] == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "the booking that I made last Friday"),
        ("en", "I've been ill since Monday"),
        ("fr", "la réservation que j'ai faite vendredi dernier"),
        ("fr", "j'ai appelé lundi dernier"),
        ("fr", "je suis malade depuis lundi"),
        ("he", "ההזמנה שעשיתי ביום שישי שעבר"),
    ],
)
def test_a_day_gone_by_is_never_one_to_come(locale, said):
    assert find_date(Utterance.of(said, locale), WEDNESDAY, locale, told=True) is None
