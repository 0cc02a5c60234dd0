"""The two quick ways of reading a table's text say the same as the two slow ones."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from server.lab.instruments.columns import fields_of
from server.lab.instruments.readings import Reading
from server.lab.instruments.rows import RowReader
from server.lab.instruments.texts import Spelling, rows_of

SPELLING = Spelling("utf-8", guessed=False, delimiter="\t", ended=True)
HEAD = ["Well", "Sample Name", "Target Name", "Task", "CT", "Call", "Omit", "Comments"]
CELL = st.sampled_from(
    ["A1", "P24", "260000000182", "26000000018", "VTM-7", "NTC", "N", "ORF1ab", "UNKNOWN", "Std",
     "24.1", "24,1", "Undetermined", "0", "?", "", " ", "Positive", "x" * 250, "true", "false"]
)  # fmt: skip


@given(st.text('ab\t;"\r\n\0ế', max_size=40))
def test_lines_are_parted_as_pythons_own_reader_parts_them(text: str) -> None:
    def lines() -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BytesIO(text.encode()), "utf-8", newline="")

    assert list(rows_of(lines(), SPELLING)) == list(
        enumerate(csv.reader(lines(), delimiter="\t"), 1)
    )


@given(
    st.lists(st.lists(CELL, max_size=len(HEAD) + 2), max_size=30),
    st.permutations(HEAD),
    st.integers(4, len(HEAD)),
)
def test_many_rows_are_read_as_each_alone(
    rows: list[list[str]], head: list[str], width: int
) -> None:
    columns = fields_of(head[:width])
    if not columns.at:
        return
    together = RowReader(columns).many(enumerate([list(row) for row in rows * 2], 1))
    alone = RowReader(columns)
    for number, (row, found) in enumerate(zip(rows * 2, together, strict=True), 1):
        item = found if isinstance(found, Reading) else found[2]
        assert item == alone.one(number, list(row))
