"""Roster labels: for people known beforehand, a tube label each, in the order of their list.

A label of a roster is an assignment, never a pairing: it becomes one only when the person and the
tube are scanned together.  It shows a short name and the birth year, nothing more.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import TextIO

from contract.tubes import Tube
from labels.errors import BadList
from labels.face import Label
from labels.fonts import clean

_YEARS = range(1900, 2101)
_HEADS = {"họ tên", "họ và tên", "ho ten", "name", "tên"}


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of a list; `birth_year` None is unknown; `sex` is '', M or F."""

    name: str
    birth_year: int | None = None
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """The tube that stands ready for one person; `place` counts from 1, in the list's order."""

    place: int
    person: Listed
    tube: Tube


def read_list(text: str) -> list[Listed]:
    """Return the people of *text*: 'Họ tên;năm sinh;Nam|Nữ' a line (also ',' or tab).

    Empty lines and a heading are passed over.  Raises BadList naming the line that is wrong.
    """
    text = text.removeprefix("\ufeff")
    mark = max(";\t,", key=text.count)
    rows = enumerate(csv.reader(StringIO(text), delimiter=mark), 1)
    people = [
        _person(number, [clean(field) for field in row])
        for number, row in rows
        if any(field.strip() for field in row) and clean(row[0]).casefold() not in _HEADS
    ]
    if not people:
        raise BadList("Danh sách không có ai.", "The list holds nobody.")
    return people


def _person(number: int, fields: list[str]) -> Listed:
    name, year, sex = (*fields, "", "")[:3]
    if not name:
        raise BadList(f"Dòng {number} thiếu họ tên.", f"Line {number} has no name.")
    if year and not (year.isascii() and year.isdigit() and int(year) in _YEARS):
        raise BadList(
            f"Dòng {number}: năm sinh {year!r} không đúng. Ghi 4 số, ví dụ 1991.",
            f"Line {number}: {year!r} is no birth year. Write four digits, such as 1991.",
        )
    sexes = {"": "", "nam": "M", "m": "M", "nữ": "F", "nu": "F", "f": "F"}
    if sex.casefold() not in sexes:
        raise BadList(
            f"Dòng {number}: giới tính {sex!r} không đúng. Ghi Nam, Nữ hoặc để trống.",
            f"Line {number}: {sex!r} is no sex. Write Nam, Nữ, or leave it empty.",
        )
    return Listed(name, int(year) if year else None, sexes[sex.casefold()])


def short_name(name: str) -> str:
    """Return *name* as a tube shows it: 'Nguyễn Thị Thu Hà' is 'N.T. Thu Hà', 'Lê An' is 'L. An'.

    The given name stays whole, with the word before it where there are four or more.
    """
    words = clean(name).split()
    whole = 2 if len(words) >= 4 else 1
    initials = "".join(f"{word[0].upper()}." for word in words[:-whole])
    return " ".join([initials, *words[-whole:]]).strip()


def assign(people: Iterable[Listed], tubes: Iterable[Tube]) -> Iterator[Assignment]:
    """Yield a tube for each of *people*, both in order; BadList if the tubes run out."""
    ready = iter(tubes)
    for place, person in enumerate(people, 1):
        tube = next(ready, None)
        if tube is None:
            raise BadList(
                f"Lô chỉ có {place - 1} ống, danh sách dài hơn.",
                f"The lot has {place - 1} tubes only; the list is longer.",
            )
        yield Assignment(place, person, tube)


def label_of(assignment: Assignment, group: str = "") -> Label:
    """Return the label of *assignment*: short name and year; *group* and the place in it."""
    person = assignment.person
    year = f" · {person.birth_year}" if person.birth_year else ""
    where = f"{group} · số {assignment.place}" if group else f"số {assignment.place}"
    return Label(assignment.tube, short_name(person.name) + year, where)


def write_assignments(assignments: Iterable[Assignment], out: TextIO) -> int:
    """Write who is to get which tube, for the server's register; return how many."""
    rows = csv.writer(out, delimiter=";", lineterminator="\n")
    rows.writerow(("số", "ống", "họ tên", "năm sinh"))
    done = 0
    for each in assignments:
        rows.writerow((each.place, each.tube.text, each.person.name, each.person.birth_year or ""))
        done += 1
    return done
