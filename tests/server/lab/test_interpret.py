"""What readings suggest and whether controls hold: total, and never negative by silence."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.lab.assay import Assay, BadAssay, Target, parse
from server.lab.interpret import Reason, controls, interpret
from server.lab.measured import Measured, Role, UnreadableCt, Well, ct_value
from server.lab.words import Call

SHIPPED = sorted(Path(__file__).parents[3].glob("server/lab/assays/*.toml"))
ASSAYS = [parse(path.read_text(encoding="utf-8")) for path in SHIPPED]
NORF = next(assay for assay in ASSAYS if assay.code == "sars-cov-2-n-orf1ab")
CTS = st.sampled_from(
    [
        "",
        "Undetermined",
        "NaN",
        "0",
        "12.5",
        "24,1",
        "36.9",
        "37.0",
        "38.20",
        "40",
        "41.7",
        "##",
        "-3",
    ]
)


def names(assay: Assay) -> list[str]:
    known = [*assay.targets, *([assay.internal] if assay.internal else [])]
    return [name for each in known for name in (each.name, *each.aliases)]


@st.composite
def measured(draw: st.DrawFn) -> tuple[Assay, list[Measured]]:
    assay = draw(st.sampled_from(ASSAYS))
    target = st.sampled_from([*names(assay), "HEX", ""])
    return assay, draw(st.lists(st.builds(Measured, target, CTS), max_size=8))


def value(text: str) -> float | None:
    try:
        return ct_value(text)
    except UnreadableCt:
        return None


@given(measured())
def test_a_negative_is_never_said_in_silence(case: tuple[Assay, list[Measured]]) -> None:
    assay, readings = case
    if interpret(readings, assay).call is not Call.NEGATIVE:
        return
    for target in assay.targets:
        found = [r.ct for r in readings if assay.target(r.target) == target]
        limit = max(target.detected_to, target.doubtful_to)
        assert found
        assert all((ct_value(text) or 99) > limit for text in found)
    internal = [r.ct for r in readings if assay.target(r.target) == assay.internal]
    assert any(value(text) is not None for text in internal)


@given(measured())
def test_a_positive_has_a_target_that_rose(case: tuple[Assay, list[Measured]]) -> None:
    assay, readings = case
    rose = [
        r for r in readings
        if isinstance(target := assay.target(r.target), Target)
        and (value(r.ct) or 99) <= target.detected_to
    ]  # fmt: skip
    assert interpret(readings, assay).call is not Call.POSITIVE or rose


@given(measured(), st.randoms())
def test_the_order_of_readings_does_not_matter(
    case: tuple[Assay, list[Measured]], chance: object
) -> None:
    assay, readings = case
    assert interpret(readings, assay).call == interpret(readings[::-1], assay).call


@given(measured())
def test_one_unreadable_ct_of_a_target_makes_the_tube_invalid(
    case: tuple[Assay, list[Measured]],
) -> None:
    assay, readings = case
    spoilt = [*readings, Measured(assay.targets[0].name, "##")]
    assert interpret(spoilt, assay).call is Call.INVALID


@pytest.mark.parametrize(
    ("n", "orf", "rp", "call"),
    [
        ("24.1", "25", "26", Call.POSITIVE),
        ("24.1", "25", "", Call.POSITIVE),
        ("36", "Undetermined", "26", Call.INCONCLUSIVE),
        ("39.5", "", "26", Call.INCONCLUSIVE),
        ("", "NaN", "26,4", Call.NEGATIVE),
        ("41", "", "26", Call.NEGATIVE),
        ("", "", "", Call.INVALID),
        ("", "", "39", Call.INVALID),
    ],
)
def test_the_shipped_assay_calls_as_its_rules_read(n: str, orf: str, rp: str, call: Call) -> None:
    readings = [Measured("N gene", n), Measured("ORF1ab", orf), Measured("RNase P", rp)]
    assert interpret(readings, NORF).call is call


def test_replicates_that_differ_are_a_doubt_and_a_missing_target_is_invalid() -> None:
    pair = [Measured("N", "30"), Measured("N", ""), Measured("ORF", ""), Measured("RP", "25")]
    assert interpret(pair, NORF).call is Call.INCONCLUSIVE
    assert Reason("missing", "N") in interpret(pair[2:], NORF).reasons
    assert interpret(pair[2:], NORF).call is Call.INVALID


def plate(ntc: str = "", pc: str = "28", extraction: str = "") -> list[Well]:
    held = [
        ("H10", Role.NEGATIVE, ntc),
        ("H11", Role.POSITIVE, pc),
        ("H12", Role.EXTRACTION, extraction),
    ]
    return [Well(p, role, "", (Measured("N", ct), Measured("ORF", ct))) for p, role, ct in held]


def test_controls_hold_when_each_is_there_and_does_what_it_must() -> None:
    assert controls(plate(), NORF).passed


@pytest.mark.parametrize(
    ("wells", "code"),
    [
        ([], "no-negative"),
        (plate()[1:], "no-negative"),
        (plate()[:1], "no-positive"),
        (plate(ntc="36.1"), "control-rose"),
        (plate(pc=""), "control-silent"),
        (plate(pc="38"), "control-outside"),
        (plate(pc="10"), "control-outside"),
        (plate(extraction="39.9"), "control-rose"),
        (plate(ntc="?"), "control-unreadable"),
        ([*plate(), Well("A1", Role.NEGATIVE, "")], "control-unmeasured"),
    ],
)
def test_a_run_fails_by_one_control(wells: list[Well], code: str) -> None:
    verdict = controls(wells, NORF)
    assert not verdict.passed
    assert code in {reason.code for reason in verdict.reasons}


@given(st.permutations(plate(ntc="35")))
def test_the_order_of_wells_does_not_matter(wells: list[Well]) -> None:
    assert controls(wells, NORF) == controls(plate(ntc="35"), NORF)


SOUND = SHIPPED[1].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("internal = true\n", ""),
        ("detected = 2\n", ""),
        ('role = "positive"', 'role = "sample"'),
        ('role = "positive"', 'role = "negative"'),
        ("lowest = 15.0", "lowest = 36.0"),
        ("doubtful_to = 40.0", "doubtful_to = 30.0"),
        ('name = "ORF"', 'name = "n"'),
        ('code = "', 'kode = "'),
        ("detected_to = 37.0", 'detected_to = "37"'),
    ],
)
def test_a_definition_that_cannot_be_right_is_refused(was: str, becomes: str) -> None:
    assert was in SOUND
    with pytest.raises(BadAssay):
        parse(
            SOUND.replace(was, becomes, 1)
            if was != "internal = true\n"
            else SOUND.replace(was, becomes)
        )
