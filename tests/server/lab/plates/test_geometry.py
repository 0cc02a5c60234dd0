"""Wells: their names, their numbers, the order of filling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.lab.plates.geometry import RACKS, SHAPES, Fill, NoSuchWell, Shape
from server.lab.plates.templates import CONTROLS, TEMPLATES

shapes = st.sampled_from([*SHAPES.values(), *RACKS.values()])


@given(shapes, st.data())
def test_every_way_of_writing_a_well_leads_back_to_it(shape: Shape, data: st.DataObject) -> None:
    well = data.draw(st.integers(0, shape.size - 1))
    name = shape.name(well)
    spaced = f" {name[0].lower()} {name[1:]} "
    for text in (name, shape.name(well, padded=True), spaced, str(well + 1)):
        assert shape.well(text) == well


@given(shapes, st.text(max_size=6))
def test_what_names_no_well_is_refused(shape: Shape, text: str) -> None:
    try:
        well = shape.well(text)
    except NoSuchWell:
        return
    assert 0 <= well < shape.size


@pytest.mark.parametrize("text", ["I1", "A13", "A0", "A00", "0", "97", "", "A", "AA1", "A1.5", "①"])
def test_a_plate_of_96_has_no_such_well(text: str) -> None:
    with pytest.raises(NoSuchWell):
        SHAPES[96].well(text)


@given(shapes, st.sampled_from(Fill))
def test_the_order_of_filling_visits_every_well_once(shape: Shape, fill: Fill) -> None:
    assert sorted(shape.order(fill)) == list(range(shape.size))


def test_rows_and_columns_go_as_people_pipette() -> None:
    names = [SHAPES[96].name(well) for well in SHAPES[96].order(Fill.COLUMNS)[:9]]
    assert names == ["A1", "B1", "C1", "D1", "E1", "F1", "G1", "H1", "A2"]
    assert SHAPES[384].name(SHAPES[384].order(Fill.ROWS)[24]) == "B1"


@given(shapes, st.sampled_from(Fill), st.data())
def test_the_next_free_well_is_free_and_none_before_it_is(
    shape: Shape, fill: Fill, data: st.DataObject
) -> None:
    taken = data.draw(st.sets(st.integers(0, shape.size - 1)))
    found = shape.next_free(fill, taken)
    order = shape.order(fill)
    before = order if found is None else order[: order.index(found)]
    assert found not in taken
    assert set(before) <= taken


def test_every_template_fits_its_plate() -> None:
    for template in TEMPLATES.values():
        wells = [SHAPES[template.size].well(name) for name, _ in template.controls]
        assert len(set(wells)) == len(wells)
        assert {control for _, control in template.controls} <= CONTROLS.keys()
