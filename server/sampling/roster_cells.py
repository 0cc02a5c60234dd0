"""What one cell of a list says: a date of birth, a sex, a number, a phone.  Pure.

Excel takes leading zeros off numbers: they are put back only where province, sex and year then fit.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from contract import names
from contract.identities import System, fields
from contract.identities.base import BirthDate
from contract.identities.citizen_numbers import PROVINCES, sex_in, year_in

_FORMS = (
    re.compile(r"(?P<d>\d{1,2})[/.\- ]+(?P<m>\d{1,2})[/.\- ]+(?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})[/.\-](?P<m>\d{1,2})[/.\-](?P<d>\d{1,2})(?:[T ].*)?"),
    re.compile(r"(?P<d>\d{2})(?P<m>\d{2})(?P<y>(?:19|20)\d{2})"),
    re.compile(r"(?P<d>)(?P<m>)(?P<y>\d{4})"),
    re.compile(r"(?P<d>)(?P<m>\d{1,2})[/\-](?P<y>\d{4})"),
)
_SERIAL = re.compile(r"\d{4,5}")  # days since 1899-12-30, as Excel counts
_SERIALS = range(3000, 50_000)
_SEXES = {
    "nam": "M", "m": "M", "male": "M", "trai": "M", "ong": "M", "anh": "M",
    "nu": "F", "f": "F", "female": "F", "gai": "F", "ba": "F", "chi": "F", "": "",
}  # fmt: skip
_BETWEEN = re.compile(r"[\s.\-'’,]+")
_INSURANCE = re.compile(r"(?:[A-Z]{2}\d{3})?(\d{10})", re.ASCII)
_EARLIEST = 1880
_FIRST_COUNTRY = 100  # people registered abroad


class Reason(StrEnum):
    """Why a row is refused.  The value is kept with the list and never changes."""

    NO_NAME = "no-name"
    NAME = "name-unreadable"
    BIRTH = "birth-unreadable"
    SEX = "sex-unreadable"
    CITIZEN = "citizen-number-wrong"
    INSURANCE = "insurance-number-wrong"
    PHONE = "phone-wrong"
    TWICE = "twice-in-list"
    TOO_MANY = "list-too-long"


class Note(StrEnum):
    """What was mended or looks odd in a row that is taken."""

    ZEROS = "zeros-put-back"
    NUMBER_DISAGREES = "number-disagrees"
    OLD_NUMBER = "old-number"


class Unreadable(Exception):
    """A cell cannot be read; `reason` says which."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Number:
    """A person's number, and whether zeros were put back before it."""

    system: System
    value: str
    mended: bool = False


def birth_of(text: str, *, latest: int) -> BirthDate | None:
    """Return a date of birth, or its year; None for an empty cell.  Raises Unreadable."""
    text = text.strip().strip("'")
    if not text:
        return None
    for form in _FORMS:
        if found := form.fullmatch(text):
            born = _born(found["y"], found["m"] or "0", found["d"] or "0")
            if born is not None and born.year <= latest:
                return born
    if _SERIAL.fullmatch(text) and int(text) in _SERIALS:
        day = date(1899, 12, 30) + timedelta(days=int(text))
        return BirthDate(day.year, day.month, day.day)
    raise Unreadable(Reason.BIRTH)


def _born(year: str, month: str, day: str) -> BirthDate | None:
    if int(year) < _EARLIEST:
        return None
    if int(day) == 0 or int(month) == 0:
        return BirthDate(int(year)) if int(month) <= 12 else None
    return fields.day_first(f"{int(day):02d}/{int(month):02d}/{year}")


def sex_of(text: str) -> str:
    """Return M, F or ''.  Raises Unreadable."""
    sex = _SEXES.get(names.match_key(text))
    if sex is None:
        raise Unreadable(Reason.SEX)
    return sex


def citizen_number(text: str, birth: BirthDate | None, sex: str) -> Number | None:
    """Return a citizen's number of twelve digits, or an old one of nine.  Raises Unreadable."""
    digits = _BETWEEN.sub("", text)
    if not digits:
        return None
    if not digits.isascii() or not digits.isdigit():
        raise Unreadable(Reason.CITIZEN)
    if len(digits) == 12 and (digits[:3] in PROVINCES or int(digits[:3]) >= _FIRST_COUNTRY):
        return Number(System.CITIZEN, digits)
    if len(digits) == 9:
        return Number(System.OLD_CITIZEN, digits)
    padded = digits.zfill(12)
    if len(digits) in {10, 11} and fits(padded, birth, sex):
        return Number(System.CITIZEN, padded, mended=True)
    if len(digits) == 8:
        return Number(System.OLD_CITIZEN, digits.zfill(9), mended=True)
    raise Unreadable(Reason.CITIZEN)


def fits(number: str, birth: BirthDate | None, sex: str) -> bool:
    """Return whether a number of twelve digits can be of who was born then and is of that sex."""
    if birth is None or number[:3] not in PROVINCES:
        return False
    return year_in(number) == birth.year and (not sex or sex_in(number) == sex)


def insurance_number(text: str) -> Number | None:
    """Return the ten digits that stay with a person.  Raises Unreadable."""
    number = _BETWEEN.sub("", text).upper()
    if not number:
        return None
    if found := _INSURANCE.fullmatch(number):
        return Number(System.INSURANCE, found[1])
    if number.isascii() and number.isdigit() and len(number) in {8, 9}:
        return Number(System.INSURANCE, number.zfill(10), mended=True)
    raise Unreadable(Reason.INSURANCE)


def phone_of(text: str) -> str:
    """Return a phone with its zero, the first of several; '' for none.  Raises Unreadable."""
    text = re.split(r"[;/,]| - ", text.strip().strip("'"))[0].strip()
    if not text:
        return ""
    bare = _BETWEEN.sub("", text)
    phone = fields.phone(bare) or fields.phone(f"0{bare}")
    if phone is None:
        raise Unreadable(Reason.PHONE)
    return phone
