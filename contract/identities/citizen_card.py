"""The citizen identity card: `number|old number|name|ddmmyyyy|sex|address|ddmmyyyy of issue`.

UTF-8, no signature.  The old number is often empty, so two separators may stand side by side; the
card of 2024 has four more fields of which only the emptiness is known.  Fields are counted from
the front, and what follows the seventh is left in the raw bytes.
"""

import re
from dataclasses import replace

from contract import names, syllables
from contract.identities import citizen_numbers, fields
from contract.identities.base import BirthDate, Key, Kind, PersonCode, Sex, System
from contract.identities.repair import best_reading

FIELDS = 7
_START = re.compile(r"(\d{12})\|(\d{9}|\d{12}|)\|", re.ASCII)
_RUN_TOGETHER = re.compile(
    r"(\d{12})(\d{9}|)(\D{2,120})(\d{8})(nam|nữ)(.{0,400}?)(\d{8})", re.IGNORECASE
)
_DATE = re.compile(r"(\d{8})(?:\||$)", re.ASCII)


def parse(raw: bytes) -> PersonCode:
    """Read a citizen card; raise NotThisKind where *raw* does not begin like one."""
    return best_reading(raw, read)


def read(text: str) -> PersonCode | None:
    """Read a card's text as far as it can be read; None if it is another kind's."""
    joined = _RUN_TOGETHER.fullmatch(text)
    if joined is not None:
        text = "|".join(joined.groups())
    start = _START.match(text)
    if start is None:
        return None
    parts = text.split("|")
    in_order = len(parts) >= 5 and _in_order(parts)
    found = _ordered(parts) if in_order else _salvaged(start)
    if found is None or joined is None:
        return found
    return replace(found, warnings=(*found.warnings, "separators-lost"))


def _in_order(parts: list[str]) -> bool:
    return fields.day_first(parts[3]) is not None or fields.sex_in_words(parts[4]) is not None


def _ordered(parts: list[str]) -> PersonCode:
    number, old, name, birth, sex, address = (*parts, "")[:6]
    born, is_sex = fields.day_first(birth), fields.sex_in_words(sex)
    shown = fields.readable_name(name)
    place = names.display(address)
    doubts = [*citizen_numbers.doubts(number, born, is_sex), *_doubts_of(old, shown, place)]
    if len(parts) < FIELDS:
        doubts.append("fields-missing")
    if born is None:
        doubts.append("birth-unreadable")
    if is_sex is None:
        doubts.append("sex-unreadable")
    # Letters went missing on the way if 'Nữ' did, or if the words are no words: the name is wrong.
    lost = is_sex is None or ("no-diacritics" in doubts and not _words(f"{name} {place}"))
    if lost or shown is None:
        shown = None
        doubts.append("name-unreadable")
    return _card(number, old, shown, born, is_sex, place, doubts)


def _doubts_of(old: str, name: str | None, place: str) -> list[str]:
    found = ["old-number-unusual"] if len(old) == 12 else []
    if not names.is_vietnamese(re.sub(r"[0-9;:&+#]", "", place)):
        found.append("address-unreadable")
    if name is not None and (name + place).isascii():
        found.append("no-diacritics")
    return found


def _words(text: str) -> bool:
    words = re.sub(r"[^a-z]+", " ", text.casefold()).split()
    return all(syllables.plausible(word) for word in words)


def _salvaged(start: re.Match[str]) -> PersonCode | None:
    """Take the number where a separator was eaten; the birth date only if the number agrees."""
    number, old = start.groups()
    dates = [fields.day_first(digits) for digits in _DATE.findall(start.string, start.end())]
    said = [born for born in dates if born is not None]
    if not said:
        return None
    born = next((born for born in said if born.year == citizen_numbers.year_in(number)), None)
    doubts = list(citizen_numbers.doubts(number, born, None))
    doubts += ["fields-missing", "name-unreadable"]
    return _card(number, old, None, born, None, "", doubts)


def _card(
    number: str,
    old: str,
    name: str | None,
    birth: BirthDate | None,
    sex: Sex | None,
    address: str,
    warnings: list[str],
) -> PersonCode:
    keys = [Key(System.CITIZEN, number)]
    if len(old) == 9:
        keys.append(Key(System.OLD_CITIZEN, old))
    readable = "address-unreadable" not in warnings
    return PersonCode(
        kind=Kind.CITIZEN_CARD,
        raw=b"",
        keys=tuple(keys),
        name=name,
        birth=birth,
        sex=sex,
        address=(address or None) if readable else None,
        warnings=tuple(warnings),
    )
