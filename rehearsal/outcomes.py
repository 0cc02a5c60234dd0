"""All outcomes as an officer's program reads them, and whose record a scanned code opens."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from rehearsal.browser import Browser
from rehearsal.script import Day, Number

LIST = "/api/v1/outcomes"


def every(officer: Browser) -> list[dict[str, Any]]:
    """Return every version of every outcome, read page by page."""
    page: list[dict[str, Any]] = officer.open(LIST).json()
    rows = page
    while page:
        page = officer.open(f"{LIST}?after={page[-1]['id']}").json()
        rows = rows + page
    return rows


def people_of(officer: Browser, day: Day) -> dict[Number, str]:
    """Return the id of the record that each visitor's code opens at an officer's desk, else ''."""
    wanted = {key for keys in day.truth.values() for key in keys}
    codes = {each.key: each.code for act in day.acts for each in act.visitors}
    return {key: _opens(officer, codes[key]) for key in wanted}


def _opens(officer: Browser, code: bytes) -> str:
    page = officer.fill("/outcomes/find", {"q": code.decode(errors="replace")}, form="/outcomes")
    return parse_qs(urlsplit(page.path).query).get("person", [""])[0]
