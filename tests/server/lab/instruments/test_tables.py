"""Tables in texts and workbooks: every way that labs and machines write them."""

import gzip
import io
import zipfile
from typing import Any

import pytest

from server.lab.instruments.readings import Role
from server.lab.instruments.reasons import Why


def test_a_quantstudio_text_gives_its_readings_and_facts(
    parse: Any, quantstudio: str, tubes: list[str]
) -> None:
    got = parse(quantstudio.encode())
    assert got.format == "quantstudio"
    first, second, third = got.readings
    assert (first.well, first.sample, first.target, first.ct) == ("A1", tubes[1], "N", "24.105")
    assert (second.ct, second.undetermined) == ("", True)
    assert (third.row, got.notices, got.unread) == (22, set(), [])
    assert (got.facts.run_id, got.facts.serial) == ("me 7", "2788")


def test_a_text_cut_anywhere_is_noticed(parse: Any, quantstudio: str) -> None:
    content = quantstudio.encode()
    table = content.index(b"[Results]")
    for end in range(table, len(content) - 30):
        got = parse(content[:end])
        assert got.notices, end
    for end in range(20, table, 7):
        assert parse(content[:end]).notices, end


def test_a_cut_value_is_never_taken_for_a_whole_one(parse: Any, tubes: list[str]) -> None:
    content = f"Mã ống;Gen;Ct\n{tubes[0]};N;24.1\n{tubes[1]};N;31.25\n".encode()
    for cut in range(1, 6):
        got = parse(content[:-cut])
        assert [each.ct for each in got.readings] == ["24.1"]
        assert got.why in ([Why.SHORT_ROW], [Why.BAD_CT])
        assert got.notices == {Why.CUT_LAST_LINE}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_spelling_of_a_plain_table_reads_alike(
    parse: Any, tubes: list[str], encoding: str, delimiter: str, end: str
) -> None:
    rows = [["Vị trí", "Mã ống", "Gen đích", "Ct", "Kết luận"]]
    rows += [["A 01", tubes[0], "ORF1ab", '"24,5"', "Dương tính"], ["b2", tubes[1], "N", "-", "Âm"]]
    content = "".join(delimiter.join(row) + end for row in rows).encode(encoding)
    first, second = parse(content).readings
    assert (first.well, first.sample, first.target, first.ct) == ("A1", tubes[0], "ORF1ab", "24.5")
    assert (second.well, second.undetermined, second.call) == ("B2", True, "Âm")


def test_headings_of_old_vietnamese_letters_are_understood(parse: Any, tubes: list[str]) -> None:
    tcvn3 = "M· èng;Gen ®Ých;Ct;KÕt luËn\n".encode("cp1252")
    got = parse(tcvn3 + f"{tubes[0]};N;24\n".encode())
    assert [each.sample for each in got.readings] == [tubes[0]]
    assert got.notices == {Why.GUESSED_LETTERS}


def test_a_ct_column_for_each_target_gives_a_reading_for_each(parse: Any, tubes: list[str]) -> None:
    got = parse(f"Mã ống,Ct N,Ct ORF1ab,Cq Mean\n{tubes[0]},24.1,Undetermined,3\n".encode())
    assert [(each.target, each.ct, each.undetermined) for each in got.readings] == [
        ("N", "24.1", False),
        ("ORF1ab", "", True),
    ]


def test_an_unquoted_decimal_comma_never_becomes_another_value(
    parse: Any, tubes: list[str]
) -> None:
    got = parse(f"tube,target,Ct\n{tubes[0]},N,24,1\n".encode())
    assert (got.readings, got.why) == ([], [Why.SHORT_ROW])


def test_each_row_that_gives_nothing_says_why(parse: Any, tubes: list[str]) -> None:
    rows = [
        ("A1", "", "", "UNKNOWN", "", "false"),
        ("A2", "", "N", "UNKNOWN", "24.1", "false"),
        ("A3", tubes[0], "N", "STANDARD", "20.0", "false"),
        ("A4", tubes[0], "N", "UNKNOWN", "24.1", "true"),
        ("A5", tubes[0], "N", "UNKNOWN", "hai mươi", "false"),
        ("A6", tubes[0], "N", "UNKNOWN", "99.5", "false"),
        ("A7", tubes[0], "N", "UNKNOWN", "", "false"),
    ]
    head = "Well Position\tSample Name\tTarget Name\tTask\tCT\tOmit\n"
    got = parse((head + "".join("\t".join(row) + "\n" for row in rows)).encode())
    assert got.readings == []
    assert got.why == [
        Why.EMPTY_WELL, Why.NO_SAMPLE, Why.STANDARD, Why.OMITTED, Why.BAD_CT, Why.BAD_CT,
        Why.NOTHING_READ,
    ]  # fmt: skip


def test_bio_rad_pads_wells_and_writes_nan(parse: Any, tubes: list[str]) -> None:
    head = ",Well,Fluor,Target,Content,Sample,Biological Set Name,Cq,Cq Mean\n"
    rows = f",A01,FAM,,Unkn-1,{tubes[0]},,21.1877528266099,21.1\n,H12,FAM,N,NTC,,,NaN,0\n"
    got = parse((head + rows).encode())
    assert got.format == "cfx"
    first, control = got.readings
    assert (first.well, first.target, first.ct) == ("A1", "FAM", "21.188")
    assert (control.well, control.role, control.undetermined) == ("H12", Role.NEGATIVE, True)


