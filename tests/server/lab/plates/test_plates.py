"""Plates filled by scanning, mended, locked, and keyed."""

import csv
from typing import Any

import pytest

from contract.tubes import TubeId
from server.errors import BadInput
from server.lab import queries as lab
from server.lab import refusals as lab_refusals
from server.lab.measured import Measured
from server.lab.plates import keying, layouts, queries, refusals, services
from server.lab.plates.geometry import SHAPES, Fill
from server.lab.plates.layouts import FORMATS, Entry, Layout, Target
from server.lab.services import Finding, receive_tube, reject_tube
from server.lab.words import Call, Rejection

LAN: dict[str, Any] = {"by": "user:lan"}
HELD = {"G12": Finding(Call.NEGATIVE), "H12": Finding(Call.POSITIVE)}  # the controls of "96-two"


def plate_of(scene: Any, template: str = "96-two", fill: Fill = Fill.COLUMNS) -> Any:
    return services.new_plate(scene.session, template, fill, title="", now=scene.now, **LAN)


def received(scene: Any, series: int = 26) -> Any:
    tube = scene.tube(series)
    receive_tube(scene.session, tube, box="H1", now=scene.now, **LAN)
    return tube


def put(scene: Any, plate: Any, tube: Any, at: str = "") -> str:
    said = {"at": at, "now": scene.now, **LAN}
    return services.place_tube(scene.session, plate.id, tube, **said).name


def filled(scene: Any, count: int) -> tuple[Any, list[Any]]:
    plate, tubes = plate_of(scene), [received(scene) for _ in range(count)]
    for tube in tubes:
        put(scene, plate, tube)
    return plate, tubes


def test_a_plate_fills_in_its_order_around_its_controls(scene: Any) -> None:
    plate = plate_of(scene)
    names = [put(scene, plate, received(scene, series)) for series in [26] * 93 + [90]]
    assert names[:2] == ["A1", "B1"]
    assert names[-1] == "F12", "the controls' wells stay theirs; a pool's tube is a sample"
    with pytest.raises(refusals.PlateFull):
        put(scene, plate, received(scene))


def test_filling_goes_on_behind_the_last_well_that_was_chosen(scene: Any) -> None:
    plate = plate_of(scene)
    assert put(scene, plate, received(scene), "C5") == "C5"
    assert put(scene, plate, received(scene)) == "D5"


def test_a_tube_stands_once_on_a_plate_and_on_one_open_plate(scene: Any) -> None:
    plate, (tube,) = filled(scene, 1)
    with pytest.raises(refusals.TubeOnPlate, match="A1"):
        put(scene, plate, tube)
    with pytest.raises(refusals.TubeOnPlate, match=plate.id):
        put(scene, plate_of(scene), tube)
    services.lock(scene.session, plate.id, now=scene.now, **LAN)
    assert put(scene, plate_of(scene), tube) == "A1", "a rerun of a plate that went to the machine"


def test_only_what_was_received_and_not_rejected_is_pipetted(scene: Any) -> None:
    plate = plate_of(scene)
    with pytest.raises(refusals.TubeNotReceived):
        put(scene, plate, scene.tube())
    tube = received(scene)
    reject_tube(scene.session, tube, Rejection.LEAKING, now=scene.now, **LAN)
    with pytest.raises(lab_refusals.TubeRejected):
        put(scene, plate, tube)
    with pytest.raises(refusals.WellTaken):
        put(scene, plate, received(scene), "H12")


def test_wells_are_moved_swapped_and_cleared_until_the_plate_is_locked(scene: Any) -> None:
    plate, (first, second) = filled(scene, 2)
    said = {"now": scene.now, **LAN}
    assert services.move(scene.session, plate.id, "A1", "B1", **said)
    assert not services.move(scene.session, plate.id, "B1", "C7", **said)
    services.clear(scene.session, plate.id, "a1", **said)
    cells = {cell.name: cell.tube for cell in queries.cells_of(scene.session, plate) if cell.tube}
    assert cells == {"C7": first}
    assert second not in cells.values()
    services.lock(scene.session, plate.id, **said)
    for change in (
        lambda: services.move(scene.session, plate.id, "C7", "A1", **said),
        lambda: services.clear(scene.session, plate.id, "C7", **said),
        lambda: put(scene, plate, received(scene)),
    ):
        with pytest.raises(refusals.PlateLocked):
            change()


