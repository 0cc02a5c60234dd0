"""Lists as offices write them: every row is taken or refused with its number and reason."""

import unicodedata
from io import BytesIO
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from contract import names, specimens
from server.errors import BadInput
from server.sampling import roster_cells as cells
from server.sampling.roster_cells import Note, Reason, Unreadable
from server.sampling.roster_columns import Field, columns_of
from server.sampling.roster_import import Guest, Reading, read
from server.sheets import rows_of, rows_of_text
from tests.contract.test_legacy_text import as_tcvn3, as_vni

PEOPLE = specimens.people(30, Random(3))


def word(person: specimens.Specimen) -> str:
    return {"M": "Nam", "F": "Nữ"}[person.sex]


LIST = "Họ và tên;Ngày sinh;Giới tính;Số CCCD\n" + "".join(
    f"{each.name};{each.birth:%d/%m/%Y};{word(each)};{each.number}\n" for each in PEOPLE
)


def as_1258(text: str) -> bytes:
    """Write as Windows-1258 does: a letter with its hat, then its tone."""
    written = b""
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        tones = [part for part in parts if part in "\u0300\u0309\u0303\u0301\u0323"]
        plain = "".join(part for part in parts if part not in tones)
        written += unicodedata.normalize("NFC", plain).encode("cp1258")
        written += "".join(tones).encode("cp1258")
    return written


def guests(content: bytes | str) -> list[Guest]:
    return [row.guest for row in reading(content).taken]


def reading(content: bytes | str) -> Reading:
    rows = rows_of_text(content) if isinstance(content, str) else rows_of(content)
    return read(rows, year=2026)


def book(rows: list[list[object]]) -> bytes:
    workbook = Workbook()
    workbook.create_sheet("Trống")
    for row in rows:
        workbook.worksheets[0].append(row)
    saved = BytesIO()
    workbook.save(saved)
    return saved.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        LIST.encode(), LIST.encode("utf-8-sig"), LIST.encode("utf-16"), LIST.encode("utf-16-le"),
        unicodedata.normalize("NFD", LIST).encode(), as_1258(LIST),
        as_tcvn3(LIST).encode("latin-1"), as_vni(LIST).encode("latin-1"),
        as_tcvn3(LIST).encode(), LIST.replace(";", "\t").encode(), LIST.replace(";", ",").encode(),
    ],
    ids=["utf-8", "bom", "utf-16", "utf-16-le", "nfd", "cp1258", "tcvn3", "vni", "tcvn3-in-utf-8",
         "tabs", "commas"],
)  # fmt: skip
def test_one_list_is_read_the_same_in_every_encoding(content: bytes) -> None:
    found = guests(content)
    assert [each.number for each in found] == [each.number for each in PEOPLE]
    assert [names.match_key(each.name) for each in found] == [
        names.match_key(each.name) for each in PEOPLE
    ]
    assert all(names.is_vietnamese(each.name) for each in found)
    assert {each.birth for each in found} == {each.birth.isoformat() for each in PEOPLE}


def test_a_workbook_keeps_its_titles_dates_and_numbers_without_zeros() -> None:
    person = PEOPLE[0]
    lost = PEOPLE[1]
    content = book([
        ["CÔNG TY MẪU"], ["DANH SÁCH CÔNG NHÂN LẤY MẪU"], [],
        ["STT", "Họ tên", "Ngày sinh", "Giới tính", "CCCD", "SĐT", "Địa chỉ"],
        [1, person.name, person.birth, word(person), person.number, "912345678", "Thôn Mẫu"],
        [2, lost.name, lost.birth.year, None, int(lost.number), None, None],
    ])  # fmt: skip
    found = reading(content)
    first, *others = found.taken
    assert (first.line, first.guest.birth, first.guest.phone) == (
        5, person.birth.isoformat(), "0912345678",
    )  # fmt: skip
    if lost is not person:
        assert [(row.guest.number, row.notes) for row in others] == [(lost.number, (Note.ZEROS,))]
    assert set(found.fields) == {"name", "birth", "sex", "citizen", "phone", "address"}


