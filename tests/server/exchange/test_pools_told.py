"""What receivers hear of a pool: who is in it by what holds now, and nothing of anybody alone."""

from typing import Any

import pytest

from server.exchange.bundle import parts
from server.exchange.codes import codes
from server.exchange.document import document
from server.exchange.gathering import told_of
from server.lab.words import Call
from server.outcomes import queries

pytestmark = pytest.mark.engines

CODES = codes("none")


def told(day: Any, tube: Any) -> list[Any]:
    with day.database.read() as session:
        return [told_of(session, each) for each in queries.versions_of(session, tube)]


def resources(each: Any, kind: str) -> list[Any]:
    return [part.resource for part in parts(each, CODES) if part.type == kind]


def test_a_pool_that_asks_again_tells_a_number_of_nobody_and_counts_whoever_is_still_in_it(
    day: Any,
) -> None:
    tube, members = day.pair("Lê Văn An", "Trần Thị Bình", "Phạm Văn Cường", pool=True)
    day.void(members[2])
    day.release(tube, Call.POSITIVE, ct_n="24.1")
    for each in told(day, tube):
        assert (each.status, set(each.sampled.members)) == (
            "resample", {members[0].id, members[1].id},
        )  # fmt: skip
        assert document(each).cts == ()
        assert [found["quantity"] for found in resources(each, "Group")] == [2]
        assert all("component" not in found for found in resources(each, "Observation"))


def test_whoever_is_undone_after_a_pool_was_told_is_no_part_of_it(day: Any) -> None:
    tube, members = day.pair("Lê Văn An", "Trần Thị Bình", pool=True)
    day.release(tube, Call.NEGATIVE, ct_n="")
    day.void(members[1])
    [own] = [each for each in told(day, tube) if each.status == "withdrawn"]
    assert own.sampled.pairing == members[1].id
    assert own.sampled.pool
    pooled = [each for each in resources(own, "Specimen") if "parent" in each]
    assert [len(each["parent"]) for each in pooled] == [1]
    assert [each["quantity"] for each in resources(own, "Group")] == [1]


def test_a_finding_of_one_person_has_its_ct_until_it_is_taken_back(day: Any) -> None:
    tube, (pairing,) = day.pair("Lê Văn An")
    day.release(tube, Call.POSITIVE, ct_n="24.1")
    day.void(pairing)
    assert [(each.status, document(each).cts) for each in told(day, tube)] == [
        ("positive", (("N", "24.1"),)), ("withdrawn", ()),
    ]  # fmt: skip