def test_a_plate_with_results_stays_locked(scene: Any) -> None:
    plate, _ = filled(scene, 2)
    said = {"now": scene.now, **LAN}
    with pytest.raises(refusals.PlateOpen):
        keying.enter_calls(scene.session, plate.id, {}, others=None, **said)
    services.lock(scene.session, plate.id, **said)
    services.unlock(scene.session, plate.id, **said)
    services.lock(scene.session, plate.id, **said)
    keying.enter_calls(
        scene.session, plate.id, HELD | {"A1": Finding(Call.NEGATIVE)}, others=None, **said
    )
    with pytest.raises(refusals.PlateInUse):
        services.unlock(scene.session, plate.id, **said)


def test_the_others_are_negative_only_for_who_counted_them(scene: Any) -> None:
    plate, tubes = filled(scene, 5)
    said = {"now": scene.now, **LAN}
    services.lock(scene.session, plate.id, **said)
    positive = HELD | {
        "B1": Finding(Call.POSITIVE, (Measured("N", "24.1"), Measured("ORF", "25.0")))
    }
    with pytest.raises(BadInput, match="4 are empty"):
        keying.enter_calls(scene.session, plate.id, positive, others=5, **said)
    assert lab.results_of(scene.session, tubes[1]) == [], "nothing was saved"
    keyed = keying.enter_calls(scene.session, plate.id, positive, others=4, **said)
    assert (keyed.entered, keyed.refused) == (5, ())
    calls = [lab.results_of(scene.session, tube)[0].call for tube in tubes]
    assert calls == ["negative", "positive", "negative", "negative", "negative"]


def test_a_well_that_cannot_be_keyed_does_not_stop_the_others(scene: Any) -> None:
    plate, (first, second) = filled(scene, 2)
    said = {"now": scene.now, **LAN}
    services.lock(scene.session, plate.id, **said)
    reject_tube(scene.session, first, Rejection.LEAKING, **said)
    calls = HELD | {name: Finding(Call.NEGATIVE) for name in ("A1", "B1", "C3")}
    keyed = keying.enter_calls(scene.session, plate.id, calls, others=None, **said)
    assert keyed.entered == 1
    assert [(name, why.code) for name, why in keyed.refused] == [
        ("A1", "tube-rejected"), ("C3", "well-taken"),
    ]  # fmt: skip
    assert [each.call for each in lab.results_of(scene.session, second)] == ["negative"]


@pytest.mark.parametrize("letter", ["X", "É", "1", "="])
def test_another_letter_is_no_call(letter: str) -> None:
    with pytest.raises(BadInput):
        keying.letter_of(letter)
    assert keying.letter_of(" n ") is Call.NEGATIVE


@pytest.mark.parametrize("size", [96, 384])
@pytest.mark.parametrize("form", FORMATS)
def test_every_sample_stands_in_the_machines_file_in_its_well(size: int, form: str) -> None:
    shape = SHAPES[size]
    entries = [Entry(well, TubeId.mint(26, well).text) for well in range(size - 1)]
    entries.append(Entry(size - 1, "NTC", "NTC"))
    targets = (Target("N", "FAM"), Target("ORF1ab", "VIC"))
    text = FORMATS[form].write(Layout("P-2026-0001", shape, entries, targets))
    assert text.endswith("\r\n")
    rows = list(csv.reader(text.splitlines(), delimiter="," if form in {"cfx", "csv"} else "\t"))
    for entry in (entries[0], entries[13], entries[-1]):
        name = shape.name(entry.well)
        wells = {name, str(entry.well + 1)}
        mine = [row for row in rows if entry.sample in row and len(row) > 2]
        assert len(mine) == (1 if form in {"cfx", "csv"} else 2)
        assert all(wells & set(row) or [name[0], name[1:]] == row[:2] for row in mine)


def test_the_quantstudio_file_has_the_columns_of_its_own_exports() -> None:
    layout = Layout("P-1", SHAPES[96], [Entry(12, "260000000182")], [Target("N", "FAM")])
    lines = layouts.FORMATS["quantstudio"].write(layout).splitlines()
    at = lines.index("[Sample Setup]")
    assert lines[at + 1].split("\t")[:3] == ["Well", "Well Position", "Sample Name"]
    assert lines[at + 2].split("\t")[:3] == ["13", "B1", "260000000182"]
