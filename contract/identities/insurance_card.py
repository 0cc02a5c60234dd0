"""The health insurance card: fields between `|`, names and addresses as hex of UTF-8, `$` last.

    number|name|birth|sex|address|facility|from|to|issued|office number|parent|area|...|check|$

Four shapes are in use: 15 fields (old), 17 (from 2021), 10 (short) and children's, whose parent's
name may stand there unencoded and broken.  The person's number is the last ten digits, for ever;
what precedes it in the old fifteen changes with their group.  Readers lose the `$`.
"""

import re

from contract import names
from contract.identities import fields
from contract.identities.base import BirthDate, Key, Kind, PersonCode, Sex, System
from contract.identities.citizen_numbers import PROVINCES
from contract.identities.repair import best_reading

_NUMBER = re.compile(r"(?:[A-Z]{2}[0-9]{3})?([0-9]{10})", re.ASCII)
_RUN_TOGETHER = re.compile(
    r"([A-Z]{2}\d{13}|\d{10})((?:[0-9a-f]{2}){2,120}?)(\d\d/\d\d/\d{4})([12])(.*)",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
_OFFICE = re.compile(r"\d{4}(\d{10})", re.ASCII)
_EMPTY = "-"
_MILITARY = frozenset({"097", "098", "099"})  # not provinces, but printed in their place


def parse(raw: bytes) -> PersonCode:
    """Read an insurance card; raise NotThisKind where *raw* does not begin like one."""
    return best_reading(raw, read)


def read(text: str) -> PersonCode | None:
    """Read a card's text as far as it can be read; None if it is another kind's."""
    joined = _RUN_TOGETHER.fullmatch(text) if "|" not in text else None
    parts = [*joined.groups()[:4]] if joined is not None else text.split("|")
    number = parts[0].strip().upper()
    if len(parts) < 4 or _NUMBER.fullmatch(number) is None:
        return None
    birth, sex = fields.day_first(parts[2]), fields.sex_in_digits(parts[3])
    if birth is None and sex is None:
        return None
    name, doubts = _name(parts[1])
    doubts += _doubts(number, birth, sex, _at(parts, 9))
    if joined is not None:
        doubts.append("separators-lost")
    return _card(number, name, birth, sex, _hex_text(_at(parts, 4)), doubts)


def _at(parts: list[str], place: int) -> str:
    """Return one field, counted from the front; '' where it is empty or not there."""
    text = parts[place].strip() if place < len(parts) else ""
    return "" if text in {_EMPTY, "$"} else text


def _hex_text(field: str) -> str | None:
    """Return what a field of hex says, or None where it is empty, no hex or no UTF-8."""
    try:
        text = bytes.fromhex(field).decode("utf-8")
    except ValueError:
        return None
    return names.display(text) or None


def _name(field: str) -> tuple[str | None, list[str]]:
    said = _hex_text(field)
    name = None if said is None else fields.readable_name(said)
    if name is not None:
        return name, []
    plain = None if re.search(r"\d", field) else fields.readable_name(field)
    if said is None and plain is not None:
        return plain, ["name-not-hex"]
    return None, ["name-unreadable"]


def _doubts(number: str, birth: BirthDate | None, sex: Sex | None, office: str) -> list[str]:
    found = []
    if len(number) == 15:
        if number[2] not in "12345":
            found.append("unknown-benefit")
        if "0" + number[3:5] not in PROVINCES | _MILITARY:
            found.append("unknown-province")
    managed = _OFFICE.fullmatch(office)
    if managed is not None and managed[1] != number[-10:]:
        found.append("insurance-number-mismatch")
    if birth is None:
        found.append("birth-unreadable")
    if sex is None:
        found.append("sex-unreadable")
    return found


def _card(
    number: str,
    name: str | None,
    birth: BirthDate | None,
    sex: Sex | None,
    address: str | None,
    warnings: list[str],
) -> PersonCode:
    return PersonCode(
        kind=Kind.INSURANCE_CARD,
        raw=b"",
        keys=(Key(System.INSURANCE, number[-10:]),),
        name=name,
        birth=birth,
        sex=sex,
        address=address,
        warnings=tuple(warnings),
    )
