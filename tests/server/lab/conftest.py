"""A machine's run as a test writes it: readings, controls, and the assay that reads them."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from contract.tubes import Tube
from server.lab import assay_versions, runs
from server.lab.measured import Role
from server.lab.run_models import Run
from server.lab.services import receive_tube

CODE = "sars-cov-2-n-orf1ab"
LAN, MINH = "user:lan", "user:minh"
NEGATIVE, POSITIVE = ("", "", "25.1"), ("24.10", "25.3", "26")
CONTROLS = {
    "H10": (Role.NEGATIVE, "NTC", ("", "", "")),
    "H11": (Role.POSITIVE, "PC", ("27.1", "28", "")),
    "H12": (Role.EXTRACTION, "EC", ("", "Undetermined", "")),
}
Cts = tuple[str, str, str]
RecordRun = Callable[..., Run]


def rows_of(tubes: Mapping[Tube, Cts], ntc: str) -> list[runs.Row]:
    wells = {f"A{n}": (Role.SAMPLE, t.text, cts) for n, (t, cts) in enumerate(tubes.items(), 1)}
    held = {**CONTROLS, "H10": (Role.NEGATIVE, "NTC", (ntc, "", ""))}
    cells = [
        (well, role, sample, target, ct)
        for well, (role, sample, cts) in {**wells, **held}.items()
        for target, ct in zip(("N", "ORF1ab", "RNase P"), cts, strict=True)
    ]
    return [
        runs.Row(n, well, sample, target, ct, role)
        for n, (well, role, sample, target, ct) in enumerate(cells, 1)
    ]


@pytest.fixture
def record() -> RecordRun:
    """Record a run of *tubes* (tube -> Ct of N, ORF and RP); *ntc* spoils its negative control."""

    def recorded(
        scene: Any, tubes: Mapping[Tube, Cts], *, ntc: str = "", plate: str = "P1", lab: str = ""
    ) -> Run:
        session, now = scene.session, scene.now
        assay = assay_versions.version_in_use(session, CODE, now=now)
        sheet = runs.Sheet(assay, "QS5", plate, lab=lab, operator="Chị Máy", source="import:1")
        return runs.record_run(session, sheet, rows_of(tubes, ntc), by=LAN, now=now)

    return recorded


@pytest.fixture
def paired(request: Any) -> Callable[[Any], Tube]:
    """A tube that was given to somebody and received."""

    def fresh(scene: Any, series: int = 26, people: int = 1) -> Tube:
        tube: Tube = scene.tube(series)
        for number in range(people):
            scene.pair(tube, scene.person(f"Lê Văn {tube.text[-4:]} {number}"))
        receive_tube(scene.session, tube, box="H1", by=LAN, now=scene.now)
        return tube

    return fresh


@pytest.fixture
def in_a_row(scene: Any) -> list[Tube]:
    """Six tubes in a row; all but the last were given to somebody at one table."""
    tubes = [scene.tube() for _ in range(6)]
    for tube in tubes[:-1]:
        scene.pair(tube, scene.person())
    return tubes
