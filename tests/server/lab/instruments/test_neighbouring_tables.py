"""Tables one below the other, and Ct columns of one heading: a value is of no other target."""

from typing import Any

import pytest

from server.lab.instruments.reasons import Why

HEADS = {
    "long": ("Well\tSample\tTarget\tCt\tOmit", ["N\t24.1\tfalse", "IC\t25.0\tfalse"]),
    "omitted": ("Well\tSample\tTarget\tCt\tOmit", ["N\t24.1\tTrue", "IC\t25.0\tTrue"]),
    "wide": ("Well\tSample\tx\tCt N\tCt IC", ["x\t24.1\t25.0"]),
    "call": ("Well\tSample\tTarget\tCall\tx", ["N\tPOS\t", "IC\tPOS\t"]),
}
OTHERS = [
    ("Well\tSample\tTarget\tQuantity\tSD", "A1\t{}\tN\t0", "A1\t{}\tIC\t20.1"),
    ("Well\tTarget\tSD", "A1\tN\t0", "A1\tIC\t20.1"),
    ("Well\tQuantity\tSD\tx", "A1\t{}\tN\t0", "A1\t{}\tIC\t20.1"),
    ("Sample\tQuantity", "{}\t0", "{}\t20.1"),
    ("Giếng\tMẫu\tGen\tSố lượng\tSD", "A1\t{}\tN\t0", "A1\t{}\tIC\t20.1"),
    ("Well\tTarget\t1\t2\t3", "A1\tN\t0\t0.1\t0.2", "A1\tIC\t0\t20.1\t0.2"),
]


@pytest.mark.parametrize("caption", ["Quantities: relative", "Relative quantities", "", None])
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("kind", HEADS)
def test_the_rows_of_another_table_are_no_ct(
    parse: Any, tubes: list[str], kind: str, other: tuple[str, ...], caption: str | None
) -> None:
    head, rows = HEADS[kind]
    first = [head, *(f"A1\t{tubes[0]}\t{row}" for row in rows)]
    second = [] if caption is None else [caption]
    second += [each.format(tubes[0]) for each in other]
    alone, both = parse("\n".join([*first, ""])), parse("\n".join([*first, *second, ""]))
    assert said(both) == said(alone)
    assert len(alone.readings) == (0 if kind == "omitted" else 2)


@pytest.mark.parametrize("encoding", ["cp1252"])
def test_another_heading_in_old_letters_ends_a_table_too(
    parse: Any, tubes: list[str], encoding: str
) -> None:
    lines = ["M· èng;Gen ®Ých;Ct", f"{tubes[0]};N;24.1", "M· èng;Gen ®Ých;Sè l\xadîng",
             f"{tubes[0]};IC;20.1", ""]  # fmt: skip
    assert said(parse("\n".join(lines).encode(encoding))) == [(tubes[0], "N", "24.1", "")]


@pytest.mark.parametrize(
    "row", ["NTC;SAMPLE;Target;x", "Pos;Sample;N;", "VTM-000123;Sample;N;Undetermined",
            "{0};Sample;Target;", "NTC;Sample;N;"],
)  # fmt: skip
def test_a_row_with_a_word_of_a_heading_hides_no_row_behind_it(
    parse: Any, tubes: list[str], row: str
) -> None:
    lines = ["Mã ống;Loại;Gen;Ct", f"{tubes[1]};Sample;N;24", row.format(tubes[0]),
             f"{tubes[2]};Sample;N;25", ""]  # fmt: skip
    wells = [lines[0] + ";Well", *(f"{row};A{at}" for at, row in enumerate(lines[1:4], 1)), ""]
    tubed = "NTC;SAMPLE;Target" in row  # without a well these are words alone
    for text in ("\n".join(wells), *([] if tubed else ["\n".join(lines)])):
        assert {(tubes[1], "24"), (tubes[2], "25")} <= {
            (each.sample, each.ct) for each in parse(text).readings
        }


def said(got: Any) -> list[tuple[str, str, str, str]]:
    return [(each.sample, each.target, each.ct, each.call) for each in got.readings]


UNCLEAR = [
    "Date\t2026-11-26\t\tOperator\tLan\nWell\tSample\tC(t)\tC(t)\tC(t)",
    "\t\tE\tRdRP\nWell\tSample\tC(t)\tC(t)\tC(t)",
    "Plate\t\tE\tRdRP\tN\nWell\tSample\tC(t)\tC(t)\tC(t)",
    "\t\tE\tRdRP\tN\tLan\nWell\tSample\tC(t)\tC(t)\tC(t)",
    "\t\t\tE\t\tN\nWell\tSample\tC(t)\tResult\tC(t)\tResult",
    "\t\tE\tN\t\t\nWell\tSample\tx\tC(t)\tResult\tC(t)",
    "Well\tSample\tC(t)\tFAM\tC(t)\tVIC",
    "Well\tSample\tNote\tC(t)\tFAM\tC(t)\tVIC",
    "Well\tSample\tNote\tC(t)\tNote\tC(t)",
]


@pytest.mark.parametrize("heads", UNCLEAR)
def test_ct_columns_whose_names_may_be_of_others_are_refused(
    parse: Any, tubes: list[str], heads: str
) -> None:
    rows = [f"A{at}\t{tubes[at]}\t24.1\t25.1\t26.1\t27.1" for at in (1, 2)]
    width = heads.splitlines()[-1].count("\t") + 1
    cut = ["\t".join(row.split("\t")[:width]) for row in rows]
    got = parse("\n".join([heads, *cut, ""]))
    assert (got.readings, got.why) == ([], [Why.NO_TARGET] * 2)
    assert all("24.1" in each.seen for each in got.unread)


NAMED = [
    "\t\tE\tRdRP\tN\nWell\tSample\tC(t)\tC(t)\tC(t)",
    "Well\tSample\tE\tC(t)\tRdRP\tC(t)\tN\tC(t)\tAuto Interpretation",
    "\t\tE\t\tRdRP\t\tN\t\nWell\tSample\tResult\tC(t)\tResult\tC(t)\tResult\tC(t)",
    "Date\t2026-11-26\nWell\tSample\tE\tC(t)\tRdRP\tC(t)\tN\tC(t)",
]


@pytest.mark.parametrize("heads", NAMED)
def test_ct_columns_that_are_plainly_named_keep_their_targets(
    parse: Any, tubes: list[str], heads: str
) -> None:
    values = iter(["24.1", "25.1", "26.1"])
    columns = heads.splitlines()[-1].split("\t")
    row = [next(values) if each == "C(t)" else "" for each in columns]
    row[:2] = ["A1", tubes[0]]
    got = parse("\n".join([heads, "\t".join(row), ""]))
    assert [each[1:3] for each in said(got)] == [("E", "24.1"), ("RdRP", "25.1"), ("N", "26.1")]