def test_each_refused_row_has_its_line_and_its_reason() -> None:
    found = reading(
        "Họ tên;Năm sinh;Giới tính;CCCD;SĐT\n"
        "Nguyễn Thị Mẫu;1991;Nữ;;\n"
        ";1990;Nam;;\n"
        "Lê Văn An;91;Nam;;\n"
        "Lê Văn An;1990;đực;;\n"
        "\n"
        "Lê Văn An;1990;Nam;2.4E+10;\n"
        "Lê Văn An;1990;Nam;;12\n"
        "NGUYEN THI MAU;1991;nu;;\n"
        "Lê 123 | An;1990;Nam;;\n"
    )
    assert [row.line for row in found.taken] == [2]
    assert [(row.line, row.reason) for row in found.refused] == [
        (3, Reason.NO_NAME), (4, Reason.BIRTH), (5, Reason.SEX), (7, Reason.CITIZEN),
        (8, Reason.PHONE), (9, Reason.TWICE), (10, Reason.NAME),
    ]  # fmt: skip
    assert found.rows == 8


def test_a_list_without_headings_is_name_year_sex() -> None:
    assert guests("Nguyễn Thị Mẫu;1991;Nữ\nLê Văn An;1988\nĐỗ Minh Châu\n") == [
        Guest("Nguyễn Thị Mẫu", 1991, "F", "1991"), Guest("Lê Văn An", 1988, "", "1988"),
        Guest("Đỗ Minh Châu"),
    ]  # fmt: skip


def test_commune_lists_write_the_year_under_the_mens_or_the_womens_column() -> None:
    rows = [
        ["TT", "Họ và tên", "Năm sinh", "", "Số thẻ BHYT"],
        ["", "", "Nam", "Nữ", ""],
        ["1", "Lê Văn An", "1988", "", "GD4242400000001"],
        ["2", "Nguyễn Thị Mẫu", "", "1991", "2400000003"],
    ]
    assert [(each.name, each.birth_year, each.sex, each.number) for each in guests(book(rows))] == [
        ("Lê Văn An", 1988, "M", "2400000001"), ("Nguyễn Thị Mẫu", 1991, "F", "2400000003"),
    ]  # fmt: skip


def test_family_and_given_names_may_stand_in_two_columns() -> None:
    rows = [["Họ đệm", "Tên", "DOB"], ["Nguyễn Thị", "Mẫu", "05.03.1991"]]
    assert [(each.name, each.birth) for each in guests(book(rows))] == [
        ("Nguyễn Thị Mẫu", "1991-03-05")
    ]
    assert columns_of(rows).places[Field.GIVEN] == 1


@pytest.mark.parametrize(
    ("text", "born"),
    [("05/03/1991", "1991-03-05"), ("5/3/1991", "1991-03-05"), ("1991-03-05", "1991-03-05"),
     ("05031991", "1991-03-05"), ("00/00/1950", "1950"), ("1950", "1950"), ("33302", "1991-03-05"),
     ("03/1991", "1991"), ("'1991", "1991"), ("5 - 3 - 1991", "1991-03-05")],
)  # fmt: skip
def test_dates_of_birth_come_in_many_forms(text: str, born: str) -> None:
    assert str(cells.birth_of(text, latest=2026)) == born


@pytest.mark.parametrize("text", ["31/02/1991", "1850", "2031", "khoảng 1950", "91", "5/13/1991"])
def test_a_date_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        cells.birth_of(text, latest=2026)


@settings(max_examples=50)
@given(st.integers(0, 29))
def test_lost_zeros_are_put_back_where_province_sex_and_year_fit_and_only_there(at: int) -> None:
    person = PEOPLE[at]
    birth = cells.birth_of(f"{person.birth.year}", latest=2026)
    number = cells.citizen_number(str(int(person.number)), birth, person.sex)
    assert number is not None
    assert (number.value, number.mended) == (person.number, person.number[0] == "0")
    other = cells.birth_of(str(person.birth.year - 7), latest=2026)
    if person.number.startswith("0"):
        with pytest.raises(Unreadable):
            cells.citizen_number(str(int(person.number)), other, person.sex)


@settings(max_examples=40)
@given(st.binary(max_size=300))
def test_whatever_a_file_holds_every_row_is_accounted_for_or_the_file_is_refused(
    content: bytes,
) -> None:
    try:
        rows = rows_of(content)
    except BadInput:
        return
    assert read(rows, year=2026).rows <= len(rows)


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest"])
def test_a_broken_workbook_is_said_to_be_one(content: bytes) -> None:
    with pytest.raises(BadInput, match="Excel"):
        rows_of(content)
