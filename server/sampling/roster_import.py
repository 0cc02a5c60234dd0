"""A list as handed in becomes people to be sampled and rows refused, each with its reason.  Pure.

Every row is accounted for: rows in = taken + refused.  Nothing is guessed but what a rule proves.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from contract import names
from contract.identities.base import BirthDate, System
from server.sampling import roster_cells as cells
from server.sampling.roster_cells import Note, Reason, Unreadable
from server.sampling.roster_columns import Columns, Field, columns_of

LONGEST = 5000
LONGEST_NAME = 80
_SHOWN = 80  # letters of a refused row that are kept, so that it is found again


class Guest(msgspec.Struct, frozen=True):
    """One person of a list.  What is not known is '' or None; `birth` is a date or a year."""

    name: str
    birth_year: int | None = None
    sex: str = ""
    birth: str = ""
    system: str = ""
    number: str = ""
    phone: str = ""
    address: str = ""


class Taken(msgspec.Struct, frozen=True):
    line: int
    guest: Guest
    notes: tuple[Note, ...] = ()


class Refused(msgspec.Struct, frozen=True):
    """A row that makes no tube ready: its line, why, and how it begins."""

    line: int
    reason: Reason
    shown: str


class Reading(msgspec.Struct, frozen=True):
    """What became of every row; `fields` are the columns that were recognised."""

    taken: tuple[Taken, ...]
    refused: tuple[Refused, ...]
    fields: tuple[str, ...]

    @property
    def rows(self) -> int:
        return len(self.taken) + len(self.refused)


class _Row(NamedTuple):
    line: int
    said: dict[Field, str]
    shown: str


def read(rows: Sequence[Sequence[str]], *, year: int, once: bool = True) -> Reading:
    """Read a list; *year* is this year, for nobody is born after it.

    Nobody is taken twice, unless not *once*: a list of doses names a person for each.
    """
    columns = columns_of(rows)
    taken: list[Taken] = []
    refused: list[Refused] = []
    known: dict[object, int] = {}
    for row in _rows(rows, columns):
        try:
            read_row = _taken(row, year)
            if once:
                _check_new(read_row, known)
            if len(taken) >= LONGEST:
                raise Unreadable(Reason.TOO_MANY)  # noqa: TRY301 - one way out for all refusals
        except Unreadable as error:
            refused.append(Refused(row.line, error.reason, row.shown))
        else:
            taken.append(read_row)
    order = sorted(columns.places, key=columns.places.__getitem__)
    return Reading(tuple(taken), tuple(refused), tuple(map(str, order)))


def _rows(rows: Sequence[Sequence[str]], columns: Columns) -> Iterator[_Row]:
    """Yield the rows that say something; a total at the foot or a signature has no cell but one."""
    for line, row in enumerate(rows[columns.begins :], columns.begins + 1):
        said = {field: row[at] for field, at in columns.places.items() if at < len(row)}
        if any(text.strip() for text in said.values()):
            shown = " · ".join(cell for cell in row if cell.strip())[:_SHOWN]
            yield _Row(line, said, shown)


def _taken(row: _Row, year: int) -> Taken:
    said = row.said
    name = _name(said)
    sex_said, birth_said = _sex_and_birth(said)
    birth = cells.birth_of(birth_said, latest=year)
    sex = cells.sex_of(sex_said)
    number, notes = _number(said, birth, sex)
    guest = Guest(
        name=name,
        birth_year=birth.year if birth else None,
        sex=sex,
        birth=str(birth) if birth else "",
        system=str(number.system) if number else "",
        number=number.value if number else "",
        phone=cells.phone_of(said.get(Field.PHONE, "")),
        address=said.get(Field.ADDRESS, "")[:200],
    )
    return Taken(row.line, guest, notes)


def _name(said: dict[Field, str]) -> str:
    parts = (said.get(Field.FAMILY, ""), said.get(Field.GIVEN, ""))
    name = names.display(said.get(Field.NAME, "") or " ".join(parts))
    if not name:
        raise Unreadable(Reason.NO_NAME)
    good = names.is_vietnamese(name) and any(map(str.isalpha, name)) and len(name) <= LONGEST_NAME
    if not good:
        raise Unreadable(Reason.NAME)
    return names.display(name.title()) if name.isupper() else name


def _sex_and_birth(said: dict[Field, str]) -> tuple[str, str]:
    """Return both as cells; commune lists write the year under the men's or the women's column."""
    male, female = said.get(Field.YEAR_IF_MALE, ""), said.get(Field.YEAR_IF_FEMALE, "")
    sex, birth = said.get(Field.SEX, ""), said.get(Field.BIRTH, "")
    if not male.strip() and not female.strip():
        return sex, birth
    if male.strip() and female.strip():
        raise Unreadable(Reason.SEX)
    marked = (male or female).strip()
    is_year = any(letter.isdigit() for letter in marked) and not birth
    return sex or ("Nam" if male.strip() else "Nữ"), marked if is_year else birth


def _number(
    said: dict[Field, str], birth: BirthDate | None, sex: str
) -> tuple[cells.Number | None, tuple[Note, ...]]:
    citizen = cells.citizen_number(said.get(Field.CITIZEN, ""), birth, sex)
    number = citizen or cells.insurance_number(said.get(Field.INSURANCE, ""))
    if number is None:
        return None, ()
    notes = {
        Note.ZEROS: number.mended,
        Note.OLD_NUMBER: number.system == System.OLD_CITIZEN,
        Note.NUMBER_DISAGREES: number.system == System.CITIZEN
        and birth is not None
        and not cells.fits(number.value, birth, sex),
    }
    return number, tuple(note for note, holds in notes.items() if holds)


def _check_new(row: Taken, known: dict[object, int]) -> None:
    """Refuse the second row of one number, or of one name born the same day."""
    guest = row.guest
    keys: list[object] = [(guest.system, guest.number)] if guest.number else []
    if guest.birth and not guest.number:
        keys.append((names.match_key(guest.name), guest.birth, guest.phone))
    if any(key in known for key in keys):
        raise Unreadable(Reason.TWICE)
    known.update(dict.fromkeys(keys, row.line))
