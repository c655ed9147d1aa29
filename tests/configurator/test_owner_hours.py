"""Opening hours as owners say them, in three languages."""

from datetime import date

import pytest

from allokoli.blueprint import Hours
from allokoli.configurator.holidays import public_holidays
from allokoli.configurator.hours_reader import read_hours

TODAY = date(2026, 11, 21)
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KNOWN = {"tue": [["12:00", "14:00"], ["19:00", "22:30"]], "thu": [["09:00", "19:00"]]}


def days(spec: str) -> dict:
    """`tue-sat 09:00-12:00 14:00-18:00; sun 10:00-12:00` as the week's hours."""
    week = {}
    for group in spec.split("; "):
        names, *spans = group.split()
        first, _, last = names.partition("-")
        run = WEEK[WEEK.index(first) : WEEK.index(last or first) + 1]
        week |= {day: [span.split("-") for span in spans] for day in run}
    return week


@pytest.mark.parametrize(
    ("locale", "said", "week"),
    [
        ("fr", "ouvert du mardi au samedi de 12h à 14h et de 19h à 22h30, fermé le lundi",
         "tue-sat 12:00-14:00 19:00-22:30"),
        ("fr", "fermé le lundi et le dimanche midi, sinon midi et soir, 11h30-14h et 18h30-22h30",
         "tue-sat 11:30-14:00 18:30-22:30; sun 18:30-22:30"),
        ("fr", "tous les jours de midi à 14h et de 19h à 22h, sauf le dimanche soir et le lundi",
         "tue-sat 12:00-14:00 19:00-22:00; sun 12:00-14:00"),
        ("fr", "du lundi au vendredi 8h30 12h 14h 18h, le samedi matin uniquement",
         "mon-fri 08:30-12:00 14:00-18:00; sat 08:30-12:00"),
        ("fr", "le mercredi de 10 à 18, les autres jours de 14 à 18, fermé le lundi et le samedi",
         "tue 14:00-18:00; wed 10:00-18:00; thu-fri 14:00-18:00; sun 14:00-18:00"),
        ("en", "Tuesday to Saturday nine till half five, late night Thursday till eight",
         "tue-wed 09:00-17:30; thu 09:00-20:00; fri-sat 09:00-17:30"),
        ("en", "Monday to Friday eight thirty to twelve thirty and two to seven",
         "mon-fri 08:30-12:30 14:00-19:00"),
        ("en", "Tuesday and Thursday two to six", "tue 14:00-18:00; thu 14:00-18:00"),
        ("en", "nine to six, closed for lunch one to two, Monday to Friday",
         "mon-fri 09:00-13:00 14:00-18:00"),
        ("en", "nine to five Monday to Friday and Saturday mornings only",
         "mon-fri 09:00-17:00; sat 09:00-12:00"),
        ("he", "שני עד חמישי תשע עד שבע, שישי עד שתיים", "mon-thu 09:00-19:00; fri 09:00-14:00"),
        ("fr", "du lundi au vendredi 9h-18h, le samedi 10h-17h",
         "mon-fri 09:00-18:00; sat 10:00-17:00"),
        ("fr", "tous les jours sauf le lundi de 9h à 18h", "tue-sun 09:00-18:00"),
        ("fr", "tous les jours de 9 à 19h sauf le dimanche", "mon-sat 09:00-19:00"),
        ("fr", "lundi au samedi de neuf heures à dix-neuf heures trente, sauf le mercredi 9h-17h",
         "mon-tue 09:00-19:30; wed 09:00-17:00; thu-sat 09:00-19:30"),
        ("fr", "fermé dimanche et lundi, ouvert du mardi au samedi de 9h à 19h",
         "tue-sat 09:00-19:00"),
        ("fr", "fermé le dimanche, du mardi au samedi 9h-19h", "tue-sat 09:00-19:00"),
        ("fr", "lundi fermé, mardi 10h-12h et 14h-18h, mercredi 14h-18h",
         "tue 10:00-12:00 14:00-18:00; wed 14:00-18:00"),
        ("fr", "en semaine de 8h à midi et de 14h à 18h, le week-end de 9h à midi",
         "mon-fri 08:00-12:00 14:00-18:00; sat-sun 09:00-12:00"),
        ("fr", "9h-18h du lundi au vendredi et 10h-12h le samedi",
         "mon-fri 09:00-18:00; sat 10:00-12:00"),
        ("fr", "de 18h à 2h du matin tous les soirs, tous les jours", "mon-sun 18:00-02:00"),
        ("fr", "24h/24 et 7j/7", "mon-sun 00:00-23:59"),
        ("fr", "le matin de 9h à 12h et l'après-midi de 2h à 6h",
         "mon-sun 09:00-12:00 14:00-18:00"),
        ("en", "Tuesday to Saturday from 9am to 7pm, closed on Sunday and Monday",
         "tue-sat 09:00-19:00"),
        ("en", "Monday to Friday 9 to 6, Saturday 10 to 4", "mon-fri 09:00-18:00; sat 10:00-16:00"),
        ("en", "noon to 2:30 and 7 to 10pm, every day except Monday",
         "tue-sun 12:00-14:30 19:00-22:00"),
        ("en", "open 9am to 6pm Monday to Saturday", "mon-sat 09:00-18:00"),
        ("en", "weekdays from 9 to 5, and Saturdays 9 to noon",
         "mon-fri 09:00-17:00; sat 09:00-12:00"),
        ("he", "ראשון עד חמישי 8:00-17:00, שישי 8:00 עד 13:00",
         "mon-thu 08:00-17:00; fri 08:00-13:00; sun 08:00-17:00"),
        ("he", "פתוחים כל יום חוץ משבת מ-10 עד 22", "mon-fri 10:00-22:00; sun 10:00-22:00"),
    ],
)  # fmt: skip
def test_a_week_is_read(locale, said, week):
    read = read_hours(said, locale, today=TODAY)
    assert read.problem is None
    assert read.hours == days(week)
    Hours.model_validate(read.hours)


