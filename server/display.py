"""How things are said and shown: two languages, times of Vietnam, local days and numbers."""

from contextlib import suppress
from datetime import date, datetime
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from flask import current_app, has_request_context, request
from werkzeug.exceptions import HTTPException

from server import local_forms
from server.local_forms import VIETNAM as VIETNAM
from server.local_forms import local as local

LANGUAGES = ("vi", "en")
_KNOWN = "ghepmau.language"


def language() -> str:
    """Return the reader's language: ?lang=, else the cookie, else Vietnamese."""
    if not has_request_context():
        return "vi"
    known: str | None = request.environ.get(_KNOWN)  # a page asks some thousand times
    if known is None:
        asked = request.args.get("lang") or request.cookies.get("lang")
        known = request.environ[_KNOWN] = asked if asked in LANGUAGES else "vi"
    return known


def t(vi: str, en: str) -> str:
    """Return the sentence in the reader's language."""
    return en if language() == "en" else vi


def in_language(other: str) -> str:
    """Return the address of this page in the language *other*; of an answer to a form, the page
    that the form was on: it is asked for anew.  Where there is no such page, the desks'.

    Whatever the address bar says, it leads to this server: the path is one that we have, and is
    quoted, so that no '/\\', tab or '//' is left that a browser takes for another server's name.
    """
    path, args = _address()
    kept = [(name, value) for name, value in args if name != "lang"]
    return f"{quote(path)}?{urlencode([*kept, ('lang', other)])}"


def _address() -> tuple[str, list[tuple[str, str]]]:
    pages = [(request.path, list(request.args.items(multi=True)))]
    if request.method not in {"GET", "HEAD"}:
        with suppress(ValueError):  # whatever a browser says there
            before = urlsplit(request.referrer or "")
            if before.netloc == request.host:
                pages.insert(0, (unquote(before.path), parse_qsl(before.query)))
    return next((page for page in pages if _is_page(page[0])), ("/", []))


def _is_page(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path, "GET")
    except HTTPException:
        return False
    return path.startswith("/") and not path.startswith("//")


def time_of_day(at: datetime) -> str:
    """08:14"""
    return f"{local(at):%H:%M}"


def day(at: date) -> str:
    """22/11/2026, in English 22 Nov 2026; of a moment, the day that it was in Vietnam."""
    return local_forms.day(_date(at), language())


def born(text: str | None) -> str:
    """Return a date of birth as people write it, of 1990-02-01; a year alone, or '', as it is."""
    try:
        return day(date.fromisoformat(text or ""))
    except ValueError:
        return text or ""


def short_day(at: date) -> str:
    """22/11, in English 22 Nov: where the year is said elsewhere."""
    return local_forms.short_day(_date(at), language())


def moment(at: datetime, now: datetime) -> str:
    """08:14 if it was today, else 08:14 22/11/2026."""
    return time_of_day(at) if _date(at) == _date(now) else f"{time_of_day(at)} {day(at)}"


def _date(at: date) -> date:
    return local(at).date() if isinstance(at, datetime) else at


def age(at: datetime, now: datetime) -> str:
    """How long ago *at* was, in one unit."""
    minutes = max(0, int((now - at).total_seconds() // 60))
    if minutes < 60:
        return t(f"{minutes} phút", f"{minutes} min")
    if minutes < 48 * 60:
        return t(f"{minutes // 60} giờ", f"{minutes // 60} h")
    return t(f"{minutes // 1440} ngày", f"{minutes // 1440} days")


def count(number: int) -> str:
    """12.345 in Vietnamese, 12,345 in English."""
    return local_forms.number(number, 0, language())


def ct(text: str | None) -> str:
    """Return a Ct as it was written, with the decimal sign of who reads it; other words stay."""
    if text == "Undetermined":  # as machines say it, and `lab.imports.landing`
        return t("không lên", "none")
    return local_forms.written(text or "", language())


class Amount(str):
    """A figure as people read it, which keeps its number and unit for tables that leave."""

    __slots__ = ("number", "unit")

    def __new__(cls, text: str, number: float | None, unit: str = "") -> "Amount":
        made = super().__new__(cls, text)
        made.number, made.unit = number, unit
        return made

    number: float | None
    unit: str


def decimal(number: float, places: int = 1) -> Amount:
    """1.234,5 in Vietnamese, 1,234.5 in English; to programs 1234.5."""
    return Amount(local_forms.number(number, places, language()), round(number, places))
