"""The ladder climbs, and its curves are well-formed pictures."""

from xml.etree import ElementTree as Tree

from benchmarks.sight_curves import Curve, drawn
from benchmarks.sight_ladder import LADDERS, Ladder, climbed


def test_an_easy_step_reads_and_an_impossible_one_does_not() -> None:
    size = next(each for each in LADDERS if each.name == "module size")
    curve, wrong = climbed(Ladder(size.name, size.unit, (0.5, 4.0), size.step), 1)
    assert list(curve.ours) == [0.0, 1.0]
    assert wrong == 0


def test_curves_are_drawn_as_well_formed_svg() -> None:
    curve = Curve("tilt < 90", "degrees", (10, 20), (1.0, 0.5), (1.0, 0.0))
    root = Tree.fromstring(drawn([curve] * 4))  # noqa: S314  (our own text)
    assert root.tag.endswith("svg")
    assert len(list(root.iter("{http://www.w3.org/2000/svg}polyline"))) == 8
