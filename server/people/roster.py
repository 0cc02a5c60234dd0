"""A list of people as an office types it: `Họ tên;ngày sinh;Nam|Nữ`, one a line.  Pure.

A year alone will do; with the whole date the bearer opens their own page by the back of the card.

A line that cannot be read stops the whole list and is named, so that nobody is left out unseen.
"""

import re
from dataclasses import dataclass

from contract import names
from contract.identities.fields import day_first
from server.errors import BadInput

LONGEST_LIST = 2000
_SEXES = {"nam": "M", "m": "M", "nu": "F", "f": "F", "": ""}
_LINE_END = re.compile(r"\r\n|\n|\r")
_NO_NAME = re.compile(
    r"""[<>=|@"]|,\s*\d"""
)  # 'Mẫu,1991,Nữ' is a list with other separators, no name


@dataclass(frozen=True, slots=True)
class Row:
    """One person of a list.  `birth_year` None is unknown; `sex` is '', M or F.

    `birth` is the whole date as 1991-03-15, '' where only the year is known.
    """

    name: str
    birth_year: int | None
    sex: str
    birth: str = ""


def read(text: str, *, longest: int = LONGEST_LIST) -> list[Row]:
    """Return the people of a list; empty lines do not count.  Raises BadInput with the line."""
    lines = [(at, line.strip()) for at, line in enumerate(_LINE_END.split(text), 1) if line.strip()]
    if not lines:
        raise BadInput(
            "Danh sách trống. Mỗi dòng một người: Họ tên;ngày sinh;Nam hoặc Nữ.",
            "The list is empty. One person a line: name;date of birth;Nam or Nữ.",
            field="people",
        )
    if len(lines) > longest:
        raise BadInput(
            f"Danh sách quá dài: nhiều nhất {longest} người một lần. Hãy chia ra.",
            f"The list is too long: at most {longest} people at a time. Split it.",
            field="people",
        )
    return [_row(at, line) for at, line in lines]


def _row(at: int, line: str) -> Row:
    name, born, sex, *more = (*(part.strip() for part in re.split(r"[;\t]", line)), "", "")
    shown = names.display(name)
    if any(more) or not _can_be_name(shown):
        raise _unreadable(at, "họ tên", "name")
    birth = day_first(born)
    if born and (birth is None or not 1900 <= birth.year < 2100):
        raise _unreadable(at, "ngày sinh", "date of birth")
    known = _SEXES.get(names.match_key(sex))
    if known is None:
        raise _unreadable(at, "giới tính", "sex")
    whole = str(birth) if birth and birth.day else ""
    return Row(shown, birth.year if birth else None, known, whole)


def _can_be_name(text: str) -> bool:
    letters = any(letter.isalpha() for letter in text)
    return letters and len(text) <= 80 and _NO_NAME.search(text) is None


def _unreadable(at: int, vi: str, en: str) -> BadInput:
    return BadInput(
        f"Dòng {at}: không đọc được {vi}. Viết theo mẫu: Nguyễn Thị Mẫu;15/03/1991;Nữ.",
        f"Line {at}: the {en} cannot be read. Write it like: Nguyễn Thị Mẫu;15/03/1991;Nữ.",
        field="people",
    )