@pytest.mark.parametrize(
    ("locale", "said", "day", "spans"),
    [
        ("fr", "non, le jeudi c'est 20 h", "thu", [["09:00", "20:00"]]),
        ("fr", "le jeudi on ouvre à 10h", "thu", [["10:00", "19:00"]]),
        ("fr", "le jeudi on ferme à 17h30, pas 18h", "thu", [["09:00", "17:30"]]),
        ("fr", "le mardi c'est 22 h", "tue", [["12:00", "14:00"], ["19:00", "22:00"]]),
        ("fr", "le jeudi c'est fermé", "thu", None),
        ("en", "no, Thursday it's 8 pm", "thu", [["09:00", "20:00"]]),
        ("he", "לא, ביום חמישי עד 20:00", "thu", [["09:00", "20:00"]]),
    ],
)
def test_a_correction_changes_only_what_it_names(locale, said, day, spans):
    hours = read_hours(said, locale, today=TODAY, known=KNOWN).hours
    assert hours.get(day) == spans
    other = "tue" if day == "thu" else "thu"
    assert hours[other] == KNOWN[other]


@pytest.mark.parametrize(
    ("locale", "said", "problem"),
    [
        ("fr", "de 9h à 25h", "bad_time"),
        ("fr", "du lundi au vendredi de 18h à 9h", "backwards"),
        ("fr", "le lundi c'est 20 h", "incomplete"),
        ("en", "from 9:75 to 18:00", "bad_time"),
    ],
)
def test_hours_that_make_no_sense_are_not_kept(locale, said, problem):
    read = read_hours(said, locale, today=TODAY)
    assert read.hours is None
    assert read.problem[0] == problem


@pytest.mark.parametrize(
    ("locale", "said", "dates", "slots"),
    [
        ("fr", "fermé le 25 décembre et le 1er janvier", ["2026-12-25", "2027-01-01"], []),
        ("fr", "le 24 décembre de 9h à 16h", ["2026-12-24"], [["09:00", "16:00"]]),
        ("fr", "fermé du 1er au 3 août", ["2027-08-01", "2027-08-02", "2027-08-03"], []),
        ("fr", "on est fermé à noël, fermé le jour de Noël", ["2026-12-25"], []),
        ("en", "closed on December 25th", ["2026-12-25"], []),
        ("he", "סגור ב-25 בדצמבר", ["2026-12-25"], []),
    ],
)
def test_exceptions_are_dated(locale, said, dates, slots):
    hours = read_hours(said, locale, today=TODAY).hours
    assert [one["date"] for one in hours["exceptions"]] == dates
    assert all(one["slots"] == slots for one in hours["exceptions"])


def test_public_holidays_of_the_coming_year_are_closed():
    hours = read_hours("fermé les jours fériés", "fr", today=TODAY).hours
    closed = {one["date"] for one in hours["exceptions"]}
    assert {"2026-12-25", "2027-03-29", "2027-05-06", "2027-07-14"} <= closed
    assert public_holidays("GB", TODAY)
    assert not public_holidays("XX", TODAY)


