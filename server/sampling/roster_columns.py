"""What the columns of a list are, by their headings in Vietnamese or English.  Pure.

A heading is recognised by its key without marks, except where a mark decides: `Năm` is the year,
`Nam` is the men's column.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from contract import legacy_text, names

LOOKED_THROUGH = 15  # rows above the list: the office, the title, the date


class Field(StrEnum):
    NAME = "name"
    FAMILY = "family"
    GIVEN = "given"
    BIRTH = "birth"
    YEAR_IF_MALE = "male-year"
    YEAR_IF_FEMALE = "female-year"
    SEX = "sex"
    CITIZEN = "citizen"
    INSURANCE = "insurance"
    PHONE = "phone"
    ADDRESS = "address"


class Columns(NamedTuple):
    """Where each field stands, and the row in which the list begins."""

    places: dict[Field, int]
    begins: int


_HEADINGS: dict[Field, tuple[str, ...]] = {
    Field.NAME: (
        "ho ten", "ho va ten", "ho va ten khai sinh", "ho ten cong dan", "ho ten nhan vien",
        "ho ten cong nhan", "ho ten hoc sinh", "ho ten nguoi lay mau", "hoten", "name",
        "full name", "fullname",
    ),
    Field.FAMILY: ("ho", "ho dem", "ho va dem", "ho lot", "ho va ten dem", "ho va chu dem",
                   "family name", "last name", "surname"),
    Field.GIVEN: ("ten", "given name", "first name"),
    Field.BIRTH: (
        "ngay sinh", "nam sinh", "ngay thang nam sinh", "ngay/thang/nam sinh", "ngay thang sinh",
        "sinh ngay", "ns", "birth", "birth date", "date of birth", "dob", "year of birth",
        "birth year", "born", "nam sinh ngay sinh",
    ),
    Field.SEX: ("gioi tinh", "gioi", "phai", "gt", "sex", "gender", "nam nu"),
    Field.CITIZEN: (
        "cccd", "so cccd", "can cuoc", "so can cuoc", "can cuoc cong dan", "so can cuoc cong dan",
        "cmnd", "so cmnd", "cmnd cccd", "so cmnd cccd", "cccd cmnd", "so cccd cmnd", "cmt",
        "so cmt", "so dinh danh", "ma dinh danh", "so dinh danh ca nhan", "ma so cong dan",
        "so giay to", "giay to tuy than", "id", "id number", "citizen id", "identity number",
    ),
    Field.INSURANCE: (
        "bhyt", "so bhyt", "the bhyt", "so the bhyt", "ma bhyt", "ma the bhyt", "bhxh", "so bhxh",
        "ma bhxh", "ma so bhxh", "so the bao hiem", "bao hiem y te", "insurance",
        "insurance number",
    ),
    Field.PHONE: ("sdt", "so dien thoai", "dien thoai", "so dt", "dt", "di dong", "dtdd", "phone",
                  "mobile", "phone number", "telephone"),
    Field.ADDRESS: (
        "dia chi", "noi o", "noi o hien nay", "cho o", "noi cu tru", "thuong tru", "tam tru",
        "dia chi thuong tru", "dia chi tam tru", "ho khau", "ho khau thuong tru", "thon", "xom",
        "thon xom", "to dan pho", "address",
    ),
}  # fmt: skip
_BY_KEY = {key: field for field, keys in _HEADINGS.items() for key in keys}
_POSITIONS = {Field.NAME: 0, Field.BIRTH: 1, Field.SEX: 2}  # a list without headings


def columns_of(rows: Sequence[Sequence[str]]) -> Columns:
    """Return what the columns are; name, birth, sex in this order where no heading is known."""
    for at, row in enumerate(rows[:LOOKED_THROUGH]):
        places = _headings(row)
        below = rows[at + 1] if at + 1 < len(rows) else ()
        more = _headings(below) if places and not _is_named(below, places) else {}
        if _has_name(places):
            return Columns(_told_apart({**more, **places}), at + (2 if more else 1))
    return Columns(dict(_POSITIONS), 0)


def _headings(row: Sequence[str]) -> dict[Field, int]:
    places: dict[Field, int] = {}
    for at, cell in enumerate(row):
        field = _field(cell)
        if field is not None:
            places.setdefault(field, at)
    return places


def _field(cell: str) -> Field | None:
    """Return what *cell* heads; one word is too little to tell its charset, so all are tried."""
    readings = (cell, legacy_text.decode_tcvn3(cell), legacy_text.decode_vni(cell))
    return next((found for reading in readings if (found := _heading(reading))), None)


def _heading(cell: str) -> Field | None:
    spelled, key = names.spelling_key(cell), names.match_key(cell)
    if spelled == "năm":
        return Field.BIRTH
    if spelled == "nam":
        return Field.YEAR_IF_MALE
    if key == "nu":
        return Field.YEAR_IF_FEMALE
    short = key.split(" (")[0]
    return _BY_KEY.get(short) or _BY_KEY.get(names.match_key(cell.split("(")[0]))


def _has_name(places: dict[Field, int]) -> bool:
    return (
        Field.NAME in places
        or {Field.FAMILY, Field.GIVEN} <= places.keys()
        or (Field.GIVEN in places and len(places) > 1)
    )


def _told_apart(places: dict[Field, int]) -> dict[Field, int]:
    """`Họ và tên` may span two columns: the second, without a heading, is the given name's."""
    if Field.GIVEN in places and Field.FAMILY not in places and Field.NAME not in places:
        places[Field.NAME] = places.pop(Field.GIVEN)
    if not {Field.YEAR_IF_MALE, Field.YEAR_IF_FEMALE} <= places.keys():
        places.pop(Field.YEAR_IF_MALE, None)
        places.pop(Field.YEAR_IF_FEMALE, None)
    return places


def _is_named(row: Sequence[str], places: dict[Field, int]) -> bool:
    """Return whether *row* is a person already, no second row of headings."""
    at = places.get(Field.NAME, places.get(Field.GIVEN, 0))
    return at < len(row) and bool(row[at].strip())
