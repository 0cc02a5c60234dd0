"""RDML that unpacks to millions of elements: nothing of them stays, and there is an end to them."""

from io import BytesIO
from typing import Any

import pytest

from server.lab.instruments import rdml
from server.lab.instruments.reasons import Why
from tests.server.lab.instruments.test_messages import RDML, packed

JUNK = "<x><y/>z</x>" * 500 + "<cq/>" * 500


def test_what_nobody_looks_at_is_let_go_of() -> None:
    xml = f"<rdml>{JUNK}<run><react>{JUNK}<data><cq>1</cq>{JUNK}</data></react>{JUNK}</run></rdml>"
    left = {}
    for element in rdml.elements(BytesIO(xml.encode())):
        if element.tag in {"run", "rdml"}:
            left[element.tag] = len(element)
    assert left == {"run": 0, "rdml": 0}


def test_junk_around_readings_changes_nothing(parse: Any, tubes: list[str]) -> None:
    xml = RDML.format(tube=tubes[0])
    for place in ("<sample", "<react", "<data", "<tar", "</react", "</run"):
        junk = "<x/>" if place == "<tar" else JUNK
        got = parse(packed(xml.replace(place, junk + place)))
        assert [each.ct for each in got.readings] == ["24.105", ""], place


@pytest.mark.parametrize(
    "xml",
    [
        "<rdml>" + "<x>" * 100 + "</x>" * 100 + "</rdml>",
        "<rdml><react>" + "<data/>" * 10_001 + "</react></rdml>",
    ],
)
def test_what_no_run_has_is_too_much(parse: Any, xml: str) -> None:
    assert Why.TOO_LARGE_INSIDE in parse(packed(xml)).notices


def test_there_is_an_end_to_elements() -> None:
    with pytest.raises(rdml.TooMuch):
        list(rdml.elements(BytesIO(b"<rdml>" + b"<x/>" * 101 + b"</rdml>"), most=100))