@pytest.mark.parametrize("said", ["", "bonjour", "à" * 2_000, "9h " * 600, "lundi " * 400, "25"])
@pytest.mark.parametrize("locale", ["fr", "en", "he"])
def test_hostile_hours_break_nothing(locale, said):
    read = read_hours(said, locale, today=TODAY)
    if read.hours:
        Hours.model_validate(read.hours)


@pytest.mark.parametrize(
    ("said", "open_days"),
    [
        ("ouvert de 8 h à 18 h du lundi au vendredi et le samedi de 8 h à midi", "123456"),
        ("de 8 h 30 à 19 h, du mardi au samedi, non stop", "23456"),
        ("fermé dimanche et lundi, ouvert de 10 h à 19 h", "23456"),
        ("jamais le lundi, les autres jours 9 h 19 h", "234567"),
    ],
)
def test_french_hours_find_their_days_wherever_these_are_said(said, open_days):
    hours = read_hours(said, "fr", today=TODAY).hours or {}
    found = "".join(str(rank) for rank, day in enumerate(WEEK, 1) if hours.get(day))
    assert found == open_days


@pytest.mark.parametrize(
    ("locale", "said", "week"),
    [
        ("fr", "du lundi au vendredi 14h-18h, fermé le mercredi matin", "mon-fri 14:00-18:00"),
        ("en", "Monday to Friday 2pm to 6pm, closed Wednesday morning", "mon-fri 14:00-18:00"),
        ("fr", "mardi au samedi 19h-23h, fermé le mardi midi", "tue-sat 19:00-23:00"),
        ("he", "ראשון עד חמישי מ-16 עד 19, שישי בבוקר", "mon-thu 16:00-19:00; sun 16:00-19:00"),
        ("fr", "du lundi au vendredi 14h-18h, fermé le mercredi après-midi",
         "mon-tue 14:00-18:00; thu-fri 14:00-18:00"),
        ("fr", "mardi au samedi 12h-22h, le dimanche midi seulement",
         "tue-sat 12:00-22:00; sun 12:00-15:00"),
        ("en", "Monday to Saturday 12 to 10, Sunday lunch only",
         "mon-sat 12:00-22:00; sun 12:00-15:00"),
        ("fr", "lundi au samedi 12h-23h, fermé le lundi soir",
         "mon 12:00-15:00; tue-sat 12:00-23:00"),
        ("fr", "lundi au samedi 12h-2h, fermé le lundi soir",
         "mon 12:00-15:00; tue-sat 12:00-02:00"),
        ("fr", "du lundi au samedi 9h-18h, fermé le lundi midi",
         "mon 09:00-12:00 14:00-18:00; tue-sat 09:00-18:00"),
        ("en", "12 to 10, closed Monday lunchtime", "mon 15:00-22:00; tue-sun 12:00-22:00"),
    ],
)  # fmt: skip
def test_half_a_day_closed_takes_only_that_half(locale, said, week):
    assert read_hours(said, locale, today=TODAY).hours == days(week)


@pytest.mark.parametrize(
    "said",
    [
        "du lundi au vendredi de 9 h à 18 h avec une pause de 12 h à 14 h",
        "de 9 h à 18 h du lundi au vendredi, fermé entre midi et deux",
        "du lundi au vendredi 9 h 18 h, coupure de midi à 14 h",
    ],
)
def test_a_break_is_cut_out_of_the_day(said):
    read = read_hours(said, "fr", today=date(2026, 11, 18))
    assert read.hours is not None
    assert read.hours["wed"] == [["09:00", "12:00"], ["14:00", "18:00"]]


def test_a_break_alone_is_cut_out_of_the_days_that_are_known():
    known = {"tue": [["09:00", "19:00"]]}
    read = read_hours("on ferme entre midi et deux", "fr", today=date(2026, 11, 18), known=known)
    assert read.hours == {"tue": [["09:00", "12:00"], ["14:00", "19:00"]]}


@pytest.mark.parametrize(
    ("said", "day", "hours"),
    [
        ("on ne travaille pas le mercredi après-midi", "wed", [["09:00", "12:00"]]),
        ("pas le mercredi après-midi", "wed", [["09:00", "12:00"]]),
        ("fermé le mercredi matin", "wed", [["12:00", "19:00"]]),
        ("le jeudi jusqu'à dimanche, midi quatorze heures", "fri", [["12:00", "14:00"]]),
    ],
)
def test_an_afternoon_off_leaves_the_morning_and_a_day_is_no_part_of_an_hour(said, day, hours):
    known = {key: [["09:00", "19:00"]] for key in ("tue", "wed", "fri")}
    read = read_hours(said, "fr", today=date(2026, 11, 18), known=known)
    assert read.hours is not None
    assert read.hours[day] == hours
