"""A machine's file from before an arrival was taken back says nothing of the tube that comes."""

from typing import Any

import pytest
from sqlalchemy import select

from server.accounts.within import ANYWHERE
from server.lab import arrivals, queries, recalls, wells
from server.lab import services as lab
from server.lab.imports import queries as imports
from server.lab.instruments.reasons import Why
from server.lab.run_models import Run
from tests.server.lab.imports.conftest import csv_of
from tests.server.lab.imports.test_runs import ASSAY, NEGATIVE, POSITIVE, plate, results

LAN = "user:lan"


@pytest.mark.parametrize("assay", [ASSAY, ""])
def test_a_file_from_before_is_refused_for_it_and_a_new_one_is_taken(
    bring: Any, enter: Any, tubes: Any, database: Any, clock: Any, assay: str
) -> None:
    wrong, other = tubes["ready"], tubes["second"]
    said = [(wrong, "N", "24.1", "Dương tính"), (other, "N", "", "Âm tính")]
    content = plate((wrong, "mẫu", POSITIVE), (other, "mẫu", NEGATIVE)) if assay else csv_of(*said)
    old = bring(content)
    clock.advance(hours=1)
    with database.write() as session:
        said = {"reason": "quét nhầm ống", "by": LAN, "now": clock()}
        arrivals.withdraw(session, wrong, ANYWHERE, **said)
    clock.advance(hours=1)
    with database.write() as session:
        lab.receive_tube(session, wrong, box="H2", by=LAN, now=clock())
    for file in (enter(old, assay=assay), enter(bring(f"{content}\n"), assay=assay)):
        assert results(database) == {other: "negative"}, "nor exported once more"
        with database.read() as session:
            assert Why.TAKEN_BACK in {each.number for each in imports.told(session, file)}
    with database.read() as session:
        for run in session.scalars(select(Run)):
            assert not run.unconfirmed
            assert wrong not in {each.tube for each in wells.tubes_of(session, run)}
    enter(bring(plate((wrong, "mẫu", NEGATIVE), run="8")), assay=ASSAY)
    assert results(database) == {wrong: "negative", other: "negative"}
    with database.read() as session:
        [late] = queries.results_of(session, wrong)
        assert late.in_hand_at == clock()


@pytest.mark.parametrize("assay", [ASSAY, ""])
@pytest.mark.parametrize("ahead", [3, 60])
def test_a_file_that_a_clock_ahead_noted_later_is_of_before_all_the_same(
    bring: Any, enter: Any, tubes: Any, database: Any, clock: Any, assay: str, ahead: int
) -> None:
    wrong, other = tubes["ready"], tubes["second"]
    said = [(wrong, "N", "24.1", "Dương tính"), (other, "N", "", "Âm tính")]
    content = plate((wrong, "mẫu", POSITIVE), (other, "mẫu", NEGATIVE)) if assay else csv_of(*said)
    clock.advance(minutes=ahead)
    old = bring(content)
    clock.advance(minutes=1 - ahead)
    with database.write() as session:
        arrivals.withdraw(session, wrong, ANYWHERE, reason="quét nhầm ống", by=LAN, now=clock())
    clock.advance(minutes=1)
    with database.write() as session:
        lab.receive_tube(session, wrong, box="H2", by=LAN, now=clock())
    clock.advance(minutes=ahead)
    for file in (enter(old, assay=assay), enter(bring(f"{content}\n"), assay=assay)):
        assert results(database) == {other: "negative"}, "nor exported once more"
        with database.read() as session:
            assert Why.TAKEN_BACK in {each.number for each in imports.told(session, file)}


@pytest.mark.parametrize("assay", [ASSAY, ""])
def test_the_right_tube_is_read_after_a_result_went_with_its_mistaken_arrival(
    bring: Any, enter: Any, tubes: Any, database: Any, clock: Any, assay: str
) -> None:
    wrong, other = tubes["ready"], tubes["second"]
    words = (wrong, "N", "24.1", "Dương tính"), (other, "N", "", "Âm tính")
    old = plate((wrong, "mẫu", POSITIVE), (other, "mẫu", NEGATIVE)) if assay else csv_of(*words)
    enter(bring(old), assay=assay)
    clock.advance(hours=1)
    with database.write() as session:
        said = {"reason": "quét nhầm ống", "by": LAN, "now": clock()}
        assert arrivals.withdraw(session, wrong, ANYWHERE, **said).results == 1
    clock.advance(hours=1)
    with database.write() as session:
        lab.receive_tube(session, wrong, box="H2", by=LAN, now=clock())
    clock.advance(hours=1)
    anew = (
        plate((wrong, "mẫu", NEGATIVE), run="8") if assay else csv_of((wrong, "N", "", "Âm tính"))
    )
    enter(bring(anew), assay=assay)
    assert results(database) == {wrong: "negative", other: "negative"}


def test_a_run_that_is_withdrawn_orders_nothing_of_a_tube_that_went_before(
    bring: Any, enter: Any, tubes: Any, database: Any, clock: Any
) -> None:
    wrong, other = tubes["ready"], tubes["second"]
    enter(bring(plate((wrong, "mẫu", POSITIVE), (other, "mẫu", NEGATIVE))), assay=ASSAY)
    clock.advance(hours=1)
    with database.write() as session:
        said = {"reason": "quét nhầm ống", "by": LAN, "now": clock()}
        arrivals.withdraw(session, wrong, ANYWHERE, **said)
    clock.advance(hours=1)
    with database.write() as session:
        run = session.scalars(select(Run.id)).one()
        recalls.withdraw_run(session, run, reason="nhiễm", by=LAN, now=clock())
        assert [each.tube for each in queries.open_orders(session)] == [other]
