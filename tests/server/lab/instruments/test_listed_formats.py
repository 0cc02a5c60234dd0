"""Machines whose files we have no real one of, in the shapes that their readers describe.

LightCycler 480, the 7500 in both its softwares, and old Excel workbooks.
"""

from typing import Any

import pytest

from server.lab.instruments.readings import Role
from server.lab.instruments.reasons import Why
from tests.server.lab.instruments.biff import xls

CYRILLIC = "C\u0442"


def sds_2(tubes: list[str]) -> str:
    """The 7500's software 2: words and values by commas, then the table."""
    rows = [
        f'1,{tubes[0]},N,UNKNOWN,FAM,NFQ-MGB,"24,105",24.1,0.01',
        f"2,{tubes[1]},N,UNKNOWN,FAM,NFQ-MGB,Undetermined,,",
        "95,NTC,N,NTC,FAM,NFQ-MGB,Undetermined,,",
        f"96,{tubes[2]},N,STANDARD,FAM,NFQ-MGB,20.5,,",
    ]
    return (
        "Block Type,96fast\nChemistry,TAQMAN\nExperiment File Name,D:\\me 12.eds\n"
        "Experiment Run End Time,2026-11-23 10:12:00\nInstrument Type,sds7500fast\n"
        "Passive Reference,ROX\n\n"
        "Well,Sample Name,Target Name,Task,Reporter,Quencher,"
        f"{CYRILLIC},{CYRILLIC} Mean,{CYRILLIC} SD\n" + "\n".join(rows) + "\n"
    )


def sds_1(tubes: list[str]) -> str:
    """The 7500's software 1.4: `Detector` names the target."""
    return (
        "SDS v1.4\nApplied Biosystems 7500 Real-Time PCR System\nAbsolute Quantification\n\n"
        "Well,Sample Name,Detector,Task,Ct,StdDev Ct,Qty,Filtered\n"
        f"A1,{tubes[0]},ORF1ab,Unknown,31.2,,,\nA01,{tubes[0]},N,Unknown,30.9,,,\n"
        f"H12,PC,N,Unknown,25,,,\n"
    )


def lightcycler(tubes: list[str], end: str = "\r\n") -> str:
    """One filter of a LightCycler 480: decimals as its Windows writes them."""
    rows = [
        f"True\t255\tA1\t{tubes[0]}\t24,31\t\t0\t",
        f"True\t65280\tA2\t{tubes[1]}\t\t\t0\t",
        f"True\t255\tA3\t{tubes[2]}\t40,00\t\t0\t> Late Cp call (last five cycles)",
        "True\t255\tH12\tNTC\t\t\t0\t",
    ]
    head = "Experiment: me 3  Selected Filter: VIC / HEX (533-580)"
    names = "Include\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus"
    return end.join([head, names, *rows]) + end


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_7500_of_software_2_gives_its_cts(parse: Any, tubes: list[str], encoding: str) -> None:
    got = parse(sds_2(tubes).encode(encoding))
    first, second, control = got.readings
    assert (first.well, first.sample, first.target, first.ct) == ("A1", tubes[0], "N", "24.105")
    assert (second.well, second.ct, second.undetermined) == ("A2", "", True)
    assert (control.well, control.role) == ("H11", Role.NEGATIVE)
    assert got.why == [Why.STANDARD]
    assert got.notices == set()


def test_a_7500_of_software_1_names_targets_detectors(parse: Any, tubes: list[str]) -> None:
    got = parse(sds_1(tubes).encode())
    assert [(each.well, each.target, each.ct) for each in got.readings] == [
        ("A1", "ORF1ab", "31.2"),
        ("A1", "N", "30.9"),
        ("H12", "N", "25"),
    ]
    assert got.readings[2].role is Role.POSITIVE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_lightcycler_with_decimal_commas(
    parse: Any, tubes: list[str], encoding: str, end: str
) -> None:
    got = parse(lightcycler(tubes, end).encode(encoding))
    assert got.format == "lightcycler"
    assert [(each.well, each.ct, each.undetermined) for each in got.readings] == [
        ("A1", "24.31", False), ("A2", "", True), ("A3", "40.00", False), ("H12", "", True),
    ]  # fmt: skip
    assert {each.target for each in got.readings} == {"VIC / HEX (533-580)"}
    assert got.readings[3].role is Role.NEGATIVE
    assert got.facts.run_id == "me 3"


@pytest.mark.parametrize("made", [sds_2, sds_1, lightcycler])
def test_a_file_that_is_cut_short_in_a_row_never_gives_a_shorter_ct(
    parse: Any, tubes: list[str], made: Any
) -> None:
    whole = made(tubes).encode()
    known = {(each.well, each.target, each.ct) for each in parse(whole).readings}
    table = whole.index(tubes[0].encode())
    for end in range(table, len(whole)):
        got = parse(whole[:end])
        said = {(each.well, each.target, each.ct) for each in got.readings}
        assert said <= known, end
        if whole[end - 1 : end] not in (b"\n", b"\r"):
            assert got.notices, end


def test_an_old_workbook_reads_like_a_new_one(parse: Any, tubes: list[str]) -> None:
    head = [["Block Type", "96fast"], ["Experiment Name", "me 9"], [""]]
    names = ["Well", "Sample Name", "Target Name", "Task", CYRILLIC]
    content = xls({
        "Sample Setup": [*head, names[:4], ["A1", tubes[0], "N", "UNKNOWN"]],
        "Results": [*head, names, ["A1", float(tubes[0]), "N", "UNKNOWN", 24.105],
                    ["A2", tubes[1], "N", "UNKNOWN", "Undetermined"],
                    ["H12", "NTC", "N", "NTC", "Undetermined"]],
    })  # fmt: skip
    got = parse(content)
    assert got.format == "quantstudio-book"
    first, second, control = got.readings
    assert (first.well, first.sample, first.ct) == ("A1", tubes[0], "24.105")
    assert (second.sample, second.undetermined) == (tubes[1], True)
    assert control.role is Role.NEGATIVE
    for end in range(600, len(content) - 2048, 1331):
        cut = parse(content[:end])
        assert (cut.readings, bool(cut.notices)) == ([], True), end
