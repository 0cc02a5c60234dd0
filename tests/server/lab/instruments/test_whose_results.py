"""Each result of a message reaches the tube that is named for it, or no tube at all."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.lab.instruments.reasons import Why

PROPERTY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# Segments of one specimen, by how a message names it; `{t}` is its tube, or another machine's id.
LAYOUTS = {
    "ORU^R01": ("PID|1||{t}", "OBR|1||X{n}", "{obx}"),
    "ORU^R01^1": ("PID|1||55", "ORC|RE||||", "OBR|1||{t}", "{obx}"),
    "ORU^R01^2": ("ORC|RE|||{t}", "OBR|1||X{n}", "{obx}"),
    "ORU^R01^3": ("PID|1||55", "OBR|1||X{n}", "{obx}", "SPM|1|{t}"),
    "ORU^R01^4": ("SPM|1|{t}", "OBR|1||X{n}", "{obx}"),  # before its order, as some have it
    "OUL^R21": ("SAC|||{t}", "OBR|1||X{n}", "{obx}"),
    "OUL^R22": ("SPM|1|{t}", "SAC|||77", "OBR|1||X{n}", "ORC|RE", "{obx}"),
    "OUL^R22^1": ("SPM|1", "SAC|||{t}", "OBR|1||X{n}", "{obx}"),
    "OUL^R22^2": ("OBR|1||{t}", "ORC|RE", "{obx}"),
    "OUL^R23": ("SAC|||{t}", "INV|A", "OBR|1||X{n}", "{obx}"),
    "OUL^R24": ("OBR|1||X{n}", "ORC|RE", "{obx}", "SPM|1|{t}", "SAC|||"),
}


def head(kind: str) -> str:
    return f"MSH|^~\\&|M|S|||20261126||{'^'.join(kind.split('^')[:2])}|1|P|2.5.1"


@st.composite
def drawn(draw: st.DrawFn) -> tuple[str, list[tuple[int, int, bool]]]:
    """A layout, and of each specimen: its tube (0: no tube of ours), its results, a new message."""
    kind = draw(st.sampled_from(sorted(LAYOUTS)))
    each = st.tuples(st.integers(0, 6), st.integers(0, 3), st.booleans())
    return kind, draw(st.lists(each, min_size=1, max_size=8))


@PROPERTY
@given(given_=drawn())
def test_a_result_of_an_hl7_message_never_reaches_another_tube(
    parse: Any, tubes: list[str], given_: tuple[str, list[tuple[int, int, bool]]]
) -> None:
    kind, specimens = given_
    lines, meant = [head(kind)], []
    for number, (tube, results, anew) in enumerate(specimens):
        if anew:
            lines.append(head(kind))
        named = tubes[tube] if tube else f"P{number}-{number}"
        targets = [f"G{number}x{at}" for at in range(results)]
        meant += [(target, named if tube else "") for target in targets]
        obx = "\r".join(f"OBX|1|ST|{target}||Positive||||||F" for target in targets)
        found = (each.format(t=named, n=number, obx=obx) for each in LAYOUTS[kind])
        lines += filter(None, found)
    got = parse("\r".join(lines) + "\r")
    said = {(each.target, each.sample if each.sample in tubes else "") for each in got.readings}
    assert said == set(meant)


def test_the_second_patient_of_a_file_is_not_the_first(parse: Any, tubes: list[str]) -> None:
    patient = "PID|1||{}\rOBR|1||X|SARS\rOBX|1|ST|N||{}||||||F\r"
    for first, second in ((tubes[0], tubes[1]), ("VN-123456", tubes[1]), (tubes[0], "VN-123456")):
        for between in ("", f"{head('ORU^R01')}\r", f"\x0b{head('ORU^R01')}\r"):
            end = "\x1c\r" if "\x0b" in between else ""
            both = patient.format(first, "-") + between + patient.format(second, "+") + end
            got = parse(f"{head('ORU^R01')}\r{both}")
            said = {(each.sample, each.call) for each in got.readings if each.sample in tubes}
            assert said == {(each, call) for each, call in ((first, "-"), (second, "+"))
                            if each in tubes}  # fmt: skip


def test_a_message_that_lost_its_beginning_leaves_its_results_to_nobody(
    parse: Any, tubes: list[str]
) -> None:
    whole = f"\x0b{head('ORU^R01')}\rPID|1||{tubes[0]}\rOBR|1||X\rOBX|1|ST|N||-||||||F\r\x1c\r"
    got = parse(f"{whole}\x0bOBX|1|ST|N||+||||||F\r\x1c\r")
    assert ([each.call for each in got.readings], got.why) == (["-"], [Why.NO_SAMPLE])


@pytest.mark.parametrize(
    "lines",
    [
        ("OUL^R23", "SPM|1|{}", "SAC|||{}", "OBR|1||X"),
        ("OUL^R22", "SPM|1", "SAC|||{}", "SAC|||{}", "OBR|1||X"),
        ("OUL^R22", "SPM|1|{}", "OBR|1||{}"),
        ("ORU^R01", "OBR|1|{}|{}"),
        ("ORU^R01", "SAC|||{}", "OBR|1||X", "SAC|||{}"),
    ],
)
def test_results_named_for_two_tubes_are_of_neither(
    parse: Any, tubes: list[str], lines: tuple[str, ...]
) -> None:
    obx = [f"OBX|{at}|ST|{target}||Negative||||||F" for at, target in enumerate(("N", "ORF"))]
    named = "\r".join(lines[1:]).format(*tubes)
    content = "\r".join((head(lines[0]), named, *obx, ""))
    got = parse(content)
    if lines[-1].startswith("SAC"):  # the second begins what comes after it
        assert [each.sample for each in got.readings] == [tubes[1]] * 2
        return
    assert (got.readings, got.why) == ([], [Why.SEVERAL_TUBES] * 2)
    # And both are held back.
    assert [each.sample for each in got.unread] in (tubes[:2], tubes[1::-1])


@pytest.mark.parametrize(
    ("kind", "value", "ct", "silent", "why"),
    [
        ("SN", "^24.1", "24.1", False, None),
        ("SN", "=^24.1", "24.1", False, None),
        ("SN", ">^37", "", False, Why.BAD_CT),
        ("SN", "<^15", "", False, Why.BAD_CT),
        ("SN", ">=^37", "", False, Why.BAD_CT),
        ("SN", ">^40", "", True, None),
        ("SN", "^20^-^30", "", False, Why.SEVERAL_VALUES),
        ("SN", "^1^:^30", "", False, Why.SEVERAL_VALUES),
        ("SN", "^30^+", "", False, Why.SEVERAL_VALUES),
        ("NM", ">37", "", False, Why.BAD_CT),
        ("NM", "24.1~Undetermined", "", False, Why.SEVERAL_VALUES),
        ("NM", "24.1^37", "", False, Why.SEVERAL_VALUES),
        ("ST", "Negative~Positive", "", False, Why.SEVERAL_VALUES),
        ("NM", "24.1~24.1~", "24.1", False, None),
    ],
)
def test_a_value_keeps_its_comparator_and_is_never_one_of_several(
    parse: Any, tubes: list[str], kind: str, value: str, ct: str, *, silent: bool, why: Why | None
) -> None:
    got = parse(f"{head('ORU^R01')}\rOBR|1||{tubes[0]}\rOBX|1|{kind}|N||{value}|Ct|||||F\r")
    said = [(each.ct, each.undetermined, each.call) for each in got.readings]
    assert (said, got.why) == (([], [why]) if why else ([(ct, silent, "")], []))
    assert {each.sample for each in got.unread} <= {tubes[0]}  # which is held back


@pytest.mark.parametrize("end", ["\n", ""])
def test_the_last_row_of_a_filters_table_is_of_that_filter(
    parse: Any, tubes: list[str], end: str
) -> None:
    filters = ("FAM (465-510)", "HEX (533-580)")
    table = "Experiment: m  Selected Filter: {}\nInclude\tPos\tName\tCp\tStatus\n{}"
    rows = "\n".join(f"True\tA{at}\t{tube}\t2{at}\tok" for at, tube in enumerate(tubes[:2], 1))
    got = parse("\n".join(table.format(each, rows) for each in filters) + end)
    assert [(each.target, each.sample) for each in got.readings][:3] == [
        (filters[0], tubes[0]), (filters[0], tubes[1]), (filters[1], tubes[0]),
    ]  # fmt: skip


def test_a_row_without_a_tube_holds_back_the_one_above(parse: Any, tubes: list[str]) -> None:
    merged = parse(f"Mã ống;Gen;Ct;KQ\n{tubes[0]};N;-;Âm\n;ORF1ab;24;Dương\n{tubes[1]};N;-;Âm\n")
    assert [(each.sample, each.reason) for each in merged.unread] == [(tubes[0], Why.NO_SAMPLE)]
    wells = parse(f"Giếng;Mã ống;Gen;Ct\nA1;{tubes[0]};N;24\nA2;;N;24\n")
    assert [each.sample for each in wells.unread] == [""]


def test_a_stray_quote_never_joins_the_rows_of_two_tubes(parse: Any, tubes: list[str]) -> None:
    rows = f'{tubes[0]};"N;24.1;Dương\n{tubes[1]};N";31;Âm\n{tubes[2]};N;30;Dương\n'
    got = parse(f"Mã ống;Gen;Ct;KQ\n{rows}")
    assert ([each.sample for each in got.readings], got.why) == ([tubes[2]], [Why.SHORT_ROW])


def test_what_stands_last_in_a_broken_message_is_half_a_tube(parse: Any, tubes: list[str]) -> None:
    first, second = (f"OBR|1||{tube}\rOBX|1|ST|N||Negative||||||F\r" for tube in tubes[:2])
    broken = f"\x0b{head('ORU^R01')}\r{first}{second}"
    for rest in ("", f"\x0b{head('ORU^R01')}\r\x1c\r"):
        got = parse(broken + rest)
        assert [each.sample for each in got.readings] == [tubes[0]]
        assert [(each.sample, each.reason) for each in got.unread] == [(tubes[1], Why.BROKEN_OFF)]
    torn = parse(f"{broken}OBX|2|ST|ORF||Pos")
    assert (tubes[1], Why.SHORT_ROW) in {(each.sample, each.reason) for each in torn.unread}


def test_an_order_that_is_not_finished_makes_its_results_preliminary(
    parse: Any, tubes: list[str]
) -> None:
    for order, result, final in (
        ("P", "", False), ("A", "", False), ("F", "", True), ("", "", True), ("", "S", False),
        ("P", "F", True), ("F", "P", False),
    ):  # fmt: skip
        obr = f"OBR|1||{tubes[0]}|N{'|' * 21}{order}"
        got = parse(f"{head('ORU^R01')}\r{obr}\rOBX|1|ST|N||Negative||||||{result}\r")
        assert (len(got.readings), got.why) == ((1, []) if final else (0, [Why.PRELIMINARY]))
