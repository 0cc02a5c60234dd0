"""Fields that several kinds of code have in common: dates, sex, names, phone numbers."""

import re
from datetime import date

from contract import names
from contract.identities.base import BirthDate, Sex

EARLIEST = 1880
LATEST = 2100
LONGEST_NAME = 120
_EIGHT = re.compile(r"(\d{2})(\d{2})(\d{4})", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_DASHED = re.compile(r"(\d{4})-(\d{2}|\*{1,2})-(\d{2}|\*{1,2})", re.ASCII)
_YEAR = re.compile(r"\d{4}", re.ASCII)
_PHONE = re.compile(r"(?:\+?84|0)(\d{9})", re.ASCII)


def day_first(text: str) -> BirthDate | None:
    """Read ddmmyyyy, dd/mm/yyyy or yyyy; 00 stands for an unknown day or month."""
    text = text.strip()
    if _YEAR.fullmatch(text):
        return _born(int(text), 0, 0)
    found = _EIGHT.fullmatch(text) or _SLASHED.fullmatch(text)
    return None if found is None else _born(int(found[3]), int(found[2]), int(found[1]))


def year_first(text: str) -> BirthDate | None:
    """Read yyyy-mm-dd, where month and day may be masked with asterisks, or yyyy."""
    text = text.strip()
    if _YEAR.fullmatch(text):
        return _born(int(text), 0, 0)
    found = _DASHED.fullmatch(text)
    if found is None:
        return None
    month, day = (0 if "*" in part else int(part) for part in (found[2], found[3]))
    return _born(int(found[1]), month, day)


def _born(year: int, month: int, day: int) -> BirthDate | None:
    if not EARLIEST <= year <= LATEST:
        return None
    if month == 0 or day == 0:
        return BirthDate(year)
    try:
        date(year, month, day)
    except ValueError:
        return None
    return BirthDate(year, month, day)


_SEXES = {"nam": Sex.MALE, "nữ": Sex.FEMALE, "nu": Sex.FEMALE}


def sex_in_words(text: str) -> Sex | None:
    """Read Nam or Nữ, in any case."""
    return _SEXES.get(names.display(text).casefold())


def sex_in_digits(text: str) -> Sex | None:
    """Read 1 (male) or 2 (female)."""
    return {"1": Sex.MALE, "2": Sex.FEMALE}.get(text.strip())


def readable_name(text: str) -> str | None:
    """Return *text* as a name, or None where its letters are none of a Vietnamese name."""
    name = names.display(text)
    if not 0 < len(name) <= LONGEST_NAME or not any(map(str.isalpha, name)):
        return None
    return name if names.is_vietnamese(name) else None


def phone(text: str) -> str | None:
    """Return a Vietnamese phone number as 0 and nine digits, or None."""
    found = _PHONE.fullmatch(re.sub(r"[ .-]", "", text))
    return None if found is None else "0" + found[1]
