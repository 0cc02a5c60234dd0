"""Days and numbers as each language writes them.  Pure; the patterns are Babel's (CLDR).

26/11/2026 and 1.234,5 in Vietnamese, 26 Nov 2026 and 1,234.5 in English.  Babel takes some 10 µs a
value, and a page has hundreds: days are asked once each, numbers have a short way of their own,
which a test holds against Babel.  What programs read (CSV, API, addresses) stays ISO.
"""

from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

from babel.dates import format_date

VIETNAM = timezone(timedelta(hours=7), "ICT")  # no summer time since 1975: no zone files needed
LOCALES = {"vi": "vi_VN", "en": "en_GB"}
LONG = {"vi": "dd/MM/y", "en": "d MMM y"}
SHORT = {"vi": "dd/MM", "en": "d MMM"}  # where the year is said elsewhere
_TURNED = str.maketrans(",.", ".,")


def local(at: datetime) -> datetime:
    """Return *at* as clocks in Vietnam show it; a time at the very end of time stays as it is."""
    try:
        return at.astimezone(VIETNAM)
    except OverflowError:  # a station's clock may say anything, and its page must still open
        return at


@lru_cache(maxsize=4096)
def day(at: date, language: str) -> str:
    """Return 26/11/2026, or 26 Nov 2026."""
    return format_date(at, LONG[language], LOCALES[language])


@lru_cache(maxsize=4096)
def short_day(at: date, language: str) -> str:
    """Return 26/11, or 26 Nov."""
    return format_date(at, SHORT[language], LOCALES[language])


def number(value: float, places: int, language: str) -> str:
    """Return *value* in groups of three, with as many *places*: 1.234,5 or 1,234.5."""
    text = f"{value:,.{places}f}"
    return text.translate(_TURNED) if language == "vi" else text


def written(text: str, language: str) -> str:
    """Return a number that stands as text, such as 24.10, with the decimal sign of *language*."""
    turns = language == "vi" and text.replace(".", "", 1).isdigit()
    return text.replace(".", ",") if turns else text


def moment(at: datetime, language: str) -> str:
    """Return 08:05 26/11/2026, or 08:05 26 Nov 2026, of a moment on clocks in Vietnam."""
    return f"{at:%H:%M} {day(at.date(), language)}"