def test_a_lightcycler_leaves_the_cp_empty_where_nothing_rose(parse: Any, tubes: list[str]) -> None:
    head = "Experiment: me 3  Selected Filter: FAM (465-510)\n"
    names = "Include\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus\n"
    rows = f"True\t255\tA1\t{tubes[0]}\t24.31\t\t0\t\nTrue\t255\tA2\t{tubes[1]}\t\t\t0\t\n"
    got = parse((head + names + rows + f"False\t255\tA3\t{tubes[2]}\t20\t\t0\t\n").encode())
    assert (got.format, got.facts.run_id) == ("lightcycler", "me 3")
    assert [(each.ct, each.undetermined) for each in got.readings] == [("24.31", False), ("", True)]
    assert got.readings[0].target == "FAM (465-510)"
    assert got.why == [Why.OMITTED]


def test_design_and_analysis_joins_the_sheet_of_calls(
    parse: Any, workbook: Any, tubes: list[str]
) -> None:
    meta = [["File Name", "RUN-01.eds"], ["Block Type", "384-Well Block"], []]
    rows = [*meta, ["Well", "Omit", "Sample", "Target", "Task", "Cq"],
            ["A01", "FALSE", int(tubes[0]), "N", "UNKNOWN", 24.1055555],
            ["A02", "FALSE", tubes[1], "N", "UNKNOWN", "UNDETERMINED"]]  # fmt: skip
    calls = [*meta, ["Well", "Sample", "Target", "Call", "Cq"], ["A1", "x", "N", "POSITIVE", 24.1]]
    got = parse(workbook(Primary_result=rows, Target_Call=calls, Raw_Data=[["Well", "Cycle"]]))
    assert got.format == "design-analysis"
    first, second = got.readings
    assert (first.sample, first.ct, first.call) == (tubes[0], "24.106", "POSITIVE")
    assert (second.undetermined, second.call, second.row) == (True, "", 6)


@pytest.mark.parametrize("block", ["384-Well Block", "96-Well 0.2-mL Block"])
@pytest.mark.parametrize("lettered", [True, False])
def test_a_call_of_another_sheet_is_of_the_same_well_however_wells_are_counted(
    parse: Any, tubes: list[str], workbook: Any, block: str, *, lettered: bool
) -> None:
    columns = 24 if block.startswith("384") else 12
    wells = [1, 13, 25, 37, 49, 61, 73, 85]
    said = {well: f"{'NEGATIVE' if well % 24 == 13 else 'POSITIVE'} {well}" for well in wells}
    spots = {well: f"{'ABCDEFGH'[(well - 1) // columns]}{(well - 1) % columns + 1}"
             for well in wells}  # fmt: skip
    rows = [[spots[well] if lettered else well, tube, "N", 18.2]
            for well, tube in zip(wells, tubes, strict=False)]  # fmt: skip
    named = [[well, tube, "N", said[well]] for well, tube in zip(wells, tubes, strict=False)]
    for calls in (
        [["Well", "Sample", "Target", "Call"], *named],
        [["Well", "Target", "Call"], *([well, target, call] for well, _, target, call in named)],
    ):
        results = [["Block Type", block], ["Well", "Sample", "Target", "Cq"], *rows]
        got = parse(workbook(Results=results, Target_Call=calls))
        assert [each.call for each in got.readings] == list(said.values())
        assert [each.well for each in got.readings] == list(spots.values())
    other = [[well, tubes[9], "N", said[well]] for well in wells]
    got = parse(
        workbook(Results=results, Target_Call=[["Well", "Sample", "Target", "Call"], *other])
    )
    assert {each.call for each in got.readings} == {""}  # of another tube


def test_a_damaged_workbook_is_noticed_wherever_it_is_cut(
    parse: Any, workbook: Any, tubes: list[str]
) -> None:
    content = workbook(Results=[["Well", "Sample", "Cq"], ["A1", tubes[0], 24.1]])
    assert len(parse(content).readings) == 1
    for end in range(10, len(content), 997):
        got = parse(content[:end])
        assert (got.readings, bool(got.notices)) == ([], True)


def test_a_workbook_with_any_byte_wrong_breaks_nothing(
    parse: Any, workbook: Any, tubes: list[str]
) -> None:
    content = bytearray(workbook(Results=[["Well", "Sample", "Cq"], ["A1", tubes[0], 24.1]]))
    for at in range(0, len(content), 597):  # test_child turns many more bytes
        wrong = bytearray(content)
        wrong[at] ^= 0xFF
        got = parse(bytes(wrong))
        assert got.readings or got.notices or got.unread


def test_a_packed_export_is_opened_and_a_cut_one_noticed(parse: Any, quantstudio: str) -> None:
    packed = gzip.compress(quantstudio.encode())
    assert len(parse(packed).readings) == 3
    assert parse(packed[:-9]).notices == {Why.DAMAGED}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr("me 7.txt", quantstudio)
    assert len(parse(file.getvalue()).readings) == 3


def test_a_file_that_says_how_many_rows_it_has_is_believed(parse: Any, tubes: list[str]) -> None:
    text = f"Số dòng: 2\nMã ống;Ct\n{tubes[0]};24\n"
    assert parse(text.encode()).notices == {Why.COUNT_DIFFERS}
    assert parse(f"{text}{tubes[1]};25\n".encode()).notices == set()


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"just words\nand more", b"\0" * 900, b"%PDF-1.7"]
)
def test_what_is_no_export_is_said_to_be_none(parse: Any, content: bytes) -> None:
    got = parse(content)
    assert (got.readings, len(got.notices)) == ([], 1)
