"""Tables that leave: harmless to a spreadsheet, numbers stay numbers."""

from io import BytesIO

from openpyxl import load_workbook

from server.exports import harmless, write_csv, write_xlsx


def test_what_a_spreadsheet_would_run_is_text() -> None:
    assert [harmless(cell) for cell in ("=1+1", "-x", "Lan", 5, None)] == [
        "'=1+1", "'-x", "Lan", 5, "",
    ]  # fmt: skip


def test_without_a_mark_a_table_is_its_heads_and_rows() -> None:
    assert write_csv(["a", "b"], [(1, "Hà")]).decode("utf-8-sig").splitlines() == ["a,b", "1,Hà"]


def test_a_workbook_holds_the_same_and_its_mark_on_each_page() -> None:
    sheet = load_workbook(BytesIO(write_xlsx(["a"], [(1,)], "M & N"))).worksheets[0]
    assert [row[0].value for row in sheet.rows] == ["M & N", "a", 1, "M & N"]
    assert "M && N" in (sheet.oddHeader.center.text or "")
