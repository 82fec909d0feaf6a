"""Dates in the words of many languages: read where they mean one day, never misread."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime

import pytest
from babel import Locale
from babel.dates import format_date

from crawler.months import LANGUAGES, WEEKDAYS, meanings, month_of
from crawler.stamps import find_day, read_stamp

READ_WHOLLY = [
    "ar", "bg", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "ha", "he", "hi", "hr", "hu",
    "hy", "id", "it", "ja", "ka", "kk", "ko", "lt", "lv", "mk", "ms", "nb", "nl", "pl", "pt", "ro", "ru",
    "sk", "sl", "sq", "sr", "sv", "sw", "ta", "th", "tr", "uk", "ur", "uz", "zh", "zu",
]  # fmt: skip
DAYS = [date(2026, month, month + 7) for month in range(1, 13)]


@pytest.mark.parametrize("locale", READ_WHOLLY)
def test_long_dates_of_a_language_are_read(locale: str) -> None:
    """The long form that CLDR has for a language is read for every month."""
    for day in DAYS:
        assert (stamp := read_stamp(format_date(day, "long", locale=locale), [locale])) is not None
        assert stamp.date() == day


def test_no_date_of_any_language_is_misread() -> None:
    """Long, medium and short forms of all languages are read as what they mean, or not at all."""
    for locale in LANGUAGES.split():
        for day in DAYS:
            for width in ("full", "long", "medium"):
                text = format_date(day, width, locale=locale)
                stamp = read_stamp(text)
                assert stamp is None or stamp.date() == day, (locale, text)


def test_a_name_of_two_months_needs_its_language() -> None:
    """November in Polish, October in Croatian: the language decides, and without one it is no month."""
    assert month_of("listopada") is None
    assert (month_of("listopada", ["pl"]), month_of("Listopada", ["hr"])) == (11, 10)
    assert (month_of("marca"), month_of("März"), month_of("MAR."), month_of("Marvel")) == (3, 3, 3, None)


def test_days_of_the_week_are_no_months() -> None:
    """The list of short names that are days elsewhere is what CLDR says, `mar` aside,
    which is March first.
    """
    days = {
        name.lower().rstrip(".")
        for locale in LANGUAGES.split()
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for name in Locale.parse(locale).days[context][width].values()
    }
    assert {name for name in meanings() if name in days} == WEEKDAYS | {"mar"}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("время публикации: 4 января 2012 г., 14:07", date(2012, 1, 4)),
        ("Wtorek, 3 stycznia 2012 (15:58", date(2012, 1, 3)),
        ("正有 2 人评论 2012年01月11日 18:52", date(2012, 1, 11)),
        ("Posted 05/29/2007 09:49:00", date(2007, 5, 29)),
        ("5 January 2012, corrected 6 January 2012", None),
        ("Dec 28 Sat 2013 00:28", None),
        ("01/02/2012", None),
        ("28 November", None),
        ("33 March 2026", None),
    ],
)
def test_a_day_is_found_in_a_line(text: str, day: date | None) -> None:
    """One day in a line is found; several, an incomplete or an ambiguous one are none."""
    assert find_day(text) == day


def test_times_and_zones_in_words() -> None:
    """A time after the day counts, with its zone where it has one."""
    assert read_stamp("9 maaliskuuta 2026 klo 8.30") == datetime(2026, 3, 9)
    assert read_stamp("2. marts 2026, 8:30 pm") == datetime(2026, 3, 2, 20, 30)


def test_names_are_read_when_they_are_first_asked_for() -> None:
    """Importing the reader costs no table of names, and a page without a stated date starts no dateparser."""
    script = (
        "import sys; from datetime import date; import crawler.stamps\n"
        "assert 'babel' not in sys.modules\n"
        "from crawler.cleaning.guessing import guess_day; from crawler.cleaning.markup import parse\n"
        "page = parse('<html><body><p class=date>28 ноября 2011, 14:15</p><p>x y 5 z</p></body></html>')\n"
        "assert guess_day(page, '', date(2026, 1, 1)) == date(2011, 11, 28)\n"
        "assert 'babel' in sys.modules and 'dateparser' not in sys.modules\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
