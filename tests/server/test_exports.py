"""Tables that leave: harmless to a spreadsheet, numbers stay numbers."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook

from server.exports import harmless, write_csv, write_xlsx

SERVER = Path(__file__).parents[2] / "server"
PICTURES = {"shapes.py"}  # they draw as well as they list


def test_what_a_spreadsheet_would_run_is_text() -> None:
    assert [harmless(cell) for cell in ("=1+1", "-x", "Lan", 5, None)] == [
        "'=1+1", "'-x", "Lan", 5, "",
    ]  # fmt: skip


WHEN = datetime(2026, 11, 23, 18, 14, 5, 999_999, tzinfo=UTC)  # after midnight in Vietnam


def test_days_and_times_are_iso_by_clocks_in_vietnam() -> None:
    rows = [(WHEN.date(), WHEN)]
    assert write_csv(["day", "at"], rows).decode("utf-8-sig").splitlines() == [
        "day,at", "2026-11-23,2026-11-24 01:14:05",
    ]  # fmt: skip
    sheet = load_workbook(BytesIO(write_xlsx(["day", "at"], rows))).worksheets[0]
    day, at = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert [str(day.value), str(at.value)] == ["2026-11-23 00:00:00", "2026-11-24 01:14:05"]
    assert day.is_date
    assert at.is_date


def test_no_table_that_leaves_writes_days_by_itself() -> None:
    """One seam: tables hand days and times over as they are."""
    ours = re.compile(r"%d/%m|\.isoformat\(|strftime|time_of_day\(|[^_]short_day\(")
    leaves = re.compile(r"exports\.(download|write_csv|write_xlsx)|import Cell")
    every = {each: each.read_text("utf-8") for each in SERVER.rglob("*.py")}
    makers = {each: text for each, text in every.items()
              if leaves.search(text) and each.name not in PICTURES}  # fmt: skip
    assert len(makers) >= 6
    assert [each.name for each, text in makers.items() if ours.search(text)] == []


def test_without_a_mark_a_table_is_its_heads_and_rows() -> None:
    assert write_csv(["a", "b"], [(1, "Hà")]).decode("utf-8-sig").splitlines() == ["a,b", "1,Hà"]


def test_a_workbook_holds_the_same_and_its_mark_on_each_page() -> None:
    sheet = load_workbook(BytesIO(write_xlsx(["a"], [(1,)], "M & N"))).worksheets[0]
    assert [row[0].value for row in sheet.rows] == ["M & N", "a", 1, "M & N"]
    assert "M && N" in (sheet.oddHeader.center.text or "")


def test_what_writes_workbooks_is_loaded_by_who_writes_one() -> None:
    """It was a tenth of every command's start, and sixteen megabytes of every server."""
    said = "import sys, server.cli; print({'numpy', 'openpyxl'} & set(sys.modules) or 'none')"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout == "none\n"
