"""The national personal QR, version 1.1: `document|NAME|yyyy-mm-dd|declared by|QID|EXT`.

The name is upper case without marks.  Document, birth date and the numbers in EXT may be masked
with asterisks, and a masked number is no number.  Only the QID is given out by the platform;
everything else was typed by somebody, perhaps on another's behalf, and is only claimed.
EXT is `[QID of a proxy]<sex<insurance number<phone[<signature]`, at times without its first part.
"""

import re

from contract.identities import citizen_numbers, fields
from contract.identities.base import (
    Key,
    Kind,
    PersonCode,
    Sex,
    System,
    fingerprint,
)
from contract.identities.repair import best_reading

FIELDS = 6
_DOCUMENT = re.compile(r"[0-9A-Za-z*]{0,20}", re.ASCII)
_BIRTH = re.compile(r"(?:\d{4}|\*{1,4})(?:-(?:\d{2}|\*{1,2})){2}|\d{4}", re.ASCII)
_QID = re.compile(r"[0-9A-Za-z-]{8,40}", re.ASCII)
_PASSPORT = re.compile(r"(?=.*\d)[A-Z]{1,3}[0-9A-Z]{5,9}", re.ASCII)
_INSURANCE = re.compile(r"(?:[A-Z]{2}[0-9]{3})?([0-9]{10})", re.ASCII)


def parse(raw: bytes) -> PersonCode:
    """Read a national QR; raise NotThisKind where *raw* is not built like one."""
    return best_reading(raw, read)


def read(text: str) -> PersonCode | None:
    """Read a code's text as far as it can be read; None if it is another kind's."""
    parts = text.split("|")
    if not FIELDS - 1 <= len(parts) <= FIELDS + 1 or not _in_order(parts):
        return None
    document, name, birth, declared, qid, ext = (*parts, "")[:FIELDS]
    sex, insurance, phone = _extension(ext)
    born, shown = fields.year_first(birth), fields.readable_name(name)
    doubts: list[str] = []
    if citizen_numbers.CITIZEN.fullmatch(document):
        doubts += citizen_numbers.doubts(document, born, sex)
    if len(parts) < FIELDS:
        doubts.append("fields-missing")
    if shown is None:
        doubts.append("name-unreadable")
    if declared == "1":
        doubts.append("declared-by-proxy")
    keys = (_issued(qid, text), *_claimed(document, insurance, phone))
    return PersonCode(Kind.NATIONAL_QR, b"", keys, shown, born, sex, warnings=tuple(doubts))


def _in_order(parts: list[str]) -> bool:
    document, _name, birth, declared, qid = parts[:5]
    return (
        _DOCUMENT.fullmatch(document) is not None
        and _BIRTH.fullmatch(birth.strip()) is not None
        and declared in {"0", "1", ""}
        and (qid == "" or "*" in qid or _QID.fullmatch(qid) is not None)
    )


def _extension(ext: str) -> tuple[Sex | None, str, str]:
    """Return sex, insurance number and phone as they stand in EXT."""
    parts = ext.split("<")
    if len(parts[0]) == 1:  # the proxy's place was left out
        parts.insert(0, "")
    _proxy, sex, insurance, phone = (*parts, "", "", "")[:4]
    return fields.sex_in_digits(sex), insurance, phone


def _issued(qid: str, text: str) -> Key:
    """Return the QID, or the code's fingerprint where there is none to go by."""
    if _QID.fullmatch(qid):
        return Key(System.NATIONAL, qid)
    return fingerprint(text.encode())


def _claimed(document: str, insurance: str, phone: str) -> tuple[Key, ...]:
    said = [(_system_of(document), document.upper())]
    number = _INSURANCE.fullmatch(insurance.upper())
    said.append((System.INSURANCE if number else None, number[1] if number else ""))
    called = fields.phone(phone)
    said.append((System.PHONE if called else None, called or ""))
    return tuple(Key(system, value, claimed=True) for system, value in said if system)


def _system_of(document: str) -> System | None:
    if citizen_numbers.CITIZEN.fullmatch(document):
        return System.CITIZEN
    if citizen_numbers.OLD_CITIZEN.fullmatch(document):
        return System.OLD_CITIZEN
    return System.PASSPORT if _PASSPORT.fullmatch(document.upper()) else None
