"""Files of real machines, where they stand beside the repository; they are not ours to copy."""

from pathlib import Path
from typing import Any

import pytest

from server.lab.instruments.readings import Role
from server.lab.instruments.reasons import Why

NEAR = (Path(__file__).parents[up] / "shared" / "data" / "instruments" for up in (5, 6))
SAMPLES = next(filter(Path.is_dir, NEAR), Path("none"))
FILES = sorted(SAMPLES.glob("*/*"))
COUNTS = {
    "appbio_quantstudio_example01.txt": ("quantstudio", 16),
    "appbio_quantstudio_example03.txt": ("quantstudio", 192),
    "appbio_quantstudio_example06.txt": ("quantstudio", 9),
    "appbio_quantstudio_minimal_test01.txt": ("quantstudio", 2),
    "example_quantsudio_results_only.txt": ("quantstudio", 18),
    "appbio_quantstudio_example08.xlsx": ("quantstudio-book", 36),
    "appbio_quantstudio_design_quantity_test.xlsx": ("design-analysis", 8),
    "appbio_quantstudio_designandanalysis_Diomni_v4.3_Presence_Absence.xlsx": (
        "design-analysis",
        8,
    ),
    "appbio_quantstudio_designandanalysis_QS7Pro_Presence_and_Absence_autoexport.xls": (
        "design-analysis",
        189,
    ),
    "appbio_quantstudio_designandanalysis_QS7Pro_Primary_Analysis_example18.xlsx": (
        "design-analysis",
        12,
    ),
    "cfx_maestro_example01.csv": ("cfx", 48),
    "genexpert.txt": ("astm", 40),
    "cobas_c111.txt": ("astm", 0),
    "sysmex_xp100.txt": ("astm", 0),
    "spotchem_el.txt": (None, 0),
}


@pytest.mark.skipif(not FILES, reason="the machines' files are not beside this repository")
def test_every_real_file_is_read_or_refused_with_a_number(parse: Any) -> None:
    for path in FILES:
        got = parse(path.read_bytes())
        assert got.readings or got.unread or got.notices, path.name
        if path.name in COUNTS:
            assert (got.format, len(got.readings)) == COUNTS[path.name], path.name


@pytest.mark.skipif(not FILES, reason="the machines' files are not beside this repository")
def test_real_files_say_what_people_see_in_them(parse: Any) -> None:
    diomni = parse((SAMPLES / "qpcr" / list(COUNTS)[7]).read_bytes())
    first, second, *_ = diomni.readings
    assert (first.target, first.call, second.ct, second.call) == (
        "Globin", "NEGATIVE", "39.54", "POSITIVE",
    )  # fmt: skip
    assert {each.role for each in diomni.readings} == {Role.SAMPLE, Role.NEGATIVE, Role.POSITIVE}
    xpert = parse((SAMPLES / "astm" / "genexpert.txt").read_bytes())
    assert {each.sample for each in xpert.readings} == {"PR25A137"}
    assert any((each.target, each.ct) == ("SPC", "24.7") for each in xpert.readings)
    blood = parse((SAMPLES / "hl7v2" / "LAB-ORU-1.hl7").read_bytes())
    assert not blood.readings  # grams and litres are no Ct
    assert Why.NOT_FINAL in blood.notices


@pytest.mark.skipif(not FILES, reason="the machines' files are not beside this repository")
def test_no_cut_of_a_real_file_breaks_the_reader(parse: Any) -> None:
    for path in FILES:
        content = path.read_bytes()
        for part in (3, 7, 50, 90):
            parse(content[: len(content) * part // 100])
